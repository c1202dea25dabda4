"""Questions without an answer in the console: found, looked after, resolved once, and told once."""

import asyncio
import html
import itertools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions.messages import inbox
from actions.questions import service
from actions.questions.service import Outcome
from actions.staff.permissions import Role
from api.clock import today
from knowledge.check import ALIASES
from knowledge.library import Library
from tests.api.console.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/preguntas"
ARTICLE = "residuos-llantas-y-voluminosos"
EDITOR, REVIEWER = "Elena Edición", "Raúl Revisión"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
_numbers = itertools.count(1)
_things = iter(
    (
        *("zorrillos", "pupuseras", "lanchas", "campanarios", "trompetas", "guitarras", "violines"),
        *(
            "tambores",
            "flautas",
            "cometas",
            "globos",
            "patines",
            "bicicletas",
            "carretas",
            "hamacas",
        ),
        *(
            "sombreros",
            "zapatos",
            "camisas",
            "corbatas",
            "relojes",
            "anillos",
            "collares",
            "espejos",
        ),
        *(
            "ventanas",
            "puertas",
            "techos",
            "paredes",
            "columnas",
            "jarrones",
            "floreros",
            "cuadros",
        ),
    )
)


async def ask(
    house: House,
    asked: str,
    *,
    waits: bool = False,
    day: date | None = None,
    outcome: Outcome = "abstained",
) -> tuple[int, int]:
    """A question that found no answer: its number, and that of the cluster it went to."""
    async with house.database.transaction() as session:
        number = await service.record(
            session, asked, outcome, [ARTICLE], "residuos", "whatsapp", day or today()
        )
        assert number is not None
        if waits:
            received = await inbox.receive(
                session,
                channel="whatsapp",
                external=f"+503790{next(_numbers):05}",
                provider_id="m1",
                kind="text",
                text=asked,
                detail={},
            )
            await service.wants_answer(session, number, received.person_id, datetime.now(UTC))
        cluster = await session.scalar(
            text("SELECT cluster_id FROM asked_question WHERE id = :id"), {"id": number}
        )
    return number, int(cluster)


async def fresh(house: House, **more: Any) -> tuple[str, int]:
    """A question like no other one, and its cluster."""
    asked = f"¿Dónde reparan {next(_things)}?"
    return asked, (await ask(house, asked, **more))[1]


async def scalar(house: House, statement: str, **values: Any) -> Any:
    async with house.database.session() as session:
        return await session.scalar(text(statement), values)


async def acts(house: House, subject: str) -> list[tuple[str, str]]:
    """What the audit has of it, and by whom."""
    async with house.database.session() as session:
        rows = await session.execute(
            text(
                "SELECT act, actor->>'name' FROM audit_entry "
                "WHERE subject = :subject AND way = 'console' ORDER BY place"
            ),
            {"subject": subject},
        )
        return [(row[0], row[1]) for row in rows]


async def told(house: House) -> int:
    """How many notices there are."""
    return int(await scalar(house, "SELECT count(*) FROM outbox WHERE category = 'reminders'"))


def words(page: str) -> str:
    """What a page says."""
    body = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return " ".join(html.unescape(body).split())


async def test_the_list_narrows_sorts_and_leaves_out_what_is_resolved(house: House) -> None:
    editor = await house.who(Role.EDITING)
    old, old_number = await fresh(house, day=today() - timedelta(days=40))
    often, often_number = await fresh(house, waits=True)
    for _ in range(3):
        await ask(house, often)
    gone, gone_number = await fresh(house)
    await editor.send(f"{PATH}/{gone_number}/descartar")
    await editor.send(f"{PATH}/{old_number}/asignar", {"persona": EDITOR})

    page = (await editor.get(PATH)).text
    assert page.index(often) < page.index(old)
    assert gone not in page
    line = next(row for row in page.split("<tr>") if often in row)
    assert re.findall(r'class="number ">(\d+)<', line) == ["4", "1"]
    assert "sin resolver de los últimos 7 días" in words(page)

    assert gone in (await editor.get(f"{PATH}?estado=descartadas")).text
    every = (await editor.get(f"{PATH}?estado=todas")).text
    assert gone in every
    assert often in every
    aged = (await editor.get(f"{PATH}?edad=mas")).text
    assert old in aged
    assert often not in aged
    mine = (await editor.get(f"{PATH}?asignada=mi")).text
    assert old in mine
    assert often not in mine
    nobodys = (await editor.get(f"{PATH}?asignada=nadie")).text
    assert old not in nobodys
    assert often in nobodys
    found = (await editor.get(PATH, params={"buscar": often.upper()})).text
    assert often in found
    assert old not in found
    by_age = (await editor.get(f"{PATH}?orden=edad")).text
    assert by_age.index(old) < by_age.index(often)
    table = (await editor.get(f"{PATH}?formato=csv")).content.decode("utf-8-sig")
    assert often in table
    assert gone not in table
    assert f"{PATH}/{often_number}" in page


