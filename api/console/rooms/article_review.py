"""Deciding on articles: approve or return what another person wrote, take out, go back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter
from starlette.responses import Response

from actions.articles import service, versions
from actions.articles.errors import (
    ArticleRefused,
    Defective,
    Missing,
    NoSuchVersion,
    Problem,
    TooEarly,
)
from actions.articles.rules import PUBLISHED, STATES
from actions.staff.permissions import Permission
from api import article_acts
from api.acting import Acting, acting
from api.clock import today
from api.console import pages
from api.console.access import Needs, Visit
from api.console.forms import Form, day_typed
from api.console.rooms.articles import (
    PATH,
    ArticleId,
    Number,
    sentence,
    show_article,
    show_version,
)

router = APIRouter()
REVIEW: Final = Permission.REVIEW_ARTICLES
LONGEST_NOTE: Final = 1_000


def _typed(visit: Visit, *names: str) -> Form:
    return Form({name: visit.text(name)[:LONGEST_NOTE] for name in names})


Show = Callable[[Form, Sequence[Problem]], Awaitable[Response]]
"""Gives the page that was decided on once more, with what was typed and what is to be mended."""


def _on_version(visit: Visit, article_id: str, number: int) -> Show:
    return lambda form, problems: show_version(
        visit, article_id, number, form, 422, problems=problems
    )


async def _decided(
    visit: Visit,
    path: str,
    form: Form,
    show: Show,
    field: str,
    work: Callable[[Acting], Awaitable[str]],
) -> Response:
    """Does what was decided and tells on ``path`` what ``work`` says of it. What is missing from
    the form is told at ``field``, what the text lacks on that page too, anything else by a notice.
    """
    try:
        async with acting(visit.console.database, visit.actor) as act:
            said = await work(act)
    except NoSuchVersion:
        raise
    except (Missing, TooEarly) as refused:
        form.wrong(field, str(refused))
        return await show(form, ())
    except Defective as refused:
        form.wrong("", "No se hizo: el texto tiene algo que corregir, que se dice aquí abajo.")
        return await show(form, refused.problems)
    except ArticleRefused as refused:
        return pages.redirect(visit, path, sentence(refused), tone="bad")
    return pages.redirect(visit, path, said)


@router.post("/articulos/{article_id}/versiones/{number}/aprobar")
async def approve(
    visit: Annotated[Visit, Needs(REVIEW)], article_id: ArticleId, number: Number
) -> Response:
    """Publishes what another person wrote, from today or another day on."""
    form = _typed(visit, "first_day", "approve_note")
    given = form["first_day"].strip()
    first = day_typed(given) if given else today()
    if first is None:
        form.wrong("first_day", "Escriba el día, por ejemplo 31/12/2026.")
        return await show_version(visit, article_id, number, form, 422)

    async def work(act: Acting) -> str:
        await service.approve(
            act.session,
            visit.console.register,
            article_id,
            number,
            visit.member.name,
            visit.now,
            effective_on=first,
            note=form["approve_note"],
        )
        act.did(article_acts.approved(article_id, number, first, form["approve_note"]))
        if first > today():
            return f"La versión {number} se sirve desde el {pages.day(first)}."
        return f"La versión {number} ya se sirve: en unos segundos la ven todos."

    return await _decided(
        visit,
        f"{PATH}/{article_id}/versiones/{number}",
        form,
        _on_version(visit, article_id, number),
        "first_day",
        work,
    )


@router.post("/articulos/{article_id}/versiones/{number}/devolver")
async def give_back(
    visit: Annotated[Visit, Needs(REVIEW)], article_id: ArticleId, number: Number
) -> Response:
    """Refuses what is in review, with the reason."""
    form = _typed(visit, "return_reason")

    async def work(act: Acting) -> str:
        await service.reject(
            act.session, article_id, number, visit.member.name, form["return_reason"], visit.now
        )
        act.did(article_acts.rejected(article_id, number, form["return_reason"]))
        return f"La versión {number} quedó devuelta, con su motivo."

    return await _decided(
        visit,
        f"{PATH}/{article_id}/versiones/{number}",
        form,
        _on_version(visit, article_id, number),
        "return_reason",
        work,
    )


@router.post("/articulos/{article_id}/versiones/{number}/retirar")
async def withdraw(
    visit: Annotated[Visit, Needs(REVIEW)], article_id: ArticleId, number: Number
) -> Response:
    """Takes a version out, with the reason."""
    form = _typed(visit, "withdraw_reason")

    async def work(act: Acting) -> str:
        was = (await versions.version(act.session, article_id, number)).state
        await service.withdraw(
            act.session,
            article_id,
            visit.member.name,
            form["withdraw_reason"],
            visit.now,
            number=number,
        )
        act.did(article_acts.withdrawn(article_id, number, was, form["withdraw_reason"]))
        return f"La versión {number} quedó retirada: ya no se sirve."

    return await _decided(
        visit,
        f"{PATH}/{article_id}/versiones/{number}",
        form,
        _on_version(visit, article_id, number),
        "withdraw_reason",
        work,
    )


@router.post("/articulos/{article_id}/versiones/{number}/volver")
async def roll_back(
    visit: Annotated[Visit, Needs(REVIEW)], article_id: ArticleId, number: Number
) -> Response:
    """Goes back to the text of an old version, with the reason."""
    form = _typed(visit, "back_reason")

    async def work(act: Acting) -> str:
        made = await service.roll_back(
            act.session,
            visit.console.register,
            article_id,
            number,
            visit.member.name,
            form["back_reason"],
            visit.now,
        )
        act.did(article_acts.rolled_back(article_id, number, made, form["back_reason"]))
        if made.state == PUBLISHED:
            return f"Se sirve la versión {made.number}, con el texto de la {number}."
        return (
            f"La versión {made.number}, con el texto de la {number}, quedó "
            f"{STATES[made.state]} de otra persona: {made.why_reviewed}."
        )

    return await _decided(
        visit,
        f"{PATH}/{article_id}",
        form,
        _on_version(visit, article_id, number),
        "back_reason",
        work,
    )


@router.post("/articulos/{article_id}/revisar")
async def review_again(visit: Annotated[Visit, Needs(REVIEW)], article_id: ArticleId) -> Response:
    """Serves an article again that a moved fact holds back, its text being right."""
    form = _typed(visit, "again_note")

    async def work(act: Acting) -> str:
        number = await service.review_flagged(
            act.session,
            visit.console.register,
            article_id,
            visit.member.name,
            visit.now,
            note=form["again_note"],
        )
        act.did(article_acts.reviewed_again(article_id, number, form["again_note"]))
        return f"La versión {number} se vuelve a servir."

    return await _decided(
        visit,
        f"{PATH}/{article_id}",
        form,
        lambda form, problems: show_article(visit, article_id, form, 422, problems=problems),
        "again_note",
        work,
    )
