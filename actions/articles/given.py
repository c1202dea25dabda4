"""What staff give with every act: who they are, and why."""

from typing import Final

from actions.articles.errors import Missing

LONGEST_NAME: Final = 60


def the_name(given: str) -> str:
    """A staff name without stray spaces. Raises Missing for an empty or unprintable one."""
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Missing(f"quién lo hace (un nombre de hasta {LONGEST_NAME} letras)")
    return name


def the_reason(given: str, what: str = "el motivo") -> str:
    """A text that has to be given, without stray spaces around it. Raises Missing."""
    reason = note(given)
    if not reason:
        raise Missing(what)
    return reason


def note(given: str) -> str:
    """A text that may be given, without stray spaces and what no database keeps."""
    return given.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are of one person, however they were typed. Raises Missing."""
    return the_name(one).casefold() == the_name(other).casefold()
