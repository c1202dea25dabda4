"""What the ministry knows: facts, articles, their check, and search over them.

Nothing here touches a database, the network or the environment.
"""
