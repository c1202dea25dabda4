"""A registry of 10,000 consultants as a file, their calendars, and three months of bookings."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import psycopg

from actions.registry import rules, sync
from actions.registry.columns import COLUMNS
from actions.registry.reading_files import read_file
from actions.registry.search import Need
from actions.store.database import Database
from knowledge.sectors import sectors
from knowledge.territory import territory

CONSULTANTS: Final = 10_000
BOOKINGS: Final = 50_000
CONFLICTS: Final = 300
SOURCE: Final = "registro-nacional.csv"

_GIVEN: Final = (
    "Ana María Carmen Rosa Marta Gloria Sonia Claudia Karla Xiomara José Juan Carlos Luis Mario "
    "Óscar Roberto Francisco Ricardo Jaime Rafael Ángel Ernesto Salvador Wilfredo Nohemy"
)
_SURNAMES: Final = (
    "Hernández Martínez López García Rodríguez Pérez Ramírez Flores Rivas Mejía Vásquez Alvarado "
    "Escobar Aguilar Cruz Guevara Henríquez Portillo Menjívar Orellana Zelaya Quintanilla Umaña "
    "Cañas Ayala Bonilla Chávez Díaz Erazo Fuentes Guardado Interiano Jovel Landaverde Molina "
    "Navarrete Peraza Quijada Romero Saravia Tejada Urrutia Valladares Ventura Zepeda Argueta"
)
_FIRMS: Final = "Consultores Ingeniería Ambiental Soluciones Estudios Gestión Asesores"
_COMMON: Final = (9, 8, 7, 4, 6, 7, 3, 2, 4, 3, 2)
"""How often each of the categories is met, in their order."""
_PEOPLED: Final = (3, 6, 4, 2, 10, 20, 2, 4, 1, 2, 3, 6, 2, 2)
"""The same of the departments."""


def registry_file(day: date) -> bytes:
    """The registry as a spreadsheet program writes it; always the same for a day."""
    chance = random.Random(1)
    written = io.StringIO()
    sheet = csv.writer(written, delimiter=";")
    sheet.writerow(names[0] for names in COLUMNS.values())
    for number in range(1, CONSULTANTS + 1):
        fields = _fields(number, day, chance)
        sheet.writerow(fields[field] for field in COLUMNS)
    return written.getvalue().encode()


def _fields(number: int, day: date, chance: random.Random) -> dict[str, str]:
    is_firm = chance.random() < 0.2
    surnames = chance.choices(_SURNAMES.split(), k=2)
    if is_firm:
        name = f"{chance.choice(_FIRMS.split())} {' y '.join(surnames)}, S.A. de C.V."
    else:
        name = " ".join((*chance.sample(_GIVEN.split(), 2), *surnames))
    left = timedelta(days=chance.randrange(-60, 730))
    from_to = day + left - timedelta(days=730), day + left
    departments = territory().departments
    where = chance.choices(departments, _PEOPLED, k=chance.choice((1, 1, 2, 3, 4)))
    whom = chance.sample(sectors().listed, chance.randint(1, 5)) if chance.random() < 0.4 else ()
    what = chance.choices([*rules.CATEGORIES], _COMMON, k=chance.choice((1, 1, 2, 2, 3)))
    only_remote = chance.random() < 0.1
    fee = chance.randrange(20, 80)
    return {
        "registration_number": f"CA-{number:05}",
        "name": name,
        "kind": "Empresa" if is_firm else "Persona",
        "categories": "; ".join(what),
        "valid_from": f"{from_to[0]:%d/%m/%Y}",
        "valid_to": f"{from_to[1]:%d/%m/%Y}",
        "state": "Suspendida" if chance.random() < 0.04 else "Vigente",
        "sectors": "; ".join(one.id for one in whom),
        "departments": "nacional" if chance.random() < 0.05 else "; ".join(w.name for w in where),
        "on_site": "no" if only_remote else "sí",
        "remote": "sí" if only_remote or chance.random() < 0.35 else "no",
        "languages": "español; inglés" if chance.random() < 0.2 else "español",
        "fee_min": str(fee),
        "fee_max": str(fee * 2),
        "fee_unit": "por hora",
        "phone": f"7{number:07}",
        "email": f"consultor{number}@banco.invalid",
    }


def needs(count: int) -> Sequence[Need]:
    """What so many owners look for: one to three categories, mostly of a sector and a department,
    some only where somebody comes."""
    chance = random.Random(2)
    found = []
    for _ in range(count):
        some = chance.choices([*rules.CATEGORIES], _COMMON, k=chance.choice((1, 1, 1, 2, 3)))
        (where,) = chance.choices(territory().departments, _PEOPLED)
        need = Need(
            tuple(dict.fromkeys(some)),
            chance.choice(sectors().listed).id if chance.random() < 0.8 else None,
            where.name if chance.random() < 0.85 else None,
            mode="any" if chance.random() < 0.8 else "on_site",
        )
        if chance.random() < 0.1:
            declined = tuple(chance.sample(range(1, CONSULTANTS + 1), 3))
            need = replace(need, excluded=declined)
        found.append(need)
    return found


async def synchronise(database: Database, file: bytes, now: datetime) -> sync.Proposal:
    """Reads a file, proposes what differs and applies it; what was proposed."""
    reading = read_file(file)
    async with database.transaction() as session:
        run = await sync.propose(session, reading, SOURCE, now)
    async with database.transaction() as session:
        await sync.apply(session, run.id, now)
    return run


_CALENDARS: Final = f"""
UPDATE consultant SET person_id = (SELECT min(id) FROM person) + {CONSULTANTS} + id
    WHERE id % 10 < 7;