async def test_one_question_tells_all_its_wordings_and_nobody_behind_them(house: House) -> None:
    number, cluster = await ask(house, "¿Quién compra cáscara de huevo?", waits=True)
    await ask(house, "kien compra cascara de uevo", outcome="clarify")
    assert (
        await scalar(
            house,
            "SELECT count(DISTINCT cluster_id) FROM asked_question WHERE text LIKE '%compra%'",
        )
        == 1
    )
    reader = await house.who(Role.READING)
    page = (await reader.get(f"{PATH}/{cluster}")).text
    said = words(page)
    for part in (
        "¿Quién compra cáscara de huevo?",
        "kien compra cascara de uevo",
        "WhatsApp",
        "Sin respuesta",
        "Se le dio a escoger",
        "pidió aviso",
        "Al resolverla se avisará a 1 persona.",
        "2 veces",
    ):
        assert part in said, part
    assert f'href="/consola/articulos/{ARTICLE}"' in page
    assert "+503790" not in page
    # Who may only read is offered nothing to do.
    for deed in ("asignar", "articulo", "no-corresponde", "descartar", "juntar", "separar"):
        assert f"{PATH}/{cluster}/{deed}" not in page
    assert (await reader.get(f"{PATH}/{number + 10**9}")).status_code == 404
    assert (await reader.get(f"{PATH}/{10**30}")).status_code == 404


async def test_many_wordings_come_by_the_page(house: House) -> None:
    cluster = 0
    for _ in range(27):
        _, cluster = await ask(house, "¿Venden semillas de maquilishuat?")
    reader = await house.who(Role.READING)
    first = (await reader.get(f"{PATH}/{cluster}")).text
    second = (await reader.get(f"{PATH}/{cluster}?pagina=2")).text
    both = [len(re.findall(r"<p>¿Venden semillas", page)) for page in (first, second)]
    assert both == [25, 2]
    assert "Página 1 de 2" in words(first)


async def test_a_question_is_taken_given_and_left(house: House) -> None:
    _, cluster = await fresh(house)
    editor, reviewer = await house.who(Role.EDITING), await house.who(Role.REVIEW)
    page = (await editor.get(f"{PATH}/{cluster}")).text
    assert f'value="{REVIEWER}"' in page
    # Whoever may not sort cannot be given one.
    assert "Luis Lectura" not in page
    await editor.send(f"{PATH}/{cluster}/asignar", {"persona": EDITOR})
    assert "La pregunta queda a su cargo." in (await editor.get(f"{PATH}/{cluster}")).text
    await reviewer.send(f"{PATH}/{cluster}/asignar", {"persona": REVIEWER})
    assert f"Antes la tenía {EDITOR}." in (await reviewer.get(f"{PATH}/{cluster}")).text
    for name in ("Luis Lectura", "Nadie Conocido", "", EVIL):
        wrong = await editor.send(f"{PATH}/{cluster}/asignar", {"persona": name})
        assert wrong.status_code == 422
        assert "Elija a alguien de la lista." in wrong.text
        assert "<script>alert" not in wrong.text
    await editor.send(f"{PATH}/{cluster}/asignar", {"nadie": "1"})
    page = (await editor.get(f"{PATH}/{cluster}")).text
    assert "quedó sin nadie a cargo" in page
    assert "A cargo de nadie" in words(page)
    assert await acts(house, f"question:{cluster}") == [
        ("question.assign", EDITOR),
        ("question.assign", REVIEWER),
        ("question.assign", EDITOR),
    ]


