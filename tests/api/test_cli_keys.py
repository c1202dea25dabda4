"""``torogoz keys``: keys for the ministry's other systems."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actions.keys import rules, service
from actions.store.database import Database
from tests.api.command_line import CommandLine


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


async def test_a_key_is_made_shown_once_listed_and_revoked(
    cli: CommandLine, database: Database
) -> None:
    day = datetime.now(UTC).date() + timedelta(days=30)
    made = await cli(
        *("keys", "create", "Ventanilla única", "--scope=facts:read", "--scope=cases:write"),
        *("--per-minute=30", f"--until={day:%d/%m/%Y}", "--by=Rosa Mejía"),
    )
    assert made.code == 0, made.said
    token = made.out.strip()
    assert "no se puede volver a ver" in made.err
    # Good through its last day in El Salvador, which ends six hours after the one in UTC.
    last = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=29, minutes=59)
    async with database.statement() as connection:
        holder = await service.authenticate(connection, token, last)
        with pytest.raises(rules.Expired):
            await service.authenticate(connection, token, last + timedelta(minutes=1))
    assert (holder.name, holder.per_minute) == ("Ventanilla única", 30)
    assert holder.scopes == {"facts:read", "cases:write"}

    listed = await cli("keys", "list")
    prefix, secret = token.removeprefix("tgz_").split("_", 1)
    assert prefix in listed.out and "vigente" in listed.out and "Ventanilla única" in listed.out
    assert secret not in listed.out

    revoked = await cli("keys", "revoke", prefix, "--by=Luis")
    assert (revoked.code, revoked.out) == (
        0,
        f"La llave {prefix} de Ventanilla única quedó anulada.\n",
    )
    assert "anulada" in (await cli("keys", "list")).out
    again = await cli("keys", "revoke", prefix)
    assert (again.code, again.err) == (1, f"La llave {prefix} ya estaba anulada.\n")

    async with database.session() as session:
        rows = (
            await session.execute(
                text("SELECT act, way, subject, actor->>'name', detail::text FROM audit_entry")
            )
        ).all()
    assert [tuple(row)[:4] for row in rows] == [
        ("key.create", "terminal", f"key:{prefix}", "Rosa Mejía"),
        ("key.revoke", "terminal", f"key:{prefix}", "Luis"),
    ]
    assert all(secret not in row.detail for row in rows)


async def test_what_cannot_be_is_told_in_a_sentence(cli: CommandLine) -> None:
    for words, code, said in (
        (("create", "X", "--scope=todo"), 1, "No existe el permiso 'todo'. Use: articles:read"),
        (("create", " ", "--scope=facts:read"), 1, "Falta el nombre del sistema"),
        (("create", "X", "--scope=facts:read", "--per-minute=0"), 1, "de 1 a 6000"),
        (("create", "X", "--scope=facts:read", "--until=2020-01-01"), 1, "ya pasó"),
        (("create", "X", "--scope=facts:read", "--until=nunca"), 2, "no es un día"),
        (("revoke", "abcd1234"), 1, "No hay una llave que empiece con 'abcd1234'"),
    ):
        ended = await cli("keys", *words)
        assert ended.code == code, words
        assert said in ended.said, words
        assert "Traceback" not in ended.err
