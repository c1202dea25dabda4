"""The ministry's console: pages for its staff, rendered here and served under ``/consola``.

``app`` puts it together; ``access`` decides who may see what; ``acting`` is how a page changes
anything; ``pages`` renders; ``tables``, ``charts``, ``forms`` and ``live`` are what pages are made
of; ``rooms`` are the pages themselves, one module a room.
"""
