"""The command line: which command lives where, and errors told in a sentence."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import psycopg
import typer
from pydantic import ValidationError

from api.failures import MendableError

COMMANDS: Final = {
    "run": "running",
    "web": "running",
    "worker": "running",
    "migrate": "running",
    "ask": "asking",
    "chat": "asking",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
}
"""Command -> module of this package whose function of that name it is."""
GROUPS: Final = ("nlu", "knowledge", "channels", "cases", "keys", "flows", "staff", "audit")
"""Groups of commands: modules of this package with an ``app`` of their own."""


def application(words: Sequence[str]) -> typer.Typer:
    """The command line for these words. Only the command asked for is imported: all of them
    together take seconds on a small machine, and each ``torogoz`` would wait for them."""
    app = typer.Typer(
        help="Torogoz, el asistente del MARN para pequeñas y medianas empresas.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    # Without this, a command line with one command would take no command's name.
    app.callback()(lambda: None)
    asked = words[0] if words else ""
    everything = asked not in COMMANDS and asked not in GROUPS
    for name, module in COMMANDS.items():
        if everything or name == asked:
            app.command(name)(getattr(import_module(f"api.cli.{module}"), name))
    for name in GROUPS:
        if everything or name == asked:
            app.add_typer(import_module(f"api.cli.{name}").app, name=name)
    return app


_WRONG: Final[dict[str, str]] = {
    "int_parsing": "tiene que ser un número entero",
    "float_parsing": "tiene que ser un número",
    "bool_parsing": "tiene que ser true o false",
    "greater_than_equal": "tiene que ser {ge} o más",
    "less_than_equal": "tiene que ser {le} o menos",
    "greater_than": "tiene que ser más que {gt}",
    "value_error": "{error}",
}
"""What is wrong with a setting, by pydantic's name for it."""


def main() -> None:
    """The entry point; errors that a person can mend are one sentence, not a traceback."""
    try:
        application(sys.argv[1:])()
    except ValidationError as error:
        for one in error.errors():
            name = "TOROGOZ_" + "_".join(str(part) for part in one["loc"]).upper()
            known = _WRONG.get(one["type"])
            wrong = one["msg"] if known is None else known.format(**one.get("ctx", {}))
            typer.echo(f"{name}: {wrong}.", err=True)
        sys.exit(2)
    except MendableError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except Exception as error:
        # SQLAlchemy wraps the driver's error, and adds lines of its own that help nobody here.
        cause = getattr(error, "orig", error)
        if not isinstance(cause, psycopg.OperationalError):
            raise
        reason = str(cause).strip().partition("\n")[0]
        typer.echo(
            f"La base de datos no contesta ({reason}). "
            "Revise TOROGOZ_DATABASE_URL; 'torogoz doctor' dice más.",
            err=True,
        )
        sys.exit(1)
