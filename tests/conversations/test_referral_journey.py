"""One request for a meeting from the first word to the last, over nine days of a moved clock: the
owner on WhatsApp, three consultants of the registry on Telegram, every process on the real path."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import text

from actions.bookings import figures
from actions.cases.hours import ZONE
from actions.registry import joining, sync
from actions.registry.rows import Reading, RegistryRow
from actions.store.database import Database, libpq_address
from api.processes.postgres import EmbeddedPostgres
from tests.conftest import drop_database, fresh_database
from tests.conversations.script import Player
from tests.conversations.test_conversations import give_real_buttons
from tests.moved_clock import Clock
from tests.providers.record import RecordedMessage
from tests.system import Channels, with_channels

ASKED: Final = datetime(2027, 2, 9, 9, 0, tzinfo=ZONE)
"""A Tuesday, with neither a holiday nor a vacation in the weeks after it."""
OVERDUE: Final = datetime(2027, 2, 12, 9, 40, tzinfo=ZONE)
"""Past the 24 working hours: 6.5 of that Tuesday, two days of 8, and 1.5 of the Friday."""
MEETING: Final = datetime(2027, 2, 18, 10, 0, tzinfo=ZONE)
NAMES: Final = ("Amanda Chicas Luna", "Bernabé Portillo Sol", "Clelia Rivas Mejía")
FIRM: Final = "Lácteos La Vaquita"
ADDRESS: Final = "Salida a Quelepa, portón azul"
SECRETS: Final = ("Confirmada", FIRM, ADDRESS, "+503")
"""What nobody hears whose the meeting is not."""
SECONDS: Final = 120.0
"""What is waited for comes at once, on a machine that has nothing else to do."""

pytestmark = pytest.mark.timeout(900)


def _row(number: int, name: str, category: str) -> RegistryRow:
    return RegistryRow(
        registration_number=f"SM-{number}",
        kind="persona",
        name=name,
        categories=(category,),
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 12, 31),
        state="vigente",
        departments=("San Miguel",),
    )


REGISTRY: Final = (
    *(_row(number, name, "aguas") for number, name in enumerate(NAMES, start=1)),
    _row(4, "Dagoberto Cruz Peña", "energia"),
)
"""Three who fit, and one who does not."""


@dataclass
class Stage:
    """The running product, its clock, and everybody's phones."""

    channels: Channels
    clock: Clock
    database: Database
    connection: psycopg.AsyncConnection
    players: list[Player] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)

    def player(self, channel: str) -> Player:
        number = len(self.players) + 1
        made = Player(self.channels, self.database, self.connection, number, channel)
        self.players.append(made)
        return made

    def look(self) -> None:
        """Everybody has seen what they have until now."""
        self.seen = {one.number: len(one.messages()) for one in self.players}

    async def news(self, *players: Player) -> list[RecordedMessage]:
        """What has come to them since, once nothing more is on its way."""
        await self._until(
            "SELECT NOT EXISTS (SELECT 1 FROM outbox "
            "WHERE state IN ('queued', 'sending', 'ambiguous'))"
        )
        return [
            message for one in players for message in one.messages()[self.seen.get(one.number, 0) :]
        ]

    async def move(self, moment: datetime) -> None:
        """It is then; what is done every minute and every three minutes was done once since."""
        self.look()
        await self.channels.system.move_clock(moment)
        for task, minutes in (("expire_bookings", 1), ("remind_of_bookings", 3)):
            due = moment.timestamp() // (60 * minutes) * 60 * minutes
            await self._until(_RAN, task, due)

    async def again(self, task: str) -> None:
        """Two other workers come to the same job at that very moment."""
        jobs = await self.rows(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            """SELECT 'upkeep', %s, '{"timestamp": 0}' FROM generate_series(1, 2) RETURNING id""",
            task,
        )
        numbers = [number for (number,) in jobs]
        await self._until(
            "SELECT NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE id = ANY(%s))", numbers
        )

    async def _until(self, statement: str, *values: Any) -> None:
        """Until a statement says true."""
        async with asyncio.timeout(SECONDS):
            while not (await self.rows(statement, *values))[0][0]:
                await asyncio.sleep(0.1)

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        return await (await self.connection.execute(statement, values)).fetchall()


