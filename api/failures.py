"""Failures that whoever runs the product can mend."""


class MendableError(Exception):
    """Its message is one sentence for the operator: what is wrong, and what to do about it."""
