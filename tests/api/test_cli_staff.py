"""``torogoz staff`` and ``torogoz audit``: the first administrator, and the chain."""

import re
from pathlib import Path

import psycopg
import pytest

from actions.staff.accounts import token_digest
from tests.api.command_line import CommandLine

EMAIL = "rosa@example.com"


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(tmp_path, database_url=database_url)


async def test_the_first_administrator_is_invited_from_the_terminal(
    cli: CommandLine, database_url: str
) -> None:
    made = await cli("staff", "invite", EMAIL, "--name", "Rosa Mejía")
    assert made.code == 0, made.err
    link = re.search(r"http://127\.0\.0\.1:8000/consola/enlace/(\S+)", made.out)
    assert link is not None
    with psycopg.connect(database_url) as connection:
        stored = connection.execute(
            "SELECT token_digest, roles FROM staff_link JOIN staff ON staff.id = staff_id"
        ).fetchone()
    assert stored == (token_digest(link[1]), ["administracion"])
    listed = await cli("staff", "list")
    assert "Rosa Mejía" in listed.said
    assert "invitada" in listed.said

    again = await cli("staff", "invite", EMAIL.upper(), "--name", "Otra Rosa")
    assert again.code == 1
    assert "Ya hay una cuenta con ese correo" in again.err
    bad = await cli("staff", "invite", "no es correo", "--name", "Rosa")
    assert "no está bien escrito" in bad.err
    nobody = await cli("staff", "link", "nadie@example.com")
    assert nobody.code == 1
    assert "No hay una cuenta así" in nobody.err


async def test_the_chain_is_verified_and_tampering_is_found(
    cli: CommandLine, database_url: str
) -> None:
    await cli("staff", "invite", EMAIL, "--name", "Rosa Mejía")
    await cli("staff", "link", EMAIL)
    whole = await cli("audit", "verify")
    assert whole.code == 0
    assert "La cadena está entera: 2 entradas" in whole.out
    head = whole.out.rpartition(" ")[2].strip()
    assert (await cli("audit", "verify", "--head", head)).code == 0
    other = await cli("audit", "verify", "--head", "00" * 32)
    assert other.code == 1
    assert "no está en la cadena" in other.err
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit_entry SET act = 'staff.change' WHERE place = 1")
    broken = await cli("audit", "verify")
    assert broken.code == 1
    assert "entrada 1, se cambió lo que dice" in broken.err
