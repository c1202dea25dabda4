"""«Artículos»: two people make a change, nobody loses a text, and others only read."""

import asyncio
import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from actions.articles import facts, seed, service, versions
from actions.articles.rules import digest
from actions.articles.versions import Version
from actions.audit import service as audit
from actions.audit.service import Act, Actor
from actions.questions import ratings
from actions.staff.permissions import Role
from api.clock import now, today
from knowledge.facts import FactRegister, load_facts
from knowledge.library import FOLDER
from tests.api.console.conftest import Browser, House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/articulos"
TEXTS = seed.seed_texts()
REGISTER: FactRegister = load_facts(FOLDER / "facts")
WRITER, REVIEWER = "Elena Edición", "Raúl Revisión"
EVIL = "<script>alert()</script>"
"""Without a figure, which would have to stand in a fact."""
CAR = {"name": "", "note": "", "began_from": "", "seen": ""}


def changed(article: str, words: str = "Así es.") -> str:
    """The text of an article with some words more, and without a defect."""
    before, _, citation = TEXTS[article].rstrip("\n").rpartition(" [")
    return f"{before} {words} [{citation}\n"


def short() -> list[str]:
    """Articles with room for a few words more; each test takes one of its own."""
    return [one for one, markdown in TEXTS.items() if len(markdown.split("---")[2]) < 700]


OWN = iter(short())


def plain(page: httpx.Response) -> str:
    """What is read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.text)).split())


def typed_in(page: httpx.Response, name: str) -> str:
    """What is in a field of the page."""
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    found = area or re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found, name
    return html.unescape(found[1])


async def write(
    browser: Browser, path: str, markdown: str, do: str = "draft", **more: str
) -> httpx.Response:
    """Fills in the editor at ``path`` as it stands there, and presses a button."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    fields = {one: typed_in(page, one) for one in ("began_from", "seen")}
    return await browser.send(path, {**CAR, **fields, "markdown": markdown, "do": do, **more})


async def in_review(house: House, article: str, author: str = WRITER) -> int:
    """A version that waits, written by somebody."""
    async with house.database.transaction() as session:
        number = await service.draft(
            session, REGISTER, article, changed(article), author, "más claro", now()
        )
        await service.submit(session, article, number, now())
    return number


async def publish(house: House, article: str, words: str) -> int:
    """A version that two others wrote and approved meanwhile."""
    async with house.database.transaction() as session:
        number = await service.draft(
            session, REGISTER, article, changed(article, words), "Otra Persona", "", now()
        )
        await service.submit(session, article, number, now())
        await service.approve(session, REGISTER, article, number, "Otro Más", now())
    return number


async def version(house: House, article: str, number: int) -> Version:
    async with house.database.session() as session:
        return await versions.version(session, article, number)


