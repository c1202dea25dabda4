"""Conversations written as YAML, and the person who plays them against the running product."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import yaml
from sqlalchemy import text as sql

from actions.bookings import availability
from actions.bookings.openings import Window
from actions.cases import staff
from actions.demo import registry as demo
from actions.jobs import TURN, lock_of
from actions.store.database import Database
from tests.conversations import consulting
from tests.providers.record import File, RecordedMessage
from tests.providers.telegram_updates import Place
from tests.providers.twilio_inbound import Location
from tests.system import Channels

FOLDER: Final = Path(__file__).parent
RESPONSES: Final = FOLDER.parents[1] / "bot" / "responses"
CHANNELS: Final = ("whatsapp", "telegram")
SPEAKING: Final = frozenset(("says", "presses", "presses_old", "burst", "sends"))
DOING: Final = SPEAKING | {"times", "later", "staff", "on", "consultant"}
SEEING: Final = frozenset(("hears", "not", "offers", "quiet", "keeps", "once", "file"))
FILES: Final = {
    "voice": File("nota.ogg", "audio/ogg", b"OggS" + bytes(60)),
    "photo": File("foto.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(16)),
    "sticker": File("s.webp", "image/webp", b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40)),
}
_BEGINS: Final = {"pdf": b"%PDF", "ics": b"BEGIN:VCALENDAR"}
"""What files of a kind begin with."""
_NUMBERED: Final = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_UNFINISHED: Final = re.compile(r"\{\w*\}|\*\*|\butter_|\bNone\b|</?b>|[ ]{2,}|\n{3,}")
"""What only a text that was not filled in or not marked up has."""
_ASKING: Final = tuple(
    texts[0]["text"].split("\n\n")[-1]
    for name, texts in yaml.safe_load((RESPONSES / "person.yml").read_text(encoding="utf-8"))[
        "responses"
    ].items()
    if name.startswith("utter_ask_")
)
"""What the questions of tasks end with."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation: what the person does, and what they must see after each step."""

    name: str
    channel: str
    steps: Sequence[Mapping[str, Any]]

    @property
    def id(self) -> str:
        return f"{self.name} [{self.channel}]"


def load() -> list[Conversation]:
    """All conversations of the folder, each once per channel."""
    found: list[Conversation] = []
    for path in sorted(FOLDER.glob("*.yml")):
        for declared in yaml.safe_load(path.read_text(encoding="utf-8")):
            steps = list(_flat(declared["steps"]))
            for step in steps:
                unknown = step.keys() - DOING - SEEING
                assert not unknown, f"{path.name}: {declared['name']}: unknown {unknown}"
            found += [
                Conversation(declared["name"], channel, steps)
                for channel in declared.get("channels", CHANNELS)
            ]
    names = [one.id for one in found]
    assert len(set(names)) == len(names), "two conversations have the same name"
    return found


async def load_registry(database: Database) -> None:
    """There are consultants, the same for all conversations, who have time on every day."""
    async with database.transaction() as session:
        assert await demo.load(session, datetime.now(UTC))
        found = await session.scalars(sql("SELECT id FROM consultant WHERE state = 'vigente'"))
        week = [Window(day, time(8), time(17)) for day in range(7)]
        for consultant in found.all():
            await availability.set_windows(session, consultant, week)


