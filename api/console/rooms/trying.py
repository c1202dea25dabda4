"""«Probar»: what the assistant would answer to a question, and why. Nothing is stored."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from actions.answers.why import Mended
from actions.articles.to_confirm import CONFIDENCE
from actions.staff.permissions import Permission
from api.console import pages, phones
from api.console.access import Needs, Visit
from api.console.forms import Form
from api.console.searching import searched
from bot.trying import WAYS, Tried, try_question
from knowledge.library import Library
from knowledge.sectors import sectors
from knowledge.topics import TOPICS

router = APIRouter()
PATH: Final = "/consola/probar"
READ: Final = Permission.READ_KNOWLEDGE
LONGEST: Final = 1_000
"""Characters of a question: more is read by no one who tries one out."""
CHANNELS: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram"}
OUTCOMES: Final = {
    "answered": ("Contesta", "good"),
    "clarify": ("Da a escoger o pide aclarar", "warning"),
    "abstained": ("Dice que no sabe", "bad"),
    "out_of_scope": ("Dice que no es de sus temas", "warning"),
    "smalltalk": ("Conversa", "quiet"),
    "task": ("Empieza un trámite", "good"),
    "person": ("Pasa a una persona", "warning"),
}
"""What a turn comes to, as staff read it, and its tone."""

_SURE: Final[dict[str, str]] = {str(name): said for name, said in CONFIDENCE.items()}


@router.get("/probar")
async def try_one(visit: Annotated[Visit, Needs(READ)]) -> Response:
    """The question of the address, if there is one, and all that is to be said about it."""
    query = visit.request.query_params
    form = Form(
        {
            "pregunta": query.get("pregunta", "").replace("\x00", "").strip(),
            "rubro": query.get("rubro", ""),
            "canal": query.get("canal", ""),
        }
    )
    question: str = form["pregunta"]
    if len(question) > LONGEST:
        form.wrong(
            "pregunta",
            f"La pregunta tiene {pages.number(len(question))} letras y caben "
            f"{pages.number(LONGEST)}: acórtela.",
        )
    sector = sectors().get(form["rubro"])
    tried: dict[str, Any] = {"tried": None}
    if question and form.is_right:
        tried = await _tried(visit, question, None if sector is None else sector.id)
    return pages.page(
        visit,
        "trying.html",
        "trying",
        200 if form.is_right else 422,
        form=form,
        longest=LONGEST,
        sectors=[(one.id, one.title) for one in (*sectors().listed, sectors().other)],
        channels=CHANNELS.items(),
        **tried,
    )


async def _tried(visit: Visit, question: str, sector: str | None) -> dict[str, Any]:
    console = visit.console
    library = await searched(console)
    tried = await try_question(
        console.nlu,
        library,
        console.responses,
        console.flows,
        question,
        sector,
        channel=console.assembly.whatsapp,
    )
    outcome, tone = OUTCOMES.get(tried.outcome, (tried.outcome, "quiet"))
    return {
        "tried": tried,
        "outcome": outcome,
        "tone": tone,
        "way": WAYS[tried.way],
        "topic": TOPICS.get(tried.topic or ""),
        "articles": _titles(library, tried),
        "bubbles": {
            "whatsapp": [phones.on_whatsapp(one) for one in tried.whatsapp],
            "telegram": [phones.on_telegram(one) for one in tried.telegram],
        },
        "citations": [(one, _SURE[one.confidence]) for one in tried.citations],
        "mended": _told_mended,
    }


def _titles(library: Library, tried: Tried) -> list[tuple[str, str]]:
    """Name and title of the articles of the answer."""
    return [(one, library.articles[one].title) for one in tried.articles if one in library.articles]


def _told_mended(one: Mended) -> str:
    if one.trust == 1:
        return f"«{one.typed}» se leyó como «{one.meant}»"
    return f"«{one.typed}» se leyó como «{one.meant}» (parecido: {one.trust:.2f})"
