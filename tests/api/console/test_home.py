"""«Inicio»: what staff see at a glance, for whom, and that the address chooses the period."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cases import service as cases
from actions.demo import staff as demo_staff
from actions.figures.service import Point, Total, Trend
from actions.messages import inbox, outbox, states
from actions.messages.content import Content
from actions.staff.permissions import Role
from api.clock import now
from api.console import charts
from api.console.charts import Series
from api.console.rooms import home
from api.processes.postgres import EmbeddedPostgres
from tests.api.console.conftest import House, console
from tests.conftest import drop_database, fresh_database

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOME = "/consola/"
LIVE = {"X-Parte": "1"}


@contextmanager
def _database(postgres: EmbeddedPostgres) -> Iterator[str]:
    url = fresh_database(postgres)
    yield url
    drop_database(postgres, url)


def _plain(html: str) -> str:
    """What is read on a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def _wrote(session: AsyncSession, external: str, channel: str = "web") -> tuple[int, int]:
    received = await inbox.receive(
        session,
        channel=channel,
        external=external,
        provider_id=f"m-{external}",
        kind="text",
        text="kiero saver si ocupo permiso",
        detail={},
    )
    await session.execute(text("UPDATE inbox SET handled_at = now() WHERE handled_at IS NULL"))
    return received.person_id, received.address_id


async def _turn(
    session: AsyncSession, person_id: int, outcome: str, topic: str, article: str = ""
) -> None:
    await session.execute(
        text(
            "INSERT INTO turn (person_id, channel, outcome, topic, articles, milliseconds) VALUES "
            "(:person, 'web', :outcome, :topic, to_jsonb(CAST(:articles AS text[])), 48)"
        ),
        {
            "person": person_id,
            "outcome": outcome,
            "topic": topic,
            "articles": [article] if article else [],
        },
    )


async def test_a_fresh_installation_says_so_and_invites_to_try(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with _database(postgres) as url:
        async with console(url, tmp_path, "http://127.0.0.1:9") as house:
            browser = await house.who(Role.READING)
            page = await browser.get(HOME)
            assert page.status_code == 200
            words = _plain(page.text)
            assert "Todavía nadie ha escrito" in words
            assert 'href="/chat"' in page.text
            assert "Tendencias" not in words
            assert "Mensajes por contestar" in words


async def test_the_day_is_told_at_a_glance(house: House) -> None:
    async with house.database.transaction() as session:
        person_id, address_id = await _wrote(session, "ana")
        other_id, _ = await _wrote(session, "luis")
        await _turn(session, person_id, "answered", "permiso", "permiso-quien-lo-necesita")
        await _turn(session, person_id, "answered", "permiso", "permiso-quien-lo-necesita")
        await _turn(session, other_id, "abstained", "residuos")
        await outbox.add(
            session,
            person_id=person_id,
            address_id=address_id,
            channel="web",
            contents=[Content(text="Te cuento.")],
            lane=states.REPLY,
            state=states.SENT,
        )
        await outbox.add(
            session,
            person_id=person_id,
            address_id=address_id,
            channel="web",
            contents=[Content(text="Un aviso.")],
            lane=states.NOTICE,
        )
        number = (await cases.open_case(session, other_id, "request")).number
        await session.execute(
            text("UPDATE \"case\" SET opened_at = now() - interval '3 hours' WHERE id = :id"),
            {"id": number},
        )
    browser = await house.who(Role.ATTENTION)
    page = (await browser.get(HOME)).text
    words = _plain(page)
    assert "2 personas escribieron, 2 por primera vez" in words
    assert "2 mensajes recibidos, 1 enviados" in words
    assert "2 preguntas contestadas, 66.7 %" in words
    assert "1 sin contestar" in words
    assert "1 espera a una persona, la más antigua desde hace 3 h; 0 en atención" in words
    assert 'href="/consola/casos"' in page
    assert "48 ms" in words
    assert "Permiso ambiental 2" in words
    title = re.search(r'href="/consola/articulos/permiso-quien-lo-necesita">([^<]+)<', page)
    assert title and title[1] != "permiso-quien-lo-necesita"
    assert re.search(r"1 Avisos por enviar, desde hace menos de 1 min", words)
    assert "0 Mensajes por contestar" in words
    assert words.count("Apagado") == 2, "WhatsApp and Telegram are not set here"
    assert "Web Bien" in words


async def test_who_only_reads_sees_figures_and_no_way_to_the_cases(house: House) -> None:
    async with house.database.transaction() as session:
        await _wrote(session, "rosa")
    page = (await (await house.who(Role.READING)).get(HOME)).text
    assert "espera a una persona" in _plain(page) or "esperan a una persona" in _plain(page)
    assert "/consola/casos" not in page


async def test_nobody_gets_in_without_a_role_that_sees_it(house: House) -> None:
    stranger = await house.browser().get(HOME)
    assert stranger.status_code == 303
    assert stranger.headers["location"] == "/consola/entrar"
    async with house.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO staff (email, name, roles, password_hash) SELECT "
                "'sin@demo.example', 'Sin Rol', ARRAY['de otra version'], password_hash "
                "FROM staff WHERE email = :email"
            ),
            {"email": demo_staff.EMAILS[0]},
        )
    browser = house.browser()
    await browser.enter("sin@demo.example")
    for path in (HOME, home.GLANCE):
        answer = await browser.get(path)
        assert answer.status_code == 403
        assert "Lectura" in answer.text


