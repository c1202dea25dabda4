"""Settings: what a deployment may set, what is refused, and what is kept secret."""

import asyncio
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from api.settings import ROOT, DemoRefused, Settings
from tests.api.command_line import CommandLine, environment, rooms

EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"#(TOROGOZ_[A-Z_]+)=(.*)")
SECRETS = {
    "database_url": "postgresql://torogoz:db-secret@db.example.sv/torogoz",
    "secret_key": "key-secret",
    "twilio_auth_token": "twilio-secret",
    "telegram_token": "7100000001:telegram-secret",
    "telegram_secret": "webhook-secret",
    "transcription_key": "voice-secret",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("TOROGOZ_"):
            monkeypatch.delenv(name)


class Alone(Settings):
    """Settings that no .env file of whoever runs the tests gets into."""

    model_config = SettingsConfigDict(env_file=None)


def settings(**values: Any) -> Settings:
    """Settings of these values, of the environment, and of nothing else."""
    return Alone(**values)


def test_the_example_names_every_setting_and_nothing_else() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if "=" in line]
    named = [match[1] for line in lines if (match := LINE.fullmatch(line))]
    assert len(named) == len(lines)
    assert sorted(named) == sorted(f"TOROGOZ_{name.upper()}" for name in Settings.model_fields)


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = tmp_path / ".env"
    written.write_text(LINE.sub(r"\1=\2", EXAMPLE.read_text()))
    values = {name: value for name, value in dotenv_values(written).items() if value}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    used = settings()
    assert used.database_url == values["TOROGOZ_DATABASE_URL"]
    assert used.public_address == values["TOROGOZ_PUBLIC_URL"]
    # Those that show a default show the right one.
    for name in ("host", "port", "workers", "whatsapp_per_second", "telegram_per_second"):
        assert str(Settings.model_fields[name].default) == values[f"TOROGOZ_{name.upper()}"]
    assert Settings.model_fields["var"].default == ROOT / values["TOROGOZ_VAR"]


def test_an_empty_value_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"TOROGOZ_{name.upper()}", "")
    assert settings() == nothing


@pytest.mark.parametrize(
    ("public_url", "host", "is_public"),
    [
        (None, "127.0.0.1", False),
        ("http://localhost:8000", "127.0.0.1", False),
        ("http://[::1]:8000/", "::1", False),
        ("https://torogoz.example.sv", "127.0.0.1", True),
        ("https://localhost.example.sv", "127.0.0.1", True),
        ("https://127.0.0.1.example.sv", "127.0.0.1", True),
        ("http://192.168.1.20:8000", "127.0.0.1", True),
        (None, "0.0.0.0", True),
        (None, "::", True),
        (None, "192.168.1.20", True),
        ("http://127.0.0.1:8000", "0.0.0.0", True),
    ],
)
def test_demo_data_stays_where_the_public_cannot_come(
    public_url: str | None, host: str, is_public: bool
) -> None:
    assert settings(public_url=public_url, host=host).with_demo is not is_public
    assert settings(public_url=public_url, host=host, demo=False).with_demo is False
    asked = settings(public_url=public_url, host=host, demo=True)
    if not is_public:
        assert asked.with_demo
        return
    with pytest.raises(DemoRefused) as refused:
        _ = asked.with_demo
    for word in ("TOROGOZ_DEMO", "TOROGOZ_PUBLIC_URL", "TOROGOZ_HOST", asked.public_address):
        assert word in str(refused.value)


def test_no_secret_shows_in_what_is_printed_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(f"TOROGOZ_{name.upper()}", value)
    secretive = settings()
    assert secretive.secret == "key-secret"
    for shown in (repr(secretive), str(secretive)):
        assert "telegram_per_second=30" in shown
        assert [value for value in SECRETS.values() if value in shown] == []
        assert "-secret" not in shown


async def test_a_bad_value_is_one_sentence_that_names_it(tmp_path: Path) -> None:
    bad = {
        "port": "70000",
        "public_url": "ftp://torogoz.example.sv",
        "nlu_url": "http://127.0.0.1:puerto",
        "telegram_api_url": "api.example.sv",
        "twilio_api_url": "http://[::1",
        "database_url": "servidor=db.example.sv clave=db-secret",
        "workers": "0",
        "demo": "quizás",
        "whatsapp_per_second": "0",
    }
    other = {"port": "abc", "database_url": "postgresql://u:db-secret@db:puerto/x"}
    several, two = await asyncio.gather(
        CommandLine(tmp_path, **bad)("backup"), CommandLine(tmp_path, **other)("backup")
    )
    for ended, names in ((several, bad), (two, other)):
        assert (ended.code, ended.out) == (2, "")
        lines = ended.err.splitlines()
        assert sorted(line.partition(": ")[0] for line in lines) == sorted(
            f"TOROGOZ_{name.upper()}" for name in names
        )
        # In Spanish, and whole sentences.
        assert all(re.search(r": (tiene que ser|no es) .+\.$", line) for line in lines), lines
        assert "db-secret" not in ended.err


async def test_an_env_file_beside_the_project_is_read_and_the_environment_goes_first(
    tmp_path: Path,
) -> None:
    written = rooms() / ".env"
    written.write_text("TOROGOZ_PORT=of the file\nTOROGOZ_WORKERS=of the file\n")
    try:
        ended = await CommandLine(tmp_path)("backup", workers="2")
    finally:
        written.unlink()
    assert ended.code == 2
    assert ended.err == "TOROGOZ_PORT: tiene que ser un número entero.\n"


# -- the key for signing -----------------------------------------------------------------------

KEY_OF = (
    "import sys; from pathlib import Path; from api.settings import Settings; print(flush=True); "
    "sys.stdin.readline(); print(Settings(var=Path(sys.argv[1]) / 'var').secret)"
)


def test_processes_that_start_together_make_one_key_for_their_owner_only(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KEY_OF, str(tmp_path)]
    processes = [
        subprocess.Popen(
            command,
            env=environment(),
            cwd=rooms(),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    keys = set()
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            out, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            keys.add(out.strip())
    finally:
        for process in processes:
            process.kill()
            process.wait()
    (key,) = keys
    assert len(key) >= 48
    (path,) = (tmp_path / "var").iterdir()
    assert path.read_text() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_is_made_once_and_a_set_one_goes_before_it(tmp_path: Path) -> None:
    first = settings(var=tmp_path).secret
    assert settings(var=tmp_path).secret == first
    assert settings(var=tmp_path / "other").secret != first
    assert settings(var=tmp_path, secret_key=SecretStr("mine")).secret == "mine"
    assert (tmp_path / "secret_key").read_text() == first