def _flat(steps: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The steps; a list among them is a stretch of another conversation, by its anchor."""
    for step in steps:
        if isinstance(step, list):
            yield from _flat(step)
        else:
            yield step


@dataclass
class Player:
    """A person with a phone, playing one conversation."""

    channels: Channels
    database: Database
    connection: psycopg.AsyncConnection
    number: int
    channel: str
    kept: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    new: list[RecordedMessage] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return f"whatsapp:+5037{self.number:07}"

    @property
    def chat(self) -> int:
        return 40_000_000 + self.number

    def external_on(self, channel: str) -> str:
        return self.phone.removeprefix("whatsapp:") if channel == "whatsapp" else str(self.chat)

    def messages(self) -> list[RecordedMessage]:
        if self.channel == "whatsapp":
            return self.channels.twilio.messages_to(self.phone)
        return self.channels.telegram.messages_to(str(self.chat))

    async def play(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Plays all steps; AssertionError names the step and what was seen."""
        for place, step in enumerate(steps, start=1):
            try:
                await self._do(step)
                self._see(step)
                if "file" in step:
                    await self._until_there(step["file"].format(**self.kept))
            except (AssertionError, ValueError) as error:
                said = "\n---\n".join(one.text for one in self.new) or "(nothing)"
                raise AssertionError(
                    f"step {place} {dict(step)}: {error}\nheard:\n{said}"
                ) from error

    async def _do(self, step: Mapping[str, Any]) -> None:
        if "on" in step:
            self.channel = step["on"]
        if "later" in step:
            await self._later(int(step["later"]))
        if "staff" in step:
            await self._staff(step["staff"])
        if "consultant" in step:
            await self._consultant(str(step["consultant"]))
        if not step.keys() & SPEAKING:
            return
        self.seen = len(self.messages())
        if "burst" in step:
            await self._together(step["burst"])
        elif "presses" in step:
            await self._press(str(step["presses"]).format(**self.kept))
        elif "presses_old" in step:
            await self._press_old(step["presses_old"])
        elif "sends" in step:
            await self._send(step["sends"])
        else:
            await self._say(str(step["says"]).format(**self.kept) * int(step.get("times", 1)))
        await self._until_answered()

    async def _say(self, text: str) -> None:
        if self.channel == "whatsapp":
            await self.channels.twilio.inbound(self.phone, text)
        else:
            update = await self.channels.telegram.inbound(self.chat, text)
            await self.channels.telegram.delivered(update)

    async def _together(self, texts: Sequence[str]) -> None:
        """All of them wait when a worker comes to the person: it is kept busy for so long."""
        person = await self._person()
        await self._until(_HELD, lock_of(TURN, person))
        for text in texts:
            await self._say(text)
        await self.connection.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'held' AND lock = %s",
            (lock_of(TURN, person),),
        )

    async def _person(self) -> int:
        row = await self._row(
            "SELECT person_id FROM address WHERE external IN (%s, %s) AND channel = %s",
            self.external_on(self.channel),
            self.phone,
            self.channel,
        )
        return int(row[0]) if row else 0

    async def _press(self, title: str) -> None:
        shown = self.messages()[-1]
        if _has(shown, title):
            return await self._press_in(shown, title)
        for number, name in _NUMBERED.findall(shown.text):
            if name.strip() == title:
                return await self._say(number)
        raise ValueError(f"nothing called {title!r} can be chosen")

    async def _press_old(self, title: str) -> None:
        """Scrolls up to a message before the last, and presses a button there."""
        earlier = [one for one in self.messages()[:-1] if _has(one, title)]
        if not earlier:
            raise ValueError(f"no earlier message has a button {title!r}")
        await self._press_in(earlier[-1], title)

    async def _press_in(self, shown: RecordedMessage, title: str) -> None:
        if self.channel == "whatsapp":
            await self.channels.twilio.press(shown, title)
        else:
            update = await self.channels.telegram.press(self.chat, shown, title)
            await self.channels.telegram.delivered(update)

    async def _send(self, kind: str) -> None:
        whatsapp = self.channel == "whatsapp"
        if kind.startswith("location"):
            latitude, longitude = map(float, kind.split()[1:])
            if whatsapp:
                place = Location(latitude, longitude)
                await self.channels.twilio.inbound(self.phone, location=place)
                return
            update = await self.channels.telegram.inbound(
                self.chat, place=Place(latitude, longitude)
            )
        elif whatsapp:
            await self.channels.twilio.inbound(self.phone, media=[FILES[kind]])
            return
        else:
            update = await self.channels.telegram.inbound(self.chat, file=FILES[kind], kind=kind)
        await self.channels.telegram.delivered(update)

    async def _later(self, days: int) -> None:
        """So many days pass: what the conversation remembers of time is set back."""
        row = await self._row(
            "SELECT state FROM conversation WHERE person_id = %s", await self._person()
        )
        assert row is not None
        state = row[0]
        for task in state.get("tasks", ()):
            task["touched"] -= int(timedelta(days=days).total_seconds())
        await self.connection.execute(
            "UPDATE conversation SET state = %s WHERE person_id = %s",
            (psycopg.types.json.Jsonb(state), await self._person()),
        )
        await self.connection.execute(
            "UPDATE \"case\" SET held_until = held_until - %s * interval '1 day' "
            "WHERE person_id = %s",
            (days, await self._person()),
        )

    async def _consultant(self, wanted: str) -> None:
        """What happens in the registry to the person, as a consultant."""
        self.seen = len(self.messages())
        self.kept |= await consulting.happens(
            self.database, wanted, self.number, await self._person()
        )
        await self._until_answered()

    async def _staff(self, wanted: Mapping[str, str] | str) -> None:
        row = await self._row(
            'SELECT id FROM "case" WHERE person_id = %s AND closed_at IS NULL',
            await self._person(),
        )
        assert row is not None, "there is no open case"
        self.seen = len(self.messages())
        now = datetime.now(UTC)
        async with self.database.transaction() as session:
            if wanted == "takes":
                await staff.take(session, row[0], "Marta", now)
            elif wanted == "hands back":
                await staff.hand_back(session, row[0], "Marta", now, BACK)
            elif wanted == "closes":
                await staff.close(session, row[0], "Marta", now, BACK)
            else:
                assert isinstance(wanted, Mapping)
                await staff.reply(session, row[0], wanted["writes"], "Marta", now)
        await self._until_answered()

    async def _until_answered(self) -> None:
        """Until all of the person's messages are handled and all for them is sent."""
        names = [self.phone, self.external_on("whatsapp"), self.external_on("telegram")]
        await self._until(_ANSWERED, names, names, names)
        self.new = self.messages()[self.seen :]

    async def _until_there(self, name: str) -> None:
        """Until a file of that name has come: Twilio fetches it after it took the message."""
        for _ in range(1000):
            files = {file.name: file for message in self.new for file in message.files}
            if name in files:
                begins = _BEGINS[name.rpartition(".")[2]]
                assert files[name].content.startswith(begins), f"{name} is something else"
                return
            await asyncio.sleep(0.04)
        raise AssertionError(f"the file {name!r} did not come")

    async def _until(self, statement: str, *values: Any) -> None:
        """Until a statement gives a row that is not false."""
        for place in range(700):
            if (await self._row(statement, *values) or (False,))[0]:
                return
            # On a busy machine, looking all the time would keep it busy.
            await asyncio.sleep(0.04 if place < 100 else 0.2)
        raise AssertionError("no answer within two minutes")

    async def _row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found = await self.connection.execute(statement, values)
        return await found.fetchone()

    def _see(self, step: Mapping[str, Any]) -> None:
        heard = "\n".join(one.text for one in self.new).replace("*", "")
        if step.get("quiet"):
            assert not self.new, "the assistant should have kept quiet"
        elif step.keys() & SPEAKING:
            assert self.new, "there was no answer"
        if step.get("once"):
            assert len(self.new) == 1, f"{len(self.new)} messages instead of one"
        _check_wellformed(self.new)
        for wanted in (one.format(**self.kept) for one in _listed(step.get("hears"))):
            assert wanted.lower() in heard.lower(), f"{wanted!r} was not said"
        for unwanted in _listed(step.get("not")):
            assert unwanted.lower() not in heard.lower(), f"{unwanted!r} was said"
        offered = {button.title for one in self.new for button in one.buttons}
        offered |= {name.strip() for _, name in _NUMBERED.findall(heard)}
        for title in _listed(step.get("offers")):
            assert title in offered, f"{title!r} is not among {sorted(offered)}"
        for name, pattern in step.get("keeps", {}).items():
            found = re.search(pattern, heard)
            assert found is not None, f"{pattern!r} was not found"
            self.kept[name] = found.group(1)