_RAN: Final = """
    SELECT EXISTS (SELECT 1 FROM procrastinate_periodic_defers
        WHERE task_name = %s AND defer_timestamp >= %s AND job_id IS NULL)
"""
"""A job that succeeded is deleted, and what deferred it is left without its number."""


@pytest.fixture
async def stage(postgres: EmbeddedPostgres, rasa_url: str) -> AsyncIterator[Stage]:
    url = fresh_database(postgres)
    database, clock = Database(url), Clock(ASKED)
    try:
        async with (
            with_channels(
                url,
                rasa_url,
                clock=clock,
                twilio={
                    "sends_per_second": 0,
                    "webhook_timeout": 60.0,
                    "approval_delay": 0.0,
                },
            ) as channels,
            await psycopg.AsyncConnection.connect(
                libpq_address(url), autocommit=True
            ) as connection,
        ):
            await give_real_buttons(channels, database)
            yield Stage(channels, clock, database, connection)
    finally:
        await database.close()
        drop_database(postgres, url)


def told_by_template(owner: Player, message: RecordedMessage, template: str) -> str:
    """What an owner was told who did not write for a day: nothing reaches them but a template that
    WhatsApp approved."""
    assert not owner.channels.twilio.people.window_is_open(owner.phone)
    content = owner.channels.twilio.contents.find(message.details["content_sid"])
    assert content is not None
    assert content.is_approved
    assert content.friendly_name.startswith(f"torogoz_{template}_")
    return message.text


async def register(stage: Stage) -> dict[str, int]:
    """The national registry is synchronised; who has which number in our table."""
    now = stage.clock.now()
    async with stage.database.transaction() as session:
        run = await sync.propose(session, Reading(REGISTRY, ()), "registro.xlsx", now, by="marta")
        await sync.apply(session, run.id, now, by="marta")
        found = await session.execute(text("SELECT name, id FROM consultant"))
        return {row.name: row.id for row in found}


async def join(stage: Stage, player: Player, consultant: int, name: str) -> None:
    """The consultant comes in with the ministry's code."""
    async with stage.database.transaction() as session:
        code = await joining.make_code(session, consultant, "marta", stage.clock.now())
    await player.play(
        [
            {"says": "hola"},
            {"says": code, "hears": "¿Estás de acuerdo?"},
            {"presses": "Sí", "hears": ["ya te conozco", name, "vigente hasta"]},
        ]
    )


WEEK: Final[Sequence[Mapping[str, Any]]] = (
    {"says": "mi horario", "hears": "Escribime tu semana"},
    {"says": "lunes a viernes de 8 a 12 y de 2 a 5", "offers": ["Guardar"]},
    {"presses": "Guardar", "hears": "Guardé tu semana"},
)


@dataclass(frozen=True)
class Asked:
    """Whom the request waits for."""

    name: str
    player: Player
    booking: int


async def asked(stage: Stage, people: Mapping[str, Player], numbers: Mapping[str, int]) -> Asked:
    ((consultant, booking),) = await stage.rows(
        "SELECT r.consultant_id, b.id FROM referral AS r JOIN booking AS b "
        "ON b.referral_id = r.id AND b.state = 'pending' WHERE r.state = 'waiting'"
    )
    name = next(name for name, number in numbers.items() if number == consultant)
    return Asked(name, people[name], booking)


async def states(stage: Stage) -> list[str]:
    """What became of each consultant's part, in the order in which they were asked."""
    return [state for (state,) in await stage.rows("SELECT state FROM booking ORDER BY id")]