async def test_the_address_chooses_the_period_and_the_table_stands_beside(house: House) -> None:
    async with house.database.transaction() as session:
        await _wrote(session, "mario")
    browser = await house.who(Role.READING)
    for days in (7, 30, 90):
        page = (await browser.get(f"{HOME}?dias={days}")).text
        current = re.findall(r'aria-current="page">([^<]+) días<', page)
        assert current == [str(days)]
        assert page.count('<figure class="figure">') == 4
        assert page.count('<tr><th scope="row">') == 4 * days
        for drawing in re.findall(r"<svg class=\"chart\".*?</svg>", page, re.DOTALL):
            ElementTree.fromstring(drawing)
    assert 'aria-current="page">30 días' in (await browser.get(HOME)).text
    for bad in ("8", "abc", "-7", "9999999999999", "", "٣٠", "<script>"):
        answer = await browser.get(HOME, params={"dias": bad})
        assert (answer.status_code, answer.headers["location"]) == (303, HOME), bad


async def test_the_live_part_is_sent_only_when_it_changed(house: House) -> None:
    async with house.database.transaction() as session:
        await _wrote(session, "elsa")
    browser = await house.who(Role.READING)
    page = (await browser.get(HOME)).text
    assert f'data-live="{home.GLANCE}" data-every="5000"' in page
    tag = re.search(r'data-tag="([^"]+)"', page)
    assert tag
    known = {**LIVE, "If-None-Match": tag[1].replace("&#34;", '"')}
    assert (await browser.get(home.GLANCE, headers=known)).status_code == 304
    async with house.database.transaction() as session:
        await _wrote(session, f"fresh-{now().timestamp()}")
    fresh = await browser.get(home.GLANCE, headers=known)
    assert fresh.status_code == 200
    assert "escribieron" in fresh.text
    assert "<html" not in fresh.text


async def test_names_of_other_releases_are_shown_as_text(house: House) -> None:
    """A topic or article that is no more stands as it was stored, and is no mark of the page."""
    async with house.database.transaction() as session:
        person_id, _ = await _wrote(session, "mala")
        for _ in range(5):
            await _turn(session, person_id, "answered", "<b>x</b>", '"><script>alert(1)</script>')
    page = (await (await house.who(Role.READING)).get(HOME)).text
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


async def test_the_console_is_found_without_its_slash(house: House) -> None:
    answer = await house.browser().get("/consola")
    assert answer.status_code in (302, 303, 307, 308)
    assert answer.headers["location"] == HOME


async def test_changes_are_told_in_words() -> None:
    assert home.moved(None) == "todavía no hay con qué comparar"
    assert home.moved(0.0) == "igual que en el período anterior"
    assert home.moved(0.004) == "igual que en el período anterior"
    assert home.moved(0.25) == "25 % más que en el período anterior"
    assert home.moved(-1.0) == "100 % menos que en el período anterior"
    assert (
        home.moved(-0.2, "más lento", "más rápido") == "20 % más rápido que en el período anterior"
    )
    assert home.moved(2.5) == "3.5 veces lo del período anterior"


async def test_a_trend_is_drawn_day_by_day_with_what_it_comes_to() -> None:
    first = date(2026, 11, 1)
    points = tuple(
        Point(first + timedelta(days=place), 10, 8, 2, 4 + place, 90, place % 3)
        for place in range(7)
    )
    trend = Trend(
        points,
        Total(70, None),
        Total(56, 0.1),
        Total(14, -0.5),
        Total(7.0, None),
        Total(1290, 0.3),
        Total(6, 0.0),
    )
    answered, people, quick, opened = home.drawn(trend)
    assert answered.total == "56 contestadas, 80.0 % de las preguntas"
    assert answered.moved.startswith("Contestadas: 10 % más")
    assert "Sin contestar: 50 % menos" in answered.moved
    assert people.total == "7.0 al día, en promedio"
    assert people.moved == "Todavía no hay con qué comparar."
    assert quick.total == "95 de cada 100 respuestas, en 1.3 s o menos"
    assert quick.moved == "30 % más lento que en el período anterior."
    assert opened.moved == "Igual que en el período anterior."
    assert [one.chart.labels[-1] for one in (answered, people)] == ["7 nov", "7 nov"]
    assert answered.chart.series[0].values == [8] * 7


@pytest.mark.parametrize("top", [0, 0.4, 1, 2, 3, 7, 9, 40, 41, 99, 100, 101, 1234, 987654])
async def test_a_scale_holds_everything_at_whole_numbers(top: float) -> None:
    rules = charts.scale(top)
    assert rules[0] == 0
    assert rules[-1] >= top
    assert len(rules) <= 5
    assert all(one == int(one) for one in rules)
    steps = {later - one for one, later in pairwise(rules)}
    assert len(steps) == 1


async def test_bars_lie_upon_each_other_and_within_the_drawing() -> None:
    chart = charts.bars("T", ["a", "b"], [Series("X", [3, 0], 1), Series("Y", [2, 5], 2)])
    root = ElementTree.fromstring(chart.svg)
    drawn = [one.attrib for one in root if one.get("class", "").startswith("bar")]
    assert len(drawn) == 3, "nothing is drawn for a zero"
    below, above = drawn[0], drawn[1]
    assert float(above["y"]) + float(above["height"]) == pytest.approx(float(below["y"]), abs=0.11)
    assert all(float(one["y"]) >= 0 for one in drawn)
    assert chart.stacked


async def test_words_of_a_chart_cannot_break_out_of_it() -> None:
    chart = charts.lines('"><script>', ["<i>"], [Series("<b>", [1])], "<u>")
    ElementTree.fromstring(chart.svg)
    assert "<script" not in chart.svg
    assert "<b>" not in chart.svg


async def test_short_times_are_told_as_people_say_them() -> None:
    assert [home.quick(one) for one in (None, 45, 1234)] == ["–", "45 ms", "1.2 s"]
