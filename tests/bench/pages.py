"""How soon the console's pages answer where there is much: 100,000 people, 1,000,000 messages,
10,000 consultants, 50,000 bookings."""

import asyncio
import os
import re
import time
from typing import Final

import httpx
import psycopg

from actions.articles import seed
from actions.demo import staff as demo_staff
from actions.figures import service as figures_service
from actions.staff.permissions import Role
from actions.store.database import Database
from api.clock import now, today
from knowledge.facts import load_facts
from knowledge.library import FOLDER
from tests.bench import registry_data
from tests.bench.figures import Figure, percentile
from tests.system import System

PEOPLE: Final = 100_000
MESSAGES: Final = 500_000
"""Of each side."""
CASES: Final = 10_000
QUESTIONS: Final = 20_000
ENTRIES: Final = 50_000
ROUNDS: Final = 20

_FILL: Final = f"""
INSERT INTO person (created_at) SELECT now() - random() * interval '400 days'
    FROM generate_series(1, {PEOPLE});
INSERT INTO address (person_id, channel, external, created_at, last_inbound_at)
    SELECT id, (ARRAY['whatsapp', 'telegram', 'web'])[1 + id % 3],
        CASE id % 3 WHEN 0 THEN '+5037' || lpad(id::text, 7, '0') ELSE 'bench-' || id END,
        created_at, now() - random() * interval '90 days' FROM person;
INSERT INTO firm (person_id, firm_name, sector, workers, department, permit_state)
    SELECT id, (ARRAY['Panadería', 'Taller', 'Lácteos', 'Imprenta', 'Curtiembre'])[1 + id % 5]
        || ' La Esperanza ' || id, (ARRAY['panaderia', 'taller_automotriz', 'lacteos'])[1 + id % 3],
        1 + id % 90, (ARRAY['San Salvador', 'Santa Ana', 'San Miguel', 'La Libertad'])[1 + id % 4],
        (ARRAY['has_permit', 'in_process', 'none'])[1 + id % 3] FROM person WHERE id % 5 < 3;
INSERT INTO consent (person_id, version, channel, given_at)
    SELECT id, '1', 'whatsapp', created_at FROM person WHERE id % 5 < 3;
INSERT INTO turn (person_id, channel, intent, confidence, outcome, topic, articles, milliseconds,
        created_at)
    SELECT 1 + n % {PEOPLE}, (ARRAY['whatsapp', 'telegram', 'web'])[1 + (1 + n % {PEOPLE}) % 3],
        'ask_question', random(),
        (ARRAY['answered', 'answered', 'answered', 'abstained', 'clarify', 'smalltalk'])[1 + n % 6],
        (ARRAY['permiso', 'residuos', 'aguas', 'energia'])[1 + n % 4],
        '["permiso-quien-lo-necesita"]', 10 + n % 90, now() - n * interval '90 days' / {MESSAGES}
    FROM generate_series({MESSAGES}, 1, -1) AS n;
INSERT INTO inbox (person_id, address_id, provider_id, kind, text, received_at, handled_at, turn_id)
    SELECT t.person_id, a.id, 'bench-' || t.id, 'text', 'kiero saver del permiso ' || t.id,
        t.created_at, t.created_at, t.id FROM turn AS t JOIN address AS a USING (person_id)
    ORDER BY t.id;
INSERT INTO outbox (person_id, address_id, channel, turn_id, lane, content, state, created_at,
        settled_at)
    SELECT t.person_id, a.id, a.channel, t.id, 0,
        jsonb_build_object('text', 'Sí: lo necesita quien... ' || t.id),
        CASE WHEN t.id % 50 = 0 THEN 'failed' ELSE 'delivered' END, t.created_at, t.created_at
    FROM turn AS t JOIN address AS a USING (person_id) ORDER BY t.id;
INSERT INTO "case" (person_id, reason, opened_at, channel, waiting_since, staff)
    SELECT id * 7, 'request', now() - id * interval '1 minute',
        (ARRAY['whatsapp', 'telegram', 'web'])[1 + (id * 7) % 3],
        CASE WHEN id % 3 > 0 THEN now() - id * interval '30 seconds' END,
        CASE WHEN id % 10 = 0 THEN 'Tania Atención' END FROM generate_series(1, {CASES}) AS id;
INSERT INTO question_cluster (label) SELECT '¿pregunta sin respuesta ' || n || '?'
    FROM generate_series(1, {QUESTIONS} / 10) AS n;
INSERT INTO asked_question (cluster_id, text, words, outcome, channel, asked_on)
    SELECT 1 + n % ({QUESTIONS} / 10), 'pregunta ' || n, ARRAY['pregunt', n::text], 'abstained',
        'whatsapp', current_date - n % 90 FROM generate_series(1, {QUESTIONS}) AS n;
INSERT INTO audit_entry (place, at, staff_id, way, act, subject, actor, actor_salt, actor_digest,
        detail, detail_salt, detail_digest, previous, digest)
    SELECT n, now() - ({ENTRIES} - n) * interval '1 minute', 1, 'console', 'case.reply',
        'case:' || 1 + n % {CASES}, '{{"name": "Tania Atención", "address": "10.0.0.1"}}', 'x', 'x',
        '{{"before": {{}}, "after": {{"text": "hola"}}, "note": ""}}', 'x', 'x', 'x', 'x'
    FROM generate_series(1, {ENTRIES}) AS n;
INSERT INTO audit_head (id, place, digest) VALUES (1, {ENTRIES}, 'x');
"""
PAGES: Final[tuple[tuple[str, Role], ...]] = (
    ("/consola/", Role.READING),
    ("/consola/?dias=90", Role.READING),
    ("/consola/casos", Role.ATTENTION),
    ("/consola/casos?quien=sin_asignar&pagina=40", Role.ATTENTION),
    ("/consola/casos?buscar=esperanza", Role.ATTENTION),
    ("/consola/casos?orden=-apertura&canal=whatsapp", Role.ATTENTION),
    ("/consola/casos/500", Role.ATTENTION),
    ("/consola/casos/500/hilo", Role.ATTENTION),
    ("/consola/personas", Role.ATTENTION),
    ("/consola/personas?pagina=2000", Role.ATTENTION),
    ("/consola/personas?buscar=panaderia", Role.ATTENTION),
    ("/consola/personas?buscar=0351", Role.ATTENTION),
    ("/consola/personas/3500", Role.ATTENTION),
    ("/consola/articulos", Role.EDITING),
    ("/consola/articulos?buscar=aceite", Role.EDITING),
    ("/consola/articulos/permiso-quien-lo-necesita", Role.EDITING),
    ("/consola/hechos", Role.EDITING),
    ("/consola/hechos?buscar=permiso", Role.EDITING),
    ("/consola/preguntas", Role.EDITING),
    ("/consola/preguntas?buscar=pregunta", Role.EDITING),
    ("/consola/preguntas/7", Role.EDITING),
    ("/consola/probar?pregunta=kiero+saver+si+ocupo+permiso", Role.EDITING),
    ("/consola/registro", Role.REVIEW),
    ("/consola/registro?pagina=150&orden=-vence", Role.REVIEW),
    ("/consola/registro?buscar=hernandez+lopez", Role.REVIEW),
    ("/consola/registro?categoria=aguas&departamento=Santa+Ana&estado=vigente", Role.REVIEW),
    ("/consola/registro/7", Role.REVIEW),
    ("/consola/registro/conflictos", Role.REVIEW),
    ("/consola/registro/sincronizar", Role.REVIEW),
    ("/consola/registro/sincronizar/1", Role.REVIEW),
    ("/consola/citas", Role.ATTENTION),
    ("/consola/citas?pagina=1000", Role.ATTENTION),
    ("/consola/citas?buscar=hernandez&estado=aceptada", Role.ATTENTION),
    ("/consola/citas?orden=-intentos", Role.ATTENTION),
    ("/consola/citas?consultor=7", Role.ATTENTION),
    ("/consola/citas/cifras", Role.ATTENTION),
    ("/consola/citas/cifras?dias=90", Role.ATTENTION),
    ("/consola/citas/quejas", Role.ATTENTION),
    ("/consola/citas/quejas?buscar=perez&estado=abierta", Role.ATTENTION),
    ("/consola/personal", Role.ADMINISTRATION),
    ("/consola/llaves", Role.ADMINISTRATION),
    ("/consola/auditoria", Role.ADMINISTRATION),
    ("/consola/auditoria?buscar=Tania&pagina=100", Role.ADMINISTRATION),
    ("/consola/auditoria/777", Role.ADMINISTRATION),
)