async def test_an_article_is_found_read_and_resolves_with_other_words_for_review(
    house: House,
) -> None:
    _, cluster = await ask(house, "¿Quién se lleva mis yantas ponchadas?", waits=True)
    free = next(
        one
        for one in Library.load(today()).articles.values()
        if len(one.aliases) < ALIASES[1] and one.id != ARTICLE
    )
    editor = await house.who(Role.EDITING)
    asked = (await editor.get(f"{PATH}/{cluster}/articulo")).text
    assert f'href="{PATH}/{cluster}/articulo/' in asked
    titled = (await editor.get(f"{PATH}/{cluster}/articulo", params={"buscar": free.title})).text
    assert f'href="{PATH}/{cluster}/articulo/{free.id}"' in titled
    read = (await editor.get(f"{PATH}/{cluster}/articulo/{free.id}")).text
    assert free.blocks[0].text.split("\n")[0] in html.unescape(read)
    assert "Se avisará a 1 persona" in words(read)
    assert "Ya hay respuesta a lo que preguntaste («¿Quién se lleva mis yantas" in words(read)
    assert 'value="Quién se lleva mis yantas ponchadas"' in read

    before = await told(house)
    sent = {"modo": "alias", "alias": "  llantas   ponchadas ", "nota": "así le dicen"}
    done = await editor.send(f"{PATH}/{cluster}/articulo/{free.id}", sent)
    assert done.status_code == 303
    page = (await editor.get(f"{PATH}/{cluster}")).text
    assert "Se avisará a 1 persona. La versión 2 del artículo espera la revisión" in words(page)
    assert "Resuelta otras palabras de un artículo" in words(page)
    assert f"La cerró {EDITOR}" in words(page)
    assert "así le dicen" in page
    assert await told(house) == before + 1
    row = await scalar(
        house,
        "SELECT state || ':' || author || ':' || (markdown LIKE '%- llantas ponchadas%') "
        "FROM article_version WHERE article_id = :id AND number = 2",
        id=free.id,
    )
    assert row == f"in_review:{EDITOR}:true"
    assert await acts(house, f"article:{free.id}") == [
        ("article.draft", EDITOR),
        ("article.submit", EDITOR),
    ]
    assert await acts(house, f"question:{cluster}") == [("question.resolve", EDITOR)]


async def test_an_article_resolves_as_it_is(house: House) -> None:
    _, cluster = await fresh(house)
    editor = await house.who(Role.EDITING)
    done = await editor.send(f"{PATH}/{cluster}/articulo/{ARTICLE}", {"modo": "articulo"})
    assert done.status_code == 303
    page = words((await editor.get(f"{PATH}/{cluster}")).text)
    assert "Nadie había pedido que se le avisara." in page
    assert "Ya tiene respuesta" in page
    assert (
        await scalar(
            house, "SELECT count(*) FROM article_version WHERE article_id = :id", id=ARTICLE
        )
        == 1
    )


async def test_what_cannot_be_an_answer_keeps_what_was_typed_and_tells_nobody(
    house: House,
) -> None:
    _, cluster = await fresh(house, waits=True)
    before = await told(house)
    full, other = (
        next(
            one
            for one in Library.load(today()).articles.values()
            if (len(one.aliases) == ALIASES[1]) is is_full
        )
        for is_full in (True, False)
    )
    editor = await house.who(Role.EDITING)
    for article, fields, field in (
        (other.id, {"alias": "algo", "nota": EVIL}, "modo"),
        (other.id, {"modo": "alias", "alias": " ¿? ", "nota": EVIL}, "alias"),
        (other.id, {"modo": "alias", "alias": "x" * 81, "nota": EVIL}, "alias"),
        (other.id, {"modo": "articulo", "nota": EVIL + "x" * 2000}, "nota"),
    ):
        wrong = await editor.send(f"{PATH}/{cluster}/articulo/{article}", fields)
        assert wrong.status_code == 422, fields
        assert f'id="mal-{field}"' in wrong.text
        assert html.escape(fields["nota"], quote=False)[:30] in wrong.text
        assert "<script>alert" not in wrong.text
    # The form of an article that takes no more words does not offer it; sent all the same:
    asked = (await editor.get(f"{PATH}/{cluster}/articulo/{full.id}")).text
    assert "es lo más que lleva" in asked
    refused = await editor.send(
        f"{PATH}/{cluster}/articulo/{full.id}", {"modo": "alias", "alias": "otra palabra"}
    )
    assert refused.status_code == 422
    assert "El artículo no lo acepta: tiene 13 alias" in html.unescape(refused.text)
    for path in (f"{PATH}/{cluster}/articulo/no-existe", f"{PATH}/{cluster}/articulo/..%2Fx"):
        assert (await editor.get(path)).status_code == 404
    gone = await editor.send(f"{PATH}/{cluster}/articulo/no-existe", {"modo": "articulo"})
    assert gone.status_code == 303
    assert "no se está sirviendo" in (await editor.get(f"{PATH}/{cluster}")).text
    assert await told(house) == before
    assert await acts(house, f"question:{cluster}") == []
    assert (
        await scalar(house, "SELECT state FROM question_cluster WHERE id = :id", id=cluster)
    ) == "open"


