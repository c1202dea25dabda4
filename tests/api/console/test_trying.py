"""«Probar»: the answer as phones show it, the reasons, and that nothing of it is kept."""

import asyncio
import html
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.routing import Mount

from actions.articles.shelf import Shelf
from actions.staff.permissions import Role
from knowledge.library import Library
from knowledge.search import Index
from tests.api.console.conftest import Browser, House, console

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/consola/probar"
PERMIT = "¿Qué es el permiso ambiental?"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def words(page: str) -> str:
    """What a page says."""
    body = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return " ".join(html.unescape(body).split())


async def tried(browser: Browser, question: str, **more: str) -> str:
    answer = await browser.get(PATH, params={"pregunta": question, **more})
    assert answer.status_code == 200
    return answer.text


async def test_a_question_shows_the_answer_on_both_phones_and_why(house: House) -> None:
    reader = await house.who(Role.READING)
    page = await tried(reader, PERMIT)
    said = words(page)
    assert "Contesta con" in said
    phones = re.findall(r'<section class="phone".*?</section>', page, re.DOTALL)
    assert len(phones) == 2
    assert "WhatsApp" in phones[0]
    assert "1. " in phones[0], "without templates WhatsApp has a numbered menu"
    assert "Telegram" in phones[1]
    assert '<ul class="choices"' in phones[1]
    # Telegram's marks are read, and shown as what they are.
    assert "&lt;b&gt;" not in page
    for part in (
        "Se tomó por una pregunta",
        "por la búsqueda, sin el modelo de lenguaje",
        "La búsqueda: contestar",
        "hace falta 0.45 alcanza",
        "La búsqueda: dar a escoger",
        "En qué se apoya",
        "Tardó",
    ):
        assert part in said, part
    article = re.search(r'<td data-title="Artículo".*?href="(/consola/articulos/[^"]+)"', page)
    assert article
    assert f'con <a href="{article[1]}">' in " ".join(page.split())
    assert page.count('data-title="Artículo"') == 5


async def test_without_the_language_model_it_is_told_and_still_answers(house: House) -> None:
    reader = await house.who(Role.READING)
    assert "El modelo de lenguaje no contesta." in await tried(reader, PERMIT)


async def test_with_the_language_model_its_guesses_are_shown(
    module_url: str, tmp_path: Path
) -> None:
    async with _rasa() as url, console(module_url, tmp_path, url) as house:
        said = words(await tried(await house.who(Role.READING), PERMIT))
    assert "El modelo de lenguaje no contesta" not in said
    for part in (
        "Se supo por el modelo de lenguaje",
        "Seguridad 0.83",
        "Lo que pensó el modelo",
        "el diagnóstico de ecoeficiencia 0.11",
        "El modelo: se toma lo que dice",
        "del modelo",
    ):
        assert part in said, part


@asynccontextmanager
async def _rasa() -> AsyncIterator[str]:
    """A server that takes every text for a question, as Rasa says it."""
    body = (
        b'{"intent": {"name": "ask_question", "confidence": 0.83}, "intent_ranking": ['
        b'{"name": "ask_question", "confidence": 0.83}, {"name": "task_scan", "confidence": 0.11}]}'
    )

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_misspelt_words_are_shown_as_they_were_read(house: House) -> None:
    said = words(await tried(await house.who(Role.READING), "kiero saver del permizo ambiental"))
    assert "«permizo» se leyó como «permiso»" in said


async def test_what_is_not_known_says_so_and_offers_to_write_it(house: House) -> None:
    nonsense = "qwxz vbnmk ñlkjh"
    page = await tried(await house.who(Role.EDITING), nonsense)
    said = words(page)
    assert "Dice que no sabe" in said
    assert "no alcanza" in said
    assert re.search(r"Ningún artículo tiene: [^.]*vbnmk", said)
    link = re.search(r'href="(/consola/articulos/nuevo[^"]+)"', page)
    assert link
    editor = await (await house.who(Role.EDITING)).get(html.unescape(link[1]))
    assert f'title: "{nonsense}"' in html.unescape(editor.text)
    assert f'value="Contesta: {nonsense}"' in html.unescape(editor.text)
    reader = await tried(await house.who(Role.READING), nonsense)
    assert "/consola/articulos/nuevo" not in reader


async def test_one_channel_and_the_branch_of_the_firm(house: House) -> None:
    reader = await house.who(Role.READING)
    page = await tried(reader, PERMIT, canal="telegram", rubro="panaderia")
    assert page.count('<section class="phone"') == 1
    assert "Telegram" in page
    assert '<option value="panaderia" selected>' in page
    # What the page does not know is left out.
    other = await tried(reader, PERMIT, canal="fax", rubro=EVIL)
    assert "<script>alert" not in other


async def test_without_a_question_there_is_a_form_and_one_too_long_is_kept(house: House) -> None:
    reader = await house.who(Role.READING)
    empty = await reader.get(PATH)
    assert empty.status_code == 200
    assert "Por qué" not in words(empty.text)
    assert "Por qué" not in words(await tried(reader, " \x00 "))
    long = "ñ" * 1001
    wrong = await reader.get(PATH, params={"pregunta": long})
    assert wrong.status_code == 422
    assert long in wrong.text
    assert 'id="mal-pregunta"' in wrong.text
    assert "tiene 1,001 letras y caben 1,000" in wrong.text


async def test_what_is_typed_is_text_and_does_nothing(house: House) -> None:
    reader = await house.who(Role.READING)
    for question in (EVIL, "*negrita* <b>x</b>", "baja", "quiero hablar con una persona", "/start"):
        page = await tried(reader, question)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>x</b>" not in page
    async with house.database.session() as session:
        for table in ("inbox", "outbox", "turn", "asked_question", '"case"', "person"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_other_pages_go_on_while_the_search_is_made_ready(
    module_url: str, tmp_path: Path
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    made = []

    class Gated(Library):
        @cached_property
        def index(self) -> Index:
            made.append(self)
            begun.set()
            assert may_end.wait(60)
            return served.index

    async with console(module_url, tmp_path, "http://127.0.0.1:9") as house:
        served: Library = house.app.state.shelf.library
        shelf = Shelf(served.facts, Gated(served.articles, served.facts), searched=False)
        mounted = [one for one in house.app.routes if isinstance(one, Mount)]
        (rooms,) = [one.app for one in mounted if one.path == "/consola"]
        assert isinstance(rooms, FastAPI)
        rooms.state.console = replace(rooms.state.console, shelf=lambda: shelf)
        reader = await house.who(Role.READING)
        first = asyncio.create_task(tried(reader, PERMIT))
        assert await asyncio.to_thread(begun.wait, 60)
        assert (await reader.get("/consola/cuenta")).status_code == 200
        assert not first.done()
        may_end.set()
        assert "Contesta con" in words(await first)
        await tried(reader, PERMIT)
    assert len(made) == 1
