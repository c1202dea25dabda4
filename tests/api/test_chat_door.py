"""The web chat's HTTP door, on the real path."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.processes.postgres import EmbeddedPostgres
from tests.conftest import drop_database, fresh_database
from tests.effort import PATIENT
from tests.system import System, running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def system(postgres: EmbeddedPostgres, rasa_url: str) -> AsyncIterator[System]:
    """One running product for all tests of this file: each uses conversations of its own."""
    url = fresh_database(postgres)
    async with running(System(url, rasa_url, environment={**PATIENT})) as system:
        yield system
    drop_database(postgres, url)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answered(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """What a message comes to: it is sent again, the same, while its turn is under way."""
    response = await send()
    while response.status_code == 202:
        response = await send()
    return response


async def said(
    system: System, conversation: str, identity: str, text: str | None = None, **more: Any
) -> httpx.Response:
    return await answered(lambda: system.say(conversation, identity, text, **more))


async def test_a_badly_spelt_question_gets_a_sourced_answer_with_next_steps(system: System) -> None:
    response = await said(system, "ask-1", "1", "kiero saver si ocupo permiso pa mi taller")
    assert response.status_code == 200
    (reply,) = response.json()["replies"]
    assert "Fuente" in reply["text"]
    assert "Ley del Medio Ambiente" in reply["text"]
    assert len(reply["buttons"]) >= 2
    assert {"id", "text", "buttons", "links", "files"} <= reply.keys()


async def test_the_same_id_again_returns_the_same_replies(system: System) -> None:
    first = await said(system, "again-1", "a", "hola")
    copies = await asyncio.gather(*(said(system, "again-1", "a", "hola") for _ in range(20)))
    assert all(copy.json() == first.json() for copy in copies)
    other = await said(system, "again-2", "a", "hola")
    assert other.json()["replies"][0]["id"] != first.json()["replies"][0]["id"]
    rows = system.query("SELECT count(*) FROM inbox WHERE provider_id = 'a'")
    assert rows == [(2,)]


async def test_copies_sent_together_are_one_turn(system: System) -> None:
    answers = await asyncio.gather(*(said(system, "once-1", "x", "gracias") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({json.dumps(answer.json()) for answer in answers}) == 1


async def test_buttons_do_what_they_say_and_numbers_choose_them(system: System) -> None:
    menu = (await said(system, "menu-1", "1", "menú")).json()["replies"][0]
    assert len(menu["buttons"]) >= 6
    pressed = await said(system, "menu-1", "2", payload=menu["buttons"][0]["payload"])
    topic = pressed.json()["replies"][0]
    assert "Permiso" in topic["text"]
    by_number = await system.tell("menu-1", "3", "1")
    assert "Fuente" in by_number
    # An old button still does what it said.
    old = await said(system, "menu-1", "4", payload=menu["buttons"][1]["payload"])
    assert "Aguas" in old.json()["replies"][0]["text"]


async def test_somebody_elses_button_shows_nothing(system: System) -> None:
    menu = (await said(system, "owner-1", "1", "menú")).json()["replies"][0]
    foreign = await said(system, "thief-1", "1", payload=menu["buttons"][0]["payload"])
    assert "Ese botón ya no" in foreign.json()["replies"][0]["text"]
    for payload in ("b1", "b1.2.3", "b99999999999999999999.0", "'; DROP TABLE inbox; --", ""):
        response = await said(system, "thief-1", f"p{payload}", payload=payload)
        assert "Ese botón ya no" in response.json()["replies"][0]["text"], payload


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "vacío"),
        ("  \n\t ", "vacío"),
        ("\x00\x00", "vacío"),
        ("😀🎉", "con palabras"),
        ("\ud800", "vacío"),
        ("x" * 20_000, "muy largo"),
        ("/borrar", "comando no lo conozco"),
        ("/start", "Torogoz"),
        ("/ayuda", "De qué querés saber"),
        ("/alto", "ya no te mando avisos"),
        ("77", "no está entre las opciones"),
    ],
)
async def test_odd_text_gets_a_clear_sentence_and_the_next_message_works(
    system: System, text: str, expected: str
) -> None:
    conversation = f"odd-{abs(hash(text))}"
    body = json.dumps({"id": "1", "text": text})
    response = await answered(
        lambda: system.client.post(f"/chat/{conversation}/messages", content=body)
    )
    assert response.status_code == 200, response.text
    (reply,) = response.json()["replies"]
    assert expected in reply["text"]
    assert "Fuente" in await system.tell(conversation, "2", "¿ocupo permiso ambiental?")


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("nota.ogg", "audio/ogg", "nota de voz"),
        ("foto.jpg", "image/jpeg", "fotos"),
        ("clip.mp4", "video/mp4", "videos"),
        ("informe.pdf", "application/pdf", "archivos"),
        ("raro.bin", "application/x-nadie", "archivos"),
        ("", "", "archivos"),
    ],
)
async def test_files_of_any_kind_get_a_clear_sentence(
    system: System, name: str, media_type: str, expected: str
) -> None:
    response = await answered(
        lambda: system.client.post(
            f"/chat/file-{expected}-{name or 'none'}/messages".replace(" ", "-"),
            data={"id": "1"},
            files={"file": (name or "sin-nombre", b"\x00\x01" * 500, media_type or "x/y")},
        )
    )
    assert response.status_code == 200, response.text
    assert expected in response.json()["replies"][0]["text"]


async def test_words_with_a_file_are_answered(system: System) -> None:
    response = await answered(
        lambda: system.client.post(
            "/chat/caption-1/messages",
            data={"id": "1", "text": "¿ocupo permiso ambiental?"},
            files={"file": ("foto.jpg", b"\xff\xd8\xff", "image/jpeg")},
        )
    )
    text = response.json()["replies"][0]["text"]
    assert "El archivo no lo puedo ver" in text
    assert "Fuente" in text


async def test_a_file_over_the_limit_is_refused_and_nothing_is_stored(system: System) -> None:
    response = await system.client.post(
        "/chat/large-1/messages",
        data={"id": "1"},
        files={"file": ("grande.pdf", b"0" * (10 * 1024 * 1024 + 1), "application/pdf")},
    )
    assert response.status_code == 413
    assert "10 MB" in response.json()["error"]
    large = json.dumps({"id": "1", "text": "x" * 200_000})
    response = await system.client.post("/chat/large-1/messages", content=large)
    assert response.status_code == 413
    assert (await system.client.get("/chat/large-1/messages?all=1")).json()["messages"] == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"id": 1, "text": "hola"}',
        '{"text": "hola"}',
        '{"id": "1"}',
        "[" * 9999,
    ],
)
async def test_malformed_requests_are_refused_with_a_sentence(system: System, body: str) -> None:
    response = await system.client.post("/chat/malformed-1/messages", content=body)
    assert response.status_code == 422
    assert response.json()["error"].startswith("No entendí")


async def test_a_conversation_is_seen_only_under_its_own_id(system: System) -> None:
    await system.tell("private-1", "1", "hola")
    mine = (await system.client.get("/chat/private-1/messages?all=1")).json()
    assert [message["from"] for message in mine["messages"]] == ["person", "assistant"]
    assert mine["messages"][0]["id"] == "1"
    other = (await system.client.get("/chat/private-2/messages?all=1")).json()
    assert other["messages"] == []
    stored = system.query("SELECT count(*) FROM address WHERE external = 'private-1'")
    assert stored == [(0,)]
    for name in ("a b", "x" * 201, "<script>"):
        assert (await system.client.get(f"/chat/{name}/messages")).status_code == 422


async def test_what_comes_later_is_fetched_after_the_last_one_seen(system: System) -> None:
    await system.tell("later-1", "1", "quiero hablar con una persona")
    seen = (await system.client.get("/chat/later-1/messages")).json()
    assert len(seen["replies"]) == 1
    nothing = (await system.client.get(f"/chat/later-1/messages?after={seen['after']}")).json()
    assert nothing == {"replies": [], "after": seen["after"]}
    ((number,),) = system.query('SELECT max(id) FROM "case"')
    environment = {"TOROGOZ_DATABASE_URL": system.database_url}
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "api.cli",
            "cases",
            "reply",
            str(number),
            "Buen día, ¿en qué le ayudo? <b>&",
        ),
        env={**os.environ, **environment},
    )
    assert await process.wait() == 0
    for _ in range(600):
        later = (await system.client.get(f"/chat/later-1/messages?after={seen['after']}")).json()
        if later["replies"]:
            break
        await asyncio.sleep(0.1)
    assert [reply["text"] for reply in later["replies"]] == ["Buen día, ¿en qué le ayudo? <b>&"]


async def until_stored(system: System, identity: str) -> None:
    """Until the message of that id waits for its turn."""
    statement = "SELECT count(*) FROM inbox WHERE provider_id = %s"
    for _ in range(600):
        if system.query(statement, identity) == [(1,)]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{identity} was not stored")


async def test_a_burst_is_read_as_one_turn(system: System) -> None:
    texts = ("hola", "kiero saver", "si ocupo permiso")
    system.processes["worker"].send_signal(signal.SIGSTOP)  # The messages wait together.
    try:
        posts = []
        for place, text in enumerate(texts):
            posts.append(asyncio.create_task(said(system, "burst-1", f"burst-{place}", text)))
            await until_stored(system, f"burst-{place}")
    finally:
        system.processes["worker"].send_signal(signal.SIGCONT)
    answers: list[httpx.Response] = [await post for post in posts]
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    assert "Fuente" in answers[0].json()["replies"][0]["text"]


async def test_a_slow_turn_gives_202_and_the_reply_comes_later(system: System) -> None:
    system.processes["worker"].send_signal(signal.SIGSTOP)
    try:
        response = await system.say("slow-1", "1", "gracias")
    finally:
        system.processes["worker"].send_signal(signal.SIGCONT)
    assert response.status_code == 202
    assert response.json() == {"replies": []}
    for _ in range(600):
        replies = (await system.client.get("/chat/slow-1/messages")).json()["replies"]
        if replies:
            break
        await asyncio.sleep(0.1)
    assert len(replies) == 1
    assert (await said(system, "slow-1", "1", "gracias")).json() == {"replies": replies}


async def test_pages_carry_a_strict_policy_and_no_inline_code(system: System) -> None:
    page = await system.client.get("/chat")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert "onclick" not in page.text
