"""Parts of our own in Rasa's pipeline. They run in Rasa's environment, under Python 3.10."""