async def entries(house: House, subject: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit has of one thing: act, who, and what it says."""
    async with house.database.session() as session:
        rows = await session.execute(
            text(
                "SELECT act, actor->>'name', detail FROM audit_entry "
                "WHERE subject = :subject ORDER BY place"
            ),
            {"subject": subject},
        )
        return [tuple(row) for row in rows]


# -- the way of a change ---------------------------------------------------------------------------


async def test_a_change_is_written_by_one_and_published_by_another(house: House) -> None:
    article = next(OWN)
    writer, reviewer = await house.who(Role.EDITING), await house.who(Role.REVIEW)
    saved = await write(
        writer, f"{PATH}/{article}/editar", changed(article), note="por <b>claridad</b>"
    )
    path = f"{PATH}/{article}/versiones/2"
    assert (saved.status_code, saved.headers["location"]) == (303, path)
    stored = await version(house, article, 2)
    assert (stored.author, stored.state, stored.began_from) == (WRITER, "draft", 1)
    again = await write(
        writer, f"{path}/editar", changed(article, "Así es siempre."), note="mejor", do="submit"
    )
    assert again.headers["location"] == path
    assert "quedó en revisión" in plain(await writer.get(path))

    page = await reviewer.get(path)
    assert re.search(r"<ins>[^<]*siempre", page.text)
    assert "Qué cambia frente a la versión 1, que se sirve" in plain(page)
    assert re.search(r"Esperan? su revisión \d+ artículo", plain(await reviewer.get(PATH)))
    done = await reviewer.send(f"{path}/aprobar", {"first_day": "", "approve_note": "Bien."})
    assert done.headers["location"] == path
    assert "ya se sirve" in plain(await reviewer.get(path))
    stored = await version(house, article, 2)
    assert (stored.state, stored.reviewer, stored.effective_on) == ("published", REVIEWER, today())
    shelf = house.app.state.shelf
    async with asyncio.timeout(60):
        while "siempre" not in shelf.library.articles[article].body:
            await asyncio.sleep(0.05)

    page = await reviewer.get(f"{PATH}/{article}")
    assert "Servida" in plain(page)
    assert "Aprobó un artículo (versión 2)" in plain(page)
    told = await entries(house, f"article:{article}")
    assert [(act, name) for act, name, _ in told] == [
        ("article.draft", WRITER),
        ("article.redraft", WRITER),
        ("article.submit", WRITER),
        ("article.approve", REVIEWER),
    ]
    assert told[0][2]["after"] == {
        "number": 2,
        "state": "draft",
        "digest": digest(changed(article)),
        "began_from": 1,
    }
    assert told[3][2]["before"] == {"number": 2, "state": "in_review"}
    assert all("Así es" not in str(detail) for _, _, detail in told)
    async with house.database.session() as session:
        assert (await audit.verify(session)).fault is None


async def test_a_later_day_is_kept_and_a_past_one_refused_with_what_was_typed(house: House) -> None:
    article = next(OWN)
    number = await in_review(house, article)
    reviewer = await house.who(Role.REVIEW)
    path = f"{PATH}/{article}/versiones/{number}"
    yesterday, later = today() - timedelta(days=1), today() + timedelta(days=9)
    for given, problem in ((yesterday.isoformat(), "ya pasó"), ("pronto", "Escriba el día")):
        refused = await reviewer.send(
            f"{path}/aprobar", {"first_day": given, "approve_note": "con <i>nota</i>"}
        )
        assert refused.status_code == 422
        assert 'id="mal-first_day"' in refused.text
        assert problem in plain(refused)
        assert typed_in(refused, "first_day") == given
        assert typed_in(refused, "approve_note") == "con <i>nota</i>"
    done = await reviewer.send(f"{path}/aprobar", {"first_day": f"{later:%d/%m/%Y}"})
    assert done.status_code == 303
    assert (await version(house, article, number)).effective_on == later
    page = plain(await reviewer.get(f"{PATH}/{article}"))
    assert "Programada" in page
    listed = plain(await reviewer.get(f"{PATH}?estado=programada"))
    assert f"La {number} empieza el" in listed


async def test_nobody_approves_their_own_text(house: House) -> None:
    article = next(OWN)
    number = await in_review(house, article, author="raúl  REVISIÓN")
    reviewer = await house.who(Role.REVIEW)
    path = f"{PATH}/{article}/versiones/{number}"
    page = await reviewer.get(path)
    assert "la tiene que aprobar otra persona" in plain(page)
    assert "/aprobar" not in page.text
    refused = await reviewer.send(f"{path}/aprobar")
    assert refused.headers["location"] == path
    assert "la tiene que aprobar otra persona" in plain(await reviewer.get(path))
    assert (await version(house, article, number)).state == "in_review"
    assert await entries(house, f"article:{article}") == []


async def test_a_version_is_given_back_with_a_reason_and_taken_up_again(house: House) -> None:
    article = next(OWN)
    number = await in_review(house, article)
    writer, reviewer = await house.who(Role.EDITING), await house.who(Role.REVIEW)
    path = f"{PATH}/{article}/versiones/{number}"
    empty = await reviewer.send(f"{path}/devolver", {"return_reason": "  "})
    assert empty.status_code == 422
    assert 'id="mal-return_reason"' in empty.text
    assert (await reviewer.send(f"{path}/devolver", {"return_reason": f"falta {EVIL}"})).is_redirect
    page = await writer.get(path)
    assert EVIL not in page.text
    assert f"falta {EVIL}" in plain(page)
    editor = await writer.get(f"{PATH}/{article}/editar?de={number}")
    assert typed_in(editor, "markdown") == changed(article)
    assert typed_in(editor, "began_from") == "1"


async def test_a_writer_puts_aside_their_own_text_only(house: House) -> None:
    article = next(OWN)
    theirs = await in_review(house, article, author="Otra Persona")
    mine = await in_review(house, article)
    writer = await house.who(Role.EDITING)
    for number, state in ((theirs, "in_review"), (mine, "withdrawn")):
        await writer.send(f"{PATH}/{article}/versiones/{number}/descartar")
        assert (await version(house, article, number)).state == state
    assert [act for act, _, _ in await entries(house, f"article:{article}")] == ["article.discard"]


async def test_out_of_service_and_back_each_with_a_reason(house: House) -> None:
    article = next(OWN)
    await publish(house, article, "Nuevo.")
    reviewer = await house.who(Role.REVIEW)
    path = f"{PATH}/{article}/versiones"
    for action, field in (("2/retirar", "withdraw_reason"), ("1/volver", "back_reason")):
        empty = await reviewer.send(f"{path}/{action}", {field: ""})
        assert empty.status_code == 422, action
        assert f'id="mal-{field}"' in empty.text
    await reviewer.send(f"{path}/2/retirar", {"withdraw_reason": "está mal"})
    assert "retirada" in plain(await reviewer.get(f"{PATH}?buscar={article}"))
    back = await reviewer.send(f"{path}/1/volver", {"back_reason": "estaba bien"})
    assert back.headers["location"] == f"{PATH}/{article}"
    assert "Se sirve la versión 3, con el texto de la 1" in plain(
        await reviewer.get(f"{PATH}/{article}")
    )
    assert [act for act, _, _ in await entries(house, f"article:{article}")] == [
        "article.withdraw",
        "article.roll_back",
    ]


async def test_acts_of_every_shape_are_told_in_the_history(house: House) -> None:
    article, actor = next(OWN), Actor("console", "Rosa")
    done = (
        {"version": 7},
        {"number": 8},
        {"digest": "x"},
        {},
    )
    async with house.database.transaction() as session:
        for after in done:
            act = Act("article.draft", f"article:{article}", after=after, note="de una pregunta")
            await audit.record(session, actor, act, now())
    reader = await house.who(Role.READING)
    page = await reader.get(f"{PATH}/{article}")
    assert page.status_code == 200
    shown = plain(page)
    assert shown.count("de una pregunta") == len(done)
    assert "(versión 7)" in shown and "(versión 8)" in shown


async def test_an_article_that_is_held_says_why_and_is_served_again(house: House) -> None:
    article = "permiso-alcaldia-y-salud"
    async with house.database.transaction() as session:
        await facts.end(
            session, REGISTER, "MUN-01", today() - timedelta(days=1), "Ana", "se derogó", now()
        )
    reviewer = await house.who(Role.REVIEW)
    assert article in (await reviewer.get(f"{PATH}?estado=detenida")).text
    page = plain(await reviewer.get(f"{PATH}/{article}"))
    assert "Está detenido" in page
    assert "el hecho MUN-01 no rige" in page
    refused = await reviewer.send(f"{PATH}/{article}/revisar", {"again_note": "lo leí"})
    assert refused.status_code == 422
    assert "MUN-01, que no rige" in plain(refused)
    assert typed_in(refused, "again_note") == "lo leí"
    # What a release changed is what a second person may find right.
    async with house.database.transaction() as session:
        await facts.end(
            session, REGISTER, "MUN-01", today() + timedelta(days=900), "Ana", "no era", now()
        )
        await session.execute(
            text(
                "UPDATE article_version SET fact_digests = "
                "jsonb_set(fact_digests, '{MUN-01}', '\"otro\"') WHERE article_id = :article"
            ),
            {"article": article},
        )
    assert "cambió desde que se revisó" in plain(await reviewer.get(f"{PATH}/{article}"))
    done = await reviewer.send(f"{PATH}/{article}/revisar", {"again_note": "lo leí"})
    assert done.status_code == 303
    assert "Servida" in plain(await reviewer.get(f"{PATH}/{article}"))
    assert [act for act, _, _ in await entries(house, f"article:{article}")] == [
        "article.review_again"
    ]


# -- nothing typed is lost -------------------------------------------------------------------------


async def test_a_preview_shows_what_is_not_saved_on_both_channels(house: House) -> None:
    article = next(OWN)
    writer = await house.who(Role.EDITING)
    path = f"{PATH}/{article}/editar"
    seen = await write(writer, path, changed(article, f"Así {EVIL} es."), do="preview", note="n")
    assert seen.status_code == 200
    assert EVIL not in seen.text
    assert typed_in(seen, "markdown") == changed(article, f"Así {EVIL} es.")
    assert typed_in(seen, "note") == "n"
    whatsapp, telegram = seen.text.split('id="t-whatsapp"')[1].split('id="t-telegram"')
    for shown in (whatsapp, telegram):
        assert html.escape(f"Así {EVIL} es.", quote=False) in shown
    assert "Decime <strong>sí</strong>" in whatsapp
    assert "Sí</li>" in telegram
    assert "No hay nada que corregir" in plain(seen)
    async with house.database.session() as session:
        assert await versions.last_number(session, article) == 1


async def test_defects_are_told_by_line_and_the_text_stays(house: House) -> None:
    article = next(OWN)
    writer = await house.who(Role.EDITING)
    bad = f"{changed(article)}\nLa multa es de 4,321 dólares. {EVIL} [NO-EXISTE]\n"
    line = bad.rstrip("\n").count("\n") + 1
    for do, status in (("preview", 200), ("draft", 422), ("submit", 422)):
        answer = await write(writer, f"{PATH}/{article}/editar", bad, do=do)
        assert answer.status_code == status
        assert f"Línea {line}: cita NO-EXISTE, que no está en el registro" in plain(answer)
        assert "nothing" not in plain(answer)
        assert typed_in(answer, "markdown") == bad
        assert EVIL not in answer.text
    unreadable = await write(writer, f"{PATH}/{article}/editar", "sin encabezado", do="preview")
    assert "Línea 1: falta el encabezado" in plain(unreadable)
    async with house.database.session() as session:
        assert await versions.last_number(session, article) == 1


async def test_the_second_of_two_sees_the_difference_and_goes_on_from_the_newest(
    house: House,
) -> None:
    article = next(OWN)
    writer = await house.who(Role.EDITING)
    path = f"{PATH}/{article}/editar"
    page = await writer.get(path)
    assert typed_in(page, "began_from") == "1"
    await publish(house, article, "Dicho por otra.")
    mine = changed(article, "Dicho por mí.")
    fields = {**CAR, "began_from": "1", "markdown": mine, "note": "lo mío"}
    conflict = await writer.send(path, {**fields, "do": "draft"})
    assert conflict.status_code == 409
    assert "se publicó la versión 2, de Otra Persona" in plain(conflict)
    assert "<del>otra</del>" in conflict.text
    assert "<ins>mí</ins>" in conflict.text
    assert "Lo que cambió mientras tanto" in plain(conflict)
    assert (typed_in(conflict, "markdown"), typed_in(conflict, "note")) == (mine, "lo mío")
    assert await entries(house, f"article:{article}") == []

    fresh = await writer.send(path, {**fields, "do": "newest"})
    assert typed_in(fresh, "markdown") == changed(article, "Dicho por otra.")
    assert typed_in(fresh, "began_from") == "2"
    assert html.escape("Dicho por mí.") in fresh.text
    saved = await writer.send(
        path, {**fields, "began_from": typed_in(conflict, "began_from"), "do": "draft"}
    )
    assert saved.status_code == 303
    assert (await version(house, article, 3)).began_from == 2


async def test_a_draft_saved_in_two_windows_shows_both_texts(house: House) -> None:
    article = next(OWN)
    writer = await house.who(Role.EDITING)
    await write(writer, f"{PATH}/{article}/editar", changed(article))
    path = f"{PATH}/{article}/versiones/2/editar"
    page = await writer.get(path)
    one, other = changed(article, "De una ventana."), changed(article, "De otra ventana.")
    fields = {**CAR, "seen": typed_in(page, "seen"), "do": "draft"}
    assert (await writer.send(path, {**fields, "markdown": one})).status_code == 303
    conflict = await writer.send(path, {**fields, "markdown": other})
    assert conflict.status_code == 409
    assert "<del>una</del>" in conflict.text
    assert "<ins>otra</ins>" in conflict.text
    assert typed_in(conflict, "markdown") == other
    assert (await version(house, article, 2)).markdown == one
    decided = await writer.send(
        path, {**fields, "seen": typed_in(conflict, "seen"), "markdown": other}
    )
    assert decided.status_code == 303
    assert (await version(house, article, 2)).markdown == other


async def test_a_draft_of_another_person_becomes_one_of_ones_own(house: House) -> None:
    article = next(OWN)
    async with house.database.transaction() as session:
        await service.draft(session, REGISTER, article, changed(article), "Otra", "", now())
    writer = await house.who(Role.EDITING)
    path = f"{PATH}/{article}/versiones/2/editar"
    asked = await writer.get(path)
    assert asked.headers["location"] == f"{PATH}/{article}/editar?de=2"
    mine = changed(article, "Otra cosa.")
    refused = await writer.send(
        path, {**CAR, "began_from": "1", "seen": "x", "markdown": mine, "do": "draft"}
    )
    assert refused.status_code == 422
    assert "es de Otra" in plain(refused)
    assert typed_in(refused, "markdown") == mine
    assert f'action="{PATH}/{article}/editar"' in refused.text
    assert (await version(house, article, 2)).markdown == changed(article)


async def test_a_new_article_needs_a_name_that_is_free(house: House) -> None:
    writer = await house.who(Role.EDITING)
    path = f"{PATH}/nuevo"
    outline = await writer.get(f'{path}?titulo=¿Y: "esto"?')
    assert 'title: "¿Y: \\"esto\\"?"' in typed_in(outline, "markdown")
    source = next(OWN)
    markdown = TEXTS[source].replace("title: ", "title: Nuevo. ", 1)
    for name in ("", "Con Mayúsculas", "nuevo", source, "a/b", "x" * 81):
        refused = await writer.send(
            path, {**CAR, "name": name, "markdown": markdown, "do": "draft"}
        )
        assert refused.status_code == 422, name
        assert 'id="mal-name"' in refused.text, name
        assert typed_in(refused, "markdown") == markdown
    made = await writer.send(
        path, {**CAR, "name": "prueba-nueva", "markdown": markdown, "do": "draft"}
    )
    assert made.headers["location"] == f"{PATH}/prueba-nueva/versiones/1"
    page = plain(await writer.get(f"{PATH}/prueba-nueva"))
    assert "Sin publicar" in page
    assert "todavía no se sirve" in page


# -- reading ---------------------------------------------------------------------------------------


async def test_the_list_is_searched_filtered_sorted_and_exported(house: House) -> None:
    reader = await house.who(Role.READING)
    everything = await reader.get(PATH)
    assert "1–25 de 3" in plain(everything)
    found = await reader.get(f"{PATH}?buscar=alcaldia+salud&tema=permiso")
    assert "permiso-alcaldia-y-salud" in found.text
    assert "agua-ahorro-banos" not in found.text
    assert "Escribir uno nuevo" not in found.text
    async with house.database.transaction() as session:
        for _ in range(3):
            await ratings.count(session, "agua-ahorro-banos", today(), useful=True)
    liked = await reader.get(f"{PATH}?orden=-valoraciones")
    rows = re.findall(rf'href="{PATH}/([a-z0-9-]+)"', liked.text)
    assert next(one for one in rows if one != "nuevo") == "agua-ahorro-banos"
    as_csv = await reader.get(f"{PATH}?tema=permiso&formato=csv")
    assert as_csv.text.startswith("\ufeffTítulo,Nombre,Tema,")
    assert "permiso-alcaldia-y-salud" in as_csv.text
    assert (await reader.get(f"{PATH}?formato=xlsx")).content.startswith(b"PK")


async def test_two_versions_are_compared_word_by_word(house: House) -> None:
    article = next(OWN)
    await publish(house, article, "Una palabra nueva.")
    reader = await house.who(Role.READING)
    page = await reader.get(f"{PATH}/{article}/diferencia?de=1&a=2")
    assert "<ins>" in page.text
    assert '<tr class="removed">' in page.text
    for query in ("", "?de=1", "?de=1&a=99", "?de=-1&a=2", "?de=1&a=99999999999"):
        missing = await reader.get(f"{PATH}/{article}/diferencia{query}")
        assert missing.status_code == 404, query


async def test_who_may_only_read_sees_no_button_and_changes_nothing(house: House) -> None:
    article = next(OWN)
    number = await in_review(house, article)
    path = f"{PATH}/{article}/versiones/{number}"
    reader, writer = await house.who(Role.READING), await house.who(Role.EDITING)
    reviewer = await house.who(Role.REVIEW)
    for page in (await reader.get(path), await reader.get(f"{PATH}/{article}")):
        assert page.status_code == 200
        assert f'action="{PATH}/' not in page.text.replace(f'action="{PATH}/{article}/dif', "")
        assert "/editar" not in page.text
    assert "/aprobar" not in (await writer.get(path)).text
    assert "/editar" not in (await reviewer.get(path)).text
    fields = {"first_day": "", "return_reason": "x", "withdraw_reason": "x", "back_reason": "x"}
    for browser, role, actions in (
        (reader, "Edición", ("editar", "revision", "descartar")),
        (reviewer, "Edición", ("editar", "revision", "descartar")),
        (writer, "Revisión", ("aprobar", "devolver", "retirar", "volver")),
    ):
        for action in actions:
            answer = await browser.send(f"{path}/{action}", fields)
            assert answer.status_code == 403, action
            assert f"rol de {role}" in plain(answer)
    assert (await version(house, article, number)).state == "in_review"


async def test_what_is_not_there_is_not_found(house: House) -> None:
    article = next(OWN)
    writer, reviewer = await house.who(Role.EDITING), await house.who(Role.REVIEW)
    for path in ("no-hay", "no-hay/editar", f"{article}/versiones/99", f"{article}/versiones/0"):
        assert (await writer.get(f"{PATH}/{path}")).status_code == 404, path
    for bad in ("%00", "A", "a.b", "a" * 101, f"{article}/versiones/{'9' * 30}"):
        assert (await writer.get(f"{PATH}/{bad}")).status_code == 404, bad
    fields = {**CAR, "markdown": TEXTS[article], "do": "draft"}
    for path in ("no-hay/editar", f"{article}/versiones/99/editar"):
        assert (await writer.send(f"{PATH}/{path}", fields)).status_code == 404
    for action, field in (("aprobar", "x"), ("devolver", "return_reason")):
        answer = await reviewer.send(f"{PATH}/{article}/versiones/99/{action}", {field: "x"})
        assert answer.status_code == 404
    async with house.database.session() as session:
        assert await versions.last_number(session, "no-hay") == 0


async def test_two_reviewers_at_once_decide_once(house: House) -> None:
    article = next(OWN)
    number = await in_review(house, article)
    one, other = await house.who(Role.REVIEW), await house.who(Role.REVIEW)
    path = f"{PATH}/{article}/versiones/{number}"
    await asyncio.gather(
        one.send(f"{path}/aprobar"), other.send(f"{path}/devolver", {"return_reason": "no"})
    )
    acts = [act for act, _, _ in await entries(house, f"article:{article}")]
    assert acts in (["article.approve"], ["article.reject"])
