"""The command line ``torogoz``."""

from api.cli.app import main

__all__ = ["main"]