async def forge(player: Player, payload: str) -> None:
    """Presses a button of their own chat with another one's payload, as an own program can."""
    telegram = player.channels.telegram
    shown = [one for one in player.messages() if one.buttons][-1]
    prepared = telegram.prepare_press(player.chat, shown, shown.buttons[0].title)
    own = shown.buttons[0].payload.encode()
    assert own in prepared.body
    player.seen = len(player.messages())
    delivery = await telegram.post(
        replace(prepared, body=prepared.body.replace(own, payload.encode()))
    )
    assert delivery.ok, delivery
    await player._until_answered()


PROFILE: Final[Sequence[Mapping[str, Any]]] = (
    {"says": "quiero registrar mi empresa", "hears": "¿Estás de acuerdo?"},
    {"presses": "Sí", "hears": "¿Cómo se llama tu empresa"},
    {"says": FIRM, "hears": "¿A qué se dedica?"},
    {"says": "ago queso", "hears": "¿Cuántas personas trabajan"},
    {"says": "somos 12", "hears": "¿En qué lugar está?"},
    {"says": "soyapango", "hears": "permiso ambiental"},
    {"presses": "Está en trámite", "hears": "¿Cuánto vende al año"},
    {"says": "saltar", "hears": "Revisá si está bien"},
    {"presses": "Guardar", "hears": "Guardado"},
)