async def test_of_two_who_resolve_at_once_one_hears_by_whom_and_askers_hear_once(
    house: House,
) -> None:
    _, cluster = await fresh(house, waits=True)
    before = await told(house)
    editor, reviewer = await house.who(Role.EDITING), await house.who(Role.REVIEW)
    await asyncio.gather(
        editor.send(f"{PATH}/{cluster}/articulo/{ARTICLE}", {"modo": "articulo"}),
        reviewer.send(f"{PATH}/{cluster}/no-corresponde", {"nota_no_corresponde": "no"}),
    )
    assert await told(house) == before + 1
    ((act, winner),) = await acts(house, f"question:{cluster}")
    assert act == "question.resolve"
    loser = reviewer if winner == EDITOR else editor
    page = (await loser.get(f"{PATH}/{cluster}")).text
    assert f"{winner} ya la resolvió. No se hizo nada más." in page
    again = await loser.send(f"{PATH}/{cluster}/descartar")
    assert again.status_code == 303
    for path in (f"{PATH}/{cluster}/articulo", f"{PATH}/{cluster}/articulo/{ARTICLE}"):
        late = await loser.get(path)
        assert (late.status_code, late.headers["location"]) == (303, f"{PATH}/{cluster}")


async def test_what_is_not_ours_is_told_and_can_be_opened_again(house: House) -> None:
    _, cluster = await fresh(house, waits=True)
    before = await told(house)
    editor = await house.who(Role.EDITING)
    long = await editor.send(
        f"{PATH}/{cluster}/no-corresponde", {"nota_no_corresponde": "ñ" * 2001}
    )
    assert long.status_code == 422
    assert "ñ" * 2001 in long.text
    await editor.send(
        f"{PATH}/{cluster}/no-corresponde", {"nota_no_corresponde": f"va a Hacienda {EVIL}"}
    )
    page = (await editor.get(f"{PATH}/{cluster}")).text
    assert "no le toca al ministerio. Se avisará a 1 persona." in words(page)
    assert "va a Hacienda" in page
    assert "<script>alert" not in page
    assert await told(house) == before + 1
    await editor.send(f"{PATH}/{cluster}/abrir")
    page = words((await editor.get(f"{PATH}/{cluster}")).text)
    assert "La pregunta está abierta otra vez. La respuesta la espera 1 persona." in page
    await editor.send(f"{PATH}/{cluster}/abrir")
    assert "La pregunta ya está abierta." in (await editor.get(f"{PATH}/{cluster}")).text
    await editor.send(f"{PATH}/{cluster}/articulo/{ARTICLE}", {"modo": "articulo"})
    assert await told(house) == before + 2
    await editor.send(f"{PATH}/{cluster}/abrir")
    assert "Ya tiene un artículo que la contesta" in (await editor.get(f"{PATH}/{cluster}")).text
    assert [act for act, _ in await acts(house, f"question:{cluster}")] == [
        "question.resolve",
        "question.reopen",
        "question.resolve",
    ]


async def test_a_dismissal_tells_nobody(house: House) -> None:
    _, cluster = await fresh(house, waits=True)
    before = await told(house)
    editor = await house.who(Role.EDITING)
    await editor.send(f"{PATH}/{cluster}/descartar", {"nota_descartar": "es un chiste"})
    page = words((await editor.get(f"{PATH}/{cluster}")).text)
    assert "quedó descartada. No se avisó a nadie." in page
    assert "es un chiste" in page
    assert await told(house) == before


