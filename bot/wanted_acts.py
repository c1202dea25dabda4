"""Which messages of the ministry a person wants: stopping them, and starting them again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.people import wanted

if TYPE_CHECKING:
    from bot.acting import Actions

CATEGORIES: Final = {
    "announcements": "avisos",
    "reminders": "recordatorios",
    "training": "capacitaciones",
}
"""What a person can stop, as it is called in the chat."""


async def _stop(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = _categories(args)
    await wanted.stop(here.session, here.person_id, chosen)
    others = [] if len(chosen) < len(CATEGORIES) else list(CATEGORIES)
    again = [(category, f"Sí quiero {CATEGORIES[category]}") for category in others]
    return {"what": listed(chosen, "ni"), "again": again}


async def _start(here: "Actions", args: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = _categories(args)
    await wanted.start(here.session, here.person_id, chosen)
    return {"what": listed(chosen, "y")}


def _categories(args: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are named, by a button or in words; all of them where none is."""
    if args.get("category") in CATEGORIES:
        return (str(args["category"]),)
    text = str(args.get("text", "")).lower()
    named = tuple(
        category for category, roots in _NAMED.items() if any(root in text for root in roots)
    )
    return named or tuple(CATEGORIES)


_NAMED: Final = {
    "announcements": ("anuncio", "noticia", "novedad"),
    "reminders": ("recordator", "recordat"),
    "training": ("capacita", "curso", "taller", "charla"),
}


def listed(categories: tuple[str, ...], last: str) -> str:
    """Categories by their names, the last one after that word: "avisos ni recordatorios"."""
    words = [CATEGORIES[category] for category in categories]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


HANDLERS: Final = {
    "stop_messages": _stop,
    "start_messages": _start,
}
