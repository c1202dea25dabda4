"""``python -m api.cli``: the same as ``torogoz``."""

from api.cli.app import main

main()