INSERT INTO consultant_offer (consultant_id, first_at)
    SELECT id, now() - random() * interval '90 days' FROM consultant WHERE id % 5 < 3;
INSERT INTO availability (consultant_id, weekday, starts, ends, mode)
    SELECT c.id, weekday, half.starts, half.ends, 'both' FROM consultant AS c,
        generate_series(0, 4) AS weekday,
        (VALUES (time '08:00', time '12:00'), (time '13:00', time '16:00')) AS half(starts, ends)
    WHERE c.id % 10 > 0;
INSERT INTO availability_exception (consultant_id, first_day, last_day, opened)
    SELECT id, current_date + (id % 40)::int, current_date + (id % 40 + id % 7)::int, false
    FROM consultant WHERE id % 5 = 0;
INSERT INTO registry_conflict (consultant_id, kind, ours, theirs, sync_id, at)
    SELECT id * 31, 'estado', '"suspendida"', '"vigente"', (SELECT max(id) FROM registry_sync),
        now() - id * interval '1 hour' FROM generate_series(1, {CONFLICTS}) AS id;
"""
# Most of the time of some is taken, and of many little, as it is where owners choose. Each slot of
# a consultant is another time: the constraint on overlapping bookings holds here too.
_BOOKINGS: Final = f"""
CREATE TEMP TABLE made AS
WITH drawn AS (
    SELECT n, 1 + floor({CONSULTANTS} * power(random(), 1.5))::bigint AS consultant,
        random() AS luck, random() AS wait, random() AS speed
    FROM generate_series(1, {BOOKINGS}) AS n),
placed AS (
    SELECT *, (37 * row_number() OVER (PARTITION BY consultant ORDER BY n) + consultant) % 330
        AS slot FROM drawn),
timed AS (
    SELECT *, (current_date + 20 - (slot / 3)::int) + make_interval(hours =>
        (ARRAY[14, 16, 19])[1 + slot % 3]) AS starts FROM placed),
asked AS (
    SELECT *, least(starts - interval '1 day', now()) - wait * interval '6 days' AS asked_at
    FROM timed),
answered AS (
    SELECT *, least(asked_at + speed * speed * interval '3 days', now()) AS answered_at
    FROM asked)
SELECT n, n - (n % 7 = 0)::int AS root, consultant, starts, asked_at,
    CASE WHEN luck < 0.85 THEN answered_at END AS answered_at,
    CASE WHEN n % 7 = 6 THEN CASE WHEN luck < 0.85 THEN 'declined' ELSE 'expired' END
        WHEN luck >= 0.85 THEN CASE WHEN starts < now() THEN 'expired' ELSE 'pending' END
        WHEN luck < 0.1 THEN 'declined' WHEN luck < 0.15 THEN 'cancelled'
        WHEN starts < now() THEN CASE WHEN luck < 0.2 THEN 'missed' ELSE 'done' END
        WHEN luck < 0.2 THEN 'proposed' ELSE 'accepted' END AS state