async def test_two_that_are_one_are_joined_and_one_that_is_another_is_parted(
    house: House,
) -> None:
    one, kept = await fresh(house, waits=True)
    other, gone = await fresh(house, waits=True)
    editor = await house.who(Role.EDITING)
    chosen = (await editor.get(f"{PATH}/{kept}/juntar", params={"buscar": other})).text
    assert f'name="otra" value="{gone}"' in chosen
    assert f'name="otra" value="{kept}"' not in chosen
    for nothing in ("", "abc", "-1", "9" * 40):
        wrong = await editor.send(f"{PATH}/{kept}/juntar", {"otra": nothing})
        assert wrong.status_code == 422
        assert "Elija la pregunta que es la misma." in wrong.text
    await editor.send(f"{PATH}/{kept}/juntar", {"otra": str(kept)})
    assert "no hay nada que juntar" in (await editor.get(f"{PATH}/{kept}")).text
    await editor.send(f"{PATH}/{kept}/juntar", {"otra": str(gone)})
    page = (await editor.get(f"{PATH}/{kept}")).text
    assert "Las dos son ahora una sola" in page
    assert one in page
    assert other in page
    assert "se avisará a 2 personas" in words(page)
    assert (await editor.get(f"{PATH}/{gone}")).status_code == 404
    # Somebody who still has the other one before them hears where it went.
    late = await editor.send(f"{PATH}/{gone}/descartar")
    assert (late.status_code, late.headers["location"]) == (303, PATH)
    assert "alguien la juntó con otra" in (await editor.get(PATH)).text

    number = await scalar(house, "SELECT id FROM asked_question WHERE text = :text", text=other)
    parted = await editor.send(f"{PATH}/{kept}/separar", {"forma": str(number)})
    new = parted.headers["location"]
    assert new != f"{PATH}/{kept}"
    assert "se avisará a 1 persona" in words((await editor.get(new)).text)
    assert [act for act, _ in await acts(house, f"question:{kept}")] == [
        "question.merge",
        "question.part",
    ]


async def test_a_wording_of_another_question_is_not_parted_from_here(house: House) -> None:
    _, here = await fresh(house)
    asked, there = await fresh(house)
    number, _ = await ask(house, asked)
    editor = await house.who(Role.EDITING)
    for wording in (str(number), "", "abc", "9" * 40, "-1"):
        answer = await editor.send(f"{PATH}/{here}/separar", {"forma": wording})
        assert answer.headers["location"] == f"{PATH}/{here}"
        assert "ya no está aquí" in (await editor.get(f"{PATH}/{here}")).text
    assert (
        await scalar(house, "SELECT count(*) FROM asked_question WHERE cluster_id = :id", id=there)
        == 2
    )
    assert await acts(house, f"question:{here}") == []


async def test_who_may_only_read_changes_nothing(house: House) -> None:
    _, cluster = await fresh(house)
    for role in (Role.READING, Role.COMMUNICATION, Role.ATTENTION, Role.ADMINISTRATION):
        someone = await house.who(role)
        assert (await someone.get(f"{PATH}/{cluster}")).status_code == 200
        for deed in ("asignar", f"articulo/{ARTICLE}", "no-corresponde", "descartar", "juntar"):
            answer = await someone.send(f"{PATH}/{cluster}/{deed}", {"modo": "articulo"})
            assert answer.status_code == 403
            assert "rol de Edición o Revisión" in answer.text
    assert await acts(house, f"question:{cluster}") == []


async def test_what_people_wrote_is_text_everywhere(house: House) -> None:
    _, cluster = await ask(house, f"¿vendo iguanas {EVIL}?", waits=True)
    await ask(house, f"bendo iguanas {EVIL}")
    editor = await house.who(Role.EDITING)
    for path in (
        PATH,
        f"{PATH}/{cluster}",
        f"{PATH}/{cluster}/articulo",
        f"{PATH}/{cluster}/articulo/{ARTICLE}",
        f"{PATH}/{cluster}/juntar",
        f"{PATH}/{cluster}/articulo?buscar={EVIL}",
    ):
        page = (await editor.get(path)).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
