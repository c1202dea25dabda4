"""``torogoz flows``: the product's tasks checked and drawn."""

from pathlib import Path

import pytest

from tests.api.command_line import CommandLine, rooms


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "var")


async def test_the_products_flows_are_checked(cli: CommandLine) -> None:
    ended = await cli("flows", "check")
    assert ended.code == 0, ended.said
    assert "flujos" in ended.out
    assert "sin errores" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("action: firm_size", "action: firm_sise", "there is no action 'firm_sise'"),
        ("action: firm_size", "acction: firm_size", "unknown key 'acction'"),
    ],
)
async def test_a_mistake_ends_it_with_file_and_line(
    cli: CommandLine, tmp_path: Path, old: str, new: str, told: str
) -> None:
    copy = tmp_path / "rooms"
    copy.mkdir()
    for room in rooms().iterdir():
        (copy / room.name).symlink_to(room)
    (copy / "bot").unlink()
    (copy / "bot").mkdir()
    for part in (rooms() / "bot").iterdir():
        (copy / "bot" / part.name).symlink_to(part)
    (copy / "bot" / "flows").unlink()
    (copy / "bot" / "flows").mkdir()
    for part in (rooms() / "bot" / "flows").iterdir():
        written = part.read_bytes() if part.is_file() else b""
        (copy / "bot" / "flows" / part.name).write_bytes(written)
    path = copy / "bot" / "flows" / "person.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    ended = await cli("flows", "check", folder=copy)
    assert ended.code == 1
    assert f"person.yml:{line}: {told}" in ended.said.replace(" person", "person")


async def test_a_flow_is_drawn(cli: CommandLine) -> None:
    ended = await cli("flows", "draw", "profile")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("flowchart TD\n")
    assert "¿firm_name?" in ended.out


async def test_a_flow_that_is_not_there_is_told_with_those_that_are(cli: CommandLine) -> None:
    ended = await cli("flows", "draw", "perfil")
    assert ended.code != 0
    assert "«perfil»" in ended.said
    assert "profile" in ended.said
    assert "Traceback" not in ended.said