_ANSWERED: Final = """
    SELECT EXISTS (SELECT 1 FROM address WHERE external = ANY(%s))
    AND NOT EXISTS (SELECT 1 FROM inbox JOIN address ON address.id = address_id
        WHERE external = ANY(%s) AND handled_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM outbox JOIN address ON address.id = address_id
        WHERE external = ANY(%s) AND state IN ('queued', 'sending', 'ambiguous'))
"""
_HELD: Final = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
    SELECT 'held', 'held', %s, '{}', 'doing', id
    FROM procrastinate_workers ORDER BY last_heartbeat DESC LIMIT 1
    ON CONFLICT DO NOTHING RETURNING true
"""
"""Keeps a person's turns from being taken; no row while one is under way. It names a worker that
lives, for the jobs of dead ones are given to others."""
BACK: Final = "Aquí estoy otra vez."


def _has(message: RecordedMessage, title: str) -> bool:
    return any(button.title == title for button in message.buttons)


def _check_wellformed(messages: Sequence[RecordedMessage]) -> None:
    """What no message may have, whatever it is about; AssertionError says what was found."""
    for message in messages:
        flaw = _UNFINISHED.search(message.text)
        assert flaw is None, f"unfinished: {flaw.group()!r}"
        said = [part for part in message.text.split("\n\n") if part.strip()]
        assert len(set(said)) == len(said), "a paragraph is said twice"
        asked = [one for one in _ASKING if one in message.text]
        assert len(asked) <= 1, f"several questions at once: {asked}"


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