FROM answered;
CREATE INDEX ON made (root);
ANALYZE made;
INSERT INTO referral (id, person_id, consultant_id, tried, state, deadline, made_at, settled_at)
    OVERRIDING SYSTEM VALUE
    SELECT root, (SELECT min(id) FROM person) + root % {CONSULTANTS},
        (array_agg(consultant ORDER BY n DESC))[1], array_agg(consultant ORDER BY n), became.state,
        CASE WHEN became.state IN ('waiting', 'proposed') THEN now() + interval '1 day' END,
        min(asked_at),
        CASE WHEN became.state NOT IN ('waiting', 'proposed') THEN max(asked_at) END
    FROM made CROSS JOIN LATERAL (SELECT CASE last.state WHEN 'pending' THEN 'waiting'
        WHEN 'proposed' THEN 'proposed' WHEN 'cancelled' THEN 'withdrawn'
        WHEN 'declined' THEN 'exhausted' WHEN 'expired' THEN 'exhausted' ELSE 'accepted' END
        AS state FROM made AS last WHERE last.root = made.root ORDER BY last.n DESC LIMIT 1)
        AS became
    GROUP BY root, became.state ORDER BY root;
INSERT INTO booking (id, consultant_id, person_id, referral_id, during, occupied, mode, state,
        purpose, consent_version, consent_at, made_at, asked_at, answered_at, accepted_at, ended_at,
        uid) OVERRIDING SYSTEM VALUE
    SELECT n, consultant, (SELECT min(id) FROM person) + root % {CONSULTANTS}, root,
        tstzrange(starts, starts + interval '1 hour'),
        tstzrange(starts - interval '15 minutes', starts + interval '75 minutes'),
        (ARRAY['on_site', 'remote'])[1 + n % 2], state, 'Un diagnóstico para mi taller', '1',
        asked_at, asked_at, asked_at, answered_at,
        CASE WHEN state IN ('accepted', 'done', 'missed') THEN answered_at END,
        CASE WHEN state NOT IN ('pending', 'proposed', 'accepted') THEN now() END, 'bench-' || n
    FROM made ORDER BY n;
INSERT INTO booking_event (booking_id, at, act, by, during)
    SELECT id, asked_at, 'requested', 'owner', during FROM booking ORDER BY id;
INSERT INTO booking_event (booking_id, at, act, by, during)
    SELECT id, COALESCE(answered_at, now()), state,
        CASE WHEN state = 'expired' THEN 'clock' ELSE 'consultant' END, during
    FROM booking WHERE state <> 'pending' ORDER BY id;
INSERT INTO rating (booking_id, stars, made_at)
    SELECT id, 1 + id % 5, now() FROM booking WHERE state = 'done' AND id % 2 = 0;
INSERT INTO complaint (booking_id, person_id, by, text, made_at, settled_at, settled_by)
    SELECT id, person_id, 'owner', 'No llegó a la hora.', now() - id * interval '1 minute',
        CASE WHEN id % 4 > 0 THEN now() END, CASE WHEN id % 4 > 0 THEN 'Tania Atención' END
    FROM booking WHERE state IN ('done', 'missed') AND id % 50 = 0;
SELECT setval(pg_get_serial_sequence('referral', 'id'), {BOOKINGS});
SELECT setval(pg_get_serial_sequence('booking', 'id'), {BOOKINGS});
DROP TABLE made;
"""


async def fill_bookings(connection: psycopg.AsyncConnection) -> None:
    """Gives the consultants of a registry that was just synchronised a week each, turns they had,
    conflicts, and 50,000 bookings by the first 10,000 people there are, over the last 90 days and
    the next 20; the 10,000 after them answer for consultants."""
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(_CALENDARS.encode())
    await connection.execute(_BOOKINGS.encode())
