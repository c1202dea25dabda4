"""The editor of articles: one page, on whatever way somebody comes to it.

Nothing typed is lost on any way out of it: a text that is refused, or that somebody else overtook,
is in the page that says so. The routes are in api.console.rooms.article_editing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from actions.articles import service, versions
from actions.articles.defects import LONGEST
from actions.articles.differences import DiffLine, difference
from actions.articles.errors import (
    ArticleRefused,
    ChangedMeanwhile,
    Defective,
    NoSuchVersion,
    NotYours,
    Overtaken,
    Problem,
    Taken,
    WrongState,
)
from actions.articles.rules import normalized
from actions.articles.versions import Version
from api import article_acts
from api.acting import Acting, acting
from api.console import pages, phones
from api.console.access import Visit
from api.console.forms import Form
from api.console.rooms.articles import PATH, by, preview_of, sentence
from knowledge import check
from knowledge.topics import TASKS, TOPICS

NEW: Final = "nuevo"
"""Where a new article is written; so none can have that name."""
LONGEST_NOTE: Final = 300
_SHOWN: Final = 50
"""Problems that are listed: who has more begins with those."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is written: ``action`` is where the form goes, ``article_id`` empty for a new article,
    ``heading`` the page's title, ``back`` where "Cancelar" leads."""

    action: str
    article_id: str
    heading: str
    back: str

    @property
    def is_new(self) -> bool:
        return not self.article_id


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from the text called ``before`` to the one called ``after``."""

    title: str
    before: str
    after: str
    lines: Sequence[DiffLine]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else was faster: ``sentence`` tells what happened, ``on`` what there is to go on
    from."""

    sentence: str
    on: str
    differences: Sequence[Difference]


NEW_DESK: Final = Desk(f"{PATH}/{NEW}", "", "Artículo nuevo", PATH)


def desk_of(article_id: str, title: str) -> Desk:
    """Where a further draft of an article is written."""
    return Desk(f"{PATH}/{article_id}/editar", article_id, title, f"{PATH}/{article_id}")


def desk_of_draft(one: Version) -> Desk:
    """Where one's own draft is changed."""
    path = f"{PATH}/{one.article_id}/versiones/{one.number}"
    return Desk(f"{path}/editar", one.article_id, one.title, path)


def typed(visit: Visit) -> Form:
    """What is in the form of the editor."""
    values = {name: visit.text(name) for name in ("name", "markdown", "began_from", "seen")}
    return Form({**values, "note": visit.text("note")[:LONGEST_NOTE]})


async def show_desk(
    visit: Visit,
    desk: Desk,
    form: Form,
    status: int = 200,
    *,
    problems: Sequence[Problem] = (),
    conflict: Conflict | None = None,
    mine: str = "",
    previewing: bool = False,
) -> Response:
    """The editor. ``problems`` are why a text was not saved, ``conflict`` why it was overtaken;
    ``mine`` is a text of theirs to copy from, where another one is in the form."""
    preview = None
    if previewing:
        async with visit.console.database.session() as session:
            known = await versions.known_ids(session)
        article_id = desk.article_id or form["name"].strip() or "articulo-nuevo"
        preview = await preview_of(visit, article_id, form["markdown"], known)
    return pages.page(
        visit,
        "article_editor.html",
        "articles",
        status,
        desk=desk,
        form=form,
        problems=problems[:_SHOWN],
        conflict=conflict,
        mine=mine,
        more_problems=max(0, len(problems) - _SHOWN),
        preview=preview,
        parts=phones.parts_of(preview.parts) if preview else (),
        typed_lines=form["markdown"].split("\n"),
        is_given=visit.request.method == "POST",
        topics=TOPICS,
        tasks=TASKS,
        limits=check,
        longest=LONGEST,
    )


async def written(
    visit: Visit,
    desk: Desk,
    form: Form,
    article_id: str,
    write: Callable[[Acting], Awaitable[int]],
) -> Response:
    """Shows, saves, or saves and hands to review what was typed, as the button said."""
    wish = visit.text("do")
    if wish == "preview":
        return await show_desk(visit, desk, form, previewing=True)
    problems: Sequence[Problem] = ()
    try:
        async with acting(visit.console.database, visit.actor) as act:
            number = await write(act)
            if wish == "submit":
                await hand_over(visit, act, article_id, number)
    except NoSuchVersion:
        raise
    except Overtaken as refused:
        return await _overtaken(visit, desk, form, refused)
    except ChangedMeanwhile as refused:
        return await _changed_meanwhile(visit, desk, form, refused)
    except (NotYours, WrongState) as refused:
        form.wrong("", f"{refused} Su texto sigue aquí: puede guardarlo como otro borrador.")
        desk = desk_of(article_id, desk.heading)
    except Taken as refused:
        form.wrong("name", str(refused))
    except Defective as refused:
        problems = refused.problems
        form.wrong("markdown", "No se guardó: corrija lo que se dice arriba.")
    except ArticleRefused as refused:
        form.wrong("", sentence(refused))
    else:
        said = (
            f"La versión {number} quedó en revisión: la aprueba otra persona."
            if wish == "submit"
            else f"El borrador {number} quedó guardado."
        )
        return pages.redirect(visit, f"{PATH}/{article_id}/versiones/{number}", said)
    return await show_desk(visit, desk, form, 422, problems=problems)


async def hand_over(visit: Visit, act: Acting, article_id: str, number: int) -> None:
    """Hands a draft to review. Raises what actions.articles.service.submit does."""
    await service.submit(act.session, article_id, number, visit.now)
    act.did(article_acts.submitted(article_id, number))


async def _overtaken(visit: Visit, desk: Desk, form: Form, refused: Overtaken) -> Response:
    """Another version was published meanwhile: what is saved now is a draft on that one."""
    async with visit.console.database.session() as session:
        newest = await versions.version(session, refused.article_id, refused.published)
    mine = normalized(form["markdown"])
    lines = await asyncio.to_thread(difference, newest.markdown, mine)
    name = f"versión {newest.number}"
    found = [Difference("Su texto y el publicado", name, "su texto", lines)]
    if refused.began_from is not None:
        before = f"versión {refused.began_from}"
        found.insert(0, Difference("Lo que cambió mientras tanto", before, name, refused.lines))
    form = Form({**form.values, "began_from": str(newest.number), "seen": ""})
    conflict = Conflict(
        f"Mientras usted escribía se publicó la versión {newest.number}, "
        f"{by(newest.author)}. Su texto no se guardó y sigue aquí abajo.",
        f"la versión {newest.number}",
        found,
    )
    desk = desk_of(refused.article_id, newest.title)
    return await show_desk(visit, desk, form, 409, conflict=conflict)


async def _changed_meanwhile(
    visit: Visit, desk: Desk, form: Form, refused: ChangedMeanwhile
) -> Response:
    """The draft was saved elsewhere: what is saved now takes the place of that."""
    form = Form({**form.values, "seen": refused.digest})
    lines = await asyncio.to_thread(difference, refused.markdown, normalized(form["markdown"]))
    found = [Difference("Lo guardado y su texto", "lo guardado", "su texto", lines)]
    return await show_desk(
        visit, desk, form, 409, conflict=Conflict(str(refused), "lo guardado", found)
    )