async def test_from_the_request_to_the_rating(stage: Stage) -> None:
    owner = stage.player("whatsapp")
    numbers = await register(stage)
    people = {row.name: stage.player("telegram") for row in REGISTRY}
    for name, player in people.items():
        await join(stage, player, numbers[name], name)
        await player.play(WEEK)
    stranger = people[REGISTRY[-1].name]

    # The owner asks one of those who fit.
    await owner.play(PROFILE)
    stage.look()
    await owner.play(
        [
            {
                "says": "necesito a alguien pa lo de las aguas en San Miguel",
                "hears": NAMES,
                "not": REGISTRY[-1].name,
            },
            {"says": "1", "hears": "¿Cuándo te queda bien?"},
            {"says": "el 18 de febrero a las 10 de la mañana", "hears": "¿De qué se trata?"},
            {"says": "revisar la trampa de grasa de la quesería", "hears": "¿Dónde es?"},
            {"says": ADDRESS, "hears": "¿Estás de acuerdo?"},
            {"presses": "Sí", "hears": ["18 de febrero", "trampa"], "offers": "Pedir la cita"},
            {"presses": "Pedir la cita", "hears": ["18 de febrero", "viernes 12 de febrero"]},
        ]
    )
    first = await asked(stage, people, numbers)
    assert first.name in owner.new[-1].text
    (request,) = await stage.news(first.player)
    assert [one.title for one in request.buttons] == ["Aceptar", "Otra hora", "No puedo"]
    for each in ("trampa de grasa", "18 de febrero", "Aguas", "San Miguel"):
        assert each in request.text
    assert not any(each in request.text for each in (FIRM, ADDRESS, owner.external_on("whatsapp")))

    # Declined: at once it is the next one's.
    stage.look()
    await first.player.play(
        [
            {"presses": "No puedo", "hears": "¿Por qué"},
            {"says": "Estoy fuera del país esa semana", "not": FIRM},
        ]
    )
    second = await asked(stage, people, numbers)
    (told,) = await stage.news(owner)
    assert first.name in told.text
    assert second.name in told.text
    assert "fuera del país" not in told.text
    (request,) = await stage.news(second.player)
    assert "viernes 12 de febrero" in request.text

    # Nobody answers in the working hours there are for it.
    await stage.move(OVERDUE)
    third = await asked(stage, people, numbers)
    assert {first.name, second.name, third.name} == set(NAMES)
    (expired,) = await stage.news(second.player)
    assert "18 de febrero" in expired.text
    assert not expired.buttons
    (told,) = await stage.news(owner)
    said = told_by_template(owner, told, "booking_see")
    assert second.name in said
    assert third.name in said
    (request,) = await stage.news(third.player)
    assert "18 de febrero" in request.text

    # Old buttons say why not; the buttons of others tell nothing of what is behind them.
    await first.player.play([{"presses_old": "Aceptar", "hears": "ya no", "not": SECRETS}])
    await second.player.play(
        [
            {"presses_old": "No puedo", "hears": "venció", "not": ["¿Por qué", *SECRETS]},
            {"presses_old": "Aceptar", "hears": "venció", "not": SECRETS},
        ]
    )
    for intruder in (first.player, stranger):
        await forge(intruder, request.buttons[0].payload)
        (answer,) = intruder.new
        assert not any(each in answer.text for each in ("febrero", "grasa", *SECRETS))
    # Who lost their telephone has another one; the old one's buttons are nobody's now.
    await join(stage, stage.player("telegram"), numbers[first.name], first.name)
    await first.player.play(
        [{"presses_old": "Aceptar", "hears": "no es tuya", "not": ["febrero", "grasa", *SECRETS]}]
    )
    assert await states(stage) == ["declined", "expired", "pending"]

    stage.look()
    contact = [FIRM, owner.external_on("whatsapp"), ADDRESS]
    await third.player.play([{"presses": "Aceptar", "hears": ["18 de febrero", *contact]}])
    assert await states(stage) == ["declined", "expired", "accepted"]
    (told,) = await stage.news(owner)
    assert third.name in told_by_template(owner, told, "booking_see")

    # Both sides are reminded a day before and an hour before, however often it is looked for.
    for ahead in (timedelta(days=1), timedelta(hours=1)):
        await stage.move(MEETING - ahead + timedelta(minutes=1))
        await stage.again("remind_of_bookings")
        (reminded,) = await stage.news(owner)
        said = told_by_template(owner, reminded, "booking_see")
        assert all(each in said for each in (third.name, "18 de febrero"))
        (reminded,) = await stage.news(third.player)
        assert "18 de febrero" in reminded.text
        assert not await stage.news(first.player, second.player, stranger)
    await stage.move(MEETING + timedelta(minutes=65))
    assert not await stage.news(*stage.players)

    # It took place, and the owner says how it was.
    await third.player.play(
        [
            {"says": "mi agenda", "hears": ["trampa de grasa", *contact]},
            {"presses": "10:00 a. m.: se hizo", "hears": "18 de febrero"},
        ]
    )
    (told,) = await stage.news(owner)
    assert third.name in told_by_template(owner, told, "booking_over")
    await owner.play(
        [
            {"presses": "Calificar", "offers": "5, muy bien"},
            {"presses": "5, muy bien"},
            {"says": "Explicó todo con paciencia", "hears": "Gracias"},
        ]
    )
    assert await stage.rows("SELECT booking_id, stars, comment FROM rating") == [
        (third.booking, 5, "Explicó todo con paciencia")
    ]
    assert await states(stage) == ["declined", "expired", "done"]
    async with stage.database.session() as session:
        now = stage.clock.now()
        known = [
            await figures.figures(session, numbers[one.name], now) for one in (first, second, third)
        ]
    assert [(one.referrals, one.declined, one.expired, one.accepted) for one in known] == [
        (1, 1, 0, 0),
        (1, 0, 1, 0),
        (1, 0, 0, 1),
    ]
    assert (known[-1].done, known[-1].stars, known[-1].ratings) == (1, 5.0, 1)
    await third.player.play([{"says": "mis cifras", "hears": "5.0 de 5 (1)"}])
    # The processes that were killed left nothing behind, and nothing was lost.
    assert not await stage.rows(
        "SELECT id, state, reason FROM outbox WHERE state NOT IN ('sent', 'delivered', 'read')"
    )
