"""What staff do with questions without an answer, each with its entry in the audit: the pages of
the console and the commands of the terminal do it by these."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from actions.articles import service as articles
from actions.articles.errors import ArticleRefused
from actions.articles.given import note as as_note
from actions.audit.service import Act
from actions.questions import reading, staff
from actions.questions.alias_drafts import draft_with_alias
from actions.questions.reading import NoSuchCluster, Resolution
from actions.questions.service import NoSuchQuestion
from actions.questions.staff import NothingToPart, NotOpen, NotToReopen
from api.acting import Acting
from bot.answer_ready import content_for
from bot.responses import Catalogue
from knowledge.facts import FactRegister
from knowledge.library import Library

OUTCOMES: Final = {
    "abstained": "sin respuesta",
    "clarify": "se le dio a escoger",
    "low_rated": "dijo que no le sirvió",
    "out_of_scope": "fuera de tema",
}
"""What the assistant did with a question, as staff read it."""
RESOLUTIONS: Final = {
    "alias": "otras palabras de un artículo",
    "article": "artículo",
    "not_ours": "no le toca al ministerio",
}
STATES: Final = {"open": "sin resolver", "resolved": "resuelto", "dismissed": "descartado"}


class NotServed(Exception):
    """The article is not served: people would be sent to what they cannot read."""

    def __init__(self, article_id: str) -> None:
        super().__init__(article_id)
        self.article_id = article_id


class AliasRefused(Exception):
    """The article does not take those words; ``why`` tells the reason."""

    def __init__(self, why: ArticleRefused) -> None:
        super().__init__(str(why))
        self.why = why


def told(error: Exception) -> str | None:
    """The sentence for what staff got wrong; None for what is no fault of theirs."""
    match error:
        case NoSuchCluster():
            return f"No hay un grupo de preguntas con el número {error}."
        case NoSuchQuestion():
            return f"No hay una pregunta con el número {error}."
        case NotOpen():
            by = f" por {error.by}" if error.by else ""
            return f"El grupo {error.number} ya está {STATES[error.state]}{by}."
        case NotToReopen(state="open"):
            return f"El grupo {error.number} ya está abierto."
        case NotToReopen():
            return f"El grupo {error.number} ya tiene un artículo que lo contesta."
        case NothingToPart():
            return "No hay nada que separar ni juntar: es una sola pregunta, o un solo grupo."
        case NotServed():
            return (
                f"El artículo {error.article_id} no se está sirviendo: publíquelo antes de avisar "
                "de él."
            )
        case AliasRefused() | ArticleRefused():
            return str(error)
    return None


def subject(number: int) -> str:
    """A cluster in the audit."""
    return f"question:{number}"


async def assign(act: Acting, number: int, to: str | None) -> str | None:
    """Gives a cluster to someone, or to nobody; who had it before. Raises what
    actions.questions.staff.assign does."""
    before = await staff.assign(act.session, number, to)
    kept = None if to is None else " ".join(to.split())
    act.did(
        Act("question.assign", subject(number), before={"staff": before}, after={"staff": kept})
    )
    return before


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it: how many were told, how many could not be, and the number of the article's
    new draft, None where none was made."""

    told: int
    not_told: int
    draft: int | None


async def answer(
    act: Acting,
    library: Library,
    register: FactRegister,
    responses: Catalogue,
    number: int,
    article_id: str,
    alias: str,
    note: str,
    by: str,
    now: datetime,
    *,
    to_review: bool = False,
) -> Ended:
    """Ends a cluster with the article that answers it, and tells those who wait.

    With an ``alias`` the article has a new draft by those words too, for a second person to
    approve; with ``to_review`` it is handed to them at once. ``library`` is what is served,
    ``register`` are the facts of the files. Raises NotServed, AliasRefused, and what
    actions.questions.staff.resolve does.
    """
    if article_id not in library.articles:
        raise NotServed(article_id)
    draft = None
    why = f"así lo preguntaron (grupo {number})"
    if alias:
        try:
            draft = await draft_with_alias(act.session, register, article_id, alias, by, why, now)
        except ArticleRefused as refused:
            raise AliasRefused(refused) from refused
    if draft is not None and to_review:
        await articles.submit(act.session, article_id, draft, now)
    how: Resolution = "alias" if alias else "article"
    resolved = await staff.resolve(
        act.session,
        number,
        how,
        article_id,
        note,
        by,
        now,
        content_for(responses, library.articles),
    )
    ended = Ended(resolved.told, resolved.not_told, draft)
    if draft is not None:
        version = {"number": draft}
        act.did(Act("article.draft", f"article:{article_id}", after=version, note=why))
        if to_review:
            act.did(Act("article.submit", f"article:{article_id}", after=version))
    after = {"how": how, "article": article_id, "alias": alias, "draft": draft}
    act.did(_resolve(number, after, ended, note))
    return ended


async def not_ours(
    act: Acting,
    library: Library,
    responses: Catalogue,
    number: int,
    note: str,
    by: str,
    now: datetime,
) -> Ended:
    """Ends a cluster as nothing that the ministry answers, and tells those who wait. Raises what
    actions.questions.staff.resolve does."""
    content = content_for(responses, library.articles)
    resolved = await staff.resolve(act.session, number, "not_ours", None, note, by, now, content)
    ended = Ended(resolved.told, resolved.not_told, None)
    act.did(_resolve(number, {"how": "not_ours"}, ended, note))
    return ended


def _resolve(number: int, after: dict[str, str | int | None], ended: Ended, note: str) -> Act:
    told_of = {"told": ended.told, "not_told": ended.not_told}
    return Act("question.resolve", subject(number), after={**after, **told_of}, note=as_note(note))


async def dismiss(act: Acting, number: int, note: str, by: str, now: datetime) -> None:
    """Ends a cluster that is no question. Raises what actions.questions.staff.dismiss does."""
    await staff.dismiss(act.session, number, note, by, now)
    act.did(Act("question.dismiss", subject(number), note=as_note(note)))


async def reopen(act: Acting, number: int) -> int:
    """Opens a cluster again; how many wait. Raises what actions.questions.staff.reopen does."""
    before = await reading.one(act.session, number)
    waiting = await staff.reopen(act.session, number)
    was = {"state": before.state, "by": before.resolved_by, "note": before.note}
    act.did(Act("question.reopen", subject(number), before=was, after={"waiting": waiting}))
    return waiting


async def merge(act: Acting, number: int, other: int) -> None:
    """Moves the questions of the other cluster into the first. Raises what
    actions.questions.staff.merge does."""
    gone = await reading.one(act.session, other)
    await staff.merge(act.session, number, other)
    moved = {"from": other, "label": gone.label, "questions": gone.size}
    act.did(Act("question.merge", subject(number), after=moved))


async def part(act: Acting, question_id: int, of: int | None = None) -> int:
    """Takes a question out of its cluster; the number of the new one. Raises what
    actions.questions.staff.split does."""
    if of is None:
        of = await reading.cluster_of(act.session, question_id)
    if of is None:
        raise NoSuchQuestion(question_id)
    new = await staff.split(act.session, question_id, of)
    act.did(Act("question.part", subject(of), after={"question": question_id, "new": new}))
    return new