async def fill(url: str) -> None:
    """Generates the data in an empty, migrated database."""
    database = Database(url)
    try:
        async with database.transaction() as session:
            await seed.seed(session, seed.seed_texts(), load_facts(FOLDER / "facts"), now())
            await demo_staff.load(session)
        await registry_data.synchronise(database, registry_data.registry_file(today()), now())
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection:
            for statement in _FILL.split(";\n"):
                if statement.strip():
                    await connection.execute(statement.encode())
            await registry_data.fill_bookings(connection)
            await connection.execute("VACUUM ANALYZE")
        while True:
            async with database.transaction() as session:
                if not await figures_service.close_days(session, now()):
                    break
    finally:
        await database.close()


async def measure_pages(url: str, nlu_url: str) -> list[Figure]:
    """Every page, one after the other, again and again; each gets its p50 and p95."""
    await fill(url)
    system = System(url, nlu_url, measured=True, environment={"TOROGOZ_DEMO": "true"})
    system.start("web")
    try:
        await _until_up(system)
        clients = {role: await _entered(system, role) for role in {role for _, role in PAGES}}
        figures: list[Figure] = []
        slowest = 0.0
        for path, role in PAGES:
            took: list[float] = []
            for place in range(ROUNDS + 2):
                began = time.perf_counter()
                answer = await clients[role].get(path)
                answer.raise_for_status()
                if place > 1:
                    took.append((time.perf_counter() - began) * 1000)
            figures.append(Figure(f"{path} p95", percentile(took, 0.95), "ms"))
            slowest = max(slowest, percentile(took, 0.95))
        for client in clients.values():
            await client.aclose()
        return [*figures, Figure("slowest page p95", slowest, "ms")]
    finally:
        await system.client.aclose()
        system.stop()


async def _until_up(system: System) -> None:
    for _ in range(400):
        try:
            if (await system.client.get("/consola/entrar")).is_success:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError(system.log.read_text()[-3000:])


async def _entered(system: System, role: Role) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=system.url, timeout=60, headers={"Origin": system.url})
    page = await client.get("/consola/entrar")
    token = re.search(r'name="ficha" value="([^"]+)"', page.text)
    assert token is not None
    answer = await client.post(
        "/consola/entrar",
        data={
            "ficha": token[1],
            "email": f"{role.value}{demo_staff.DOMAIN}",
            "password": demo_staff.PASSWORD,
        },
    )
    assert answer.status_code == 303, (answer.status_code, os.getloadavg())
    return client
