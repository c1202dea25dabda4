"""``torogoz run`` as an operator meets it: start, a second start, a dead Rasa, backup, Ctrl-C."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
import pytest_asyncio

from api.processes import model
from api.processes.postgres import EmbeddedPostgres
from api.settings import ROOT
from tests.effort import PATIENT
from tests.system import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


class Operator:
    """Runs commands on a folder of data of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith("TOROGOZ_")
        } | {
            "TOROGOZ_VAR": str(var),
            "TOROGOZ_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **PATIENT,
        }
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "api.cli", *words]

    async def torogoz(self, *words: str) -> tuple[int, str]:
        """The exit code and all output of a command."""
        process = await asyncio.create_subprocess_exec(
            *self.command(*words),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    async def tell(self, identity: str, text: str, seconds: float = 90) -> str:
        """The reply to a web chat message; sent again, with its id, while the system is away."""
        for _ in range(int(seconds * 2)):
            try:
                response = await self.client.post(
                    "/chat/operator/messages", json={"id": identity, "text": text}
                )
                if response.status_code == 200:
                    return str(response.json()["replies"][0]["text"])
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.5)
        raise TimeoutError(text)

    async def until_healthy(self, seconds: float = 180) -> None:
        for _ in range(int(seconds * 4)):
            try:
                if (await self.client.get("/healthz")).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.25)
        raise TimeoutError((self.var / "run.log").read_text()[-4000:])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def operator(
    rasa_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Operator]:
    """A folder with a trained model, and everything running on it."""
    var = tmp_path_factory.mktemp("operator")
    trained = model.model_path(ROOT / "var")
    (var / "nlu" / "models").mkdir(parents=True)
    shutil.copy(trained, var / "nlu" / "models")
    operator = Operator(var)
    with (var / "run.log").open("wb") as log:
        process = subprocess.Popen(
            operator.command("run"),
            env=operator.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await operator.until_healthy()
        yield operator
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
        left = subprocess.run(
            ["pgrep", "-f", str(var)], capture_output=True, text=True, check=False
        ).stdout
        assert left == "", f"still running: {left}"
        assert not EmbeddedPostgres(var / "postgres").is_up()
    finally:
        await operator.client.aclose()
        process.kill()
        process.wait()


async def test_it_says_where_to_go_and_what_is_off(operator: Operator) -> None:
    for _ in range(240):
        banner = (operator.var / "run.log").read_text()
        if "Ctrl-C" in banner:
            break
        await asyncio.sleep(0.25)
    assert f"http://127.0.0.1:{operator.port}/chat" in banner
    assert "TOROGOZ_TWILIO_ACCOUNT_SID" in banner
    assert "TOROGOZ_TELEGRAM_TOKEN" in banner


async def test_a_second_run_says_that_one_is_running(operator: Operator) -> None:
    code, output = await operator.torogoz("run")
    assert code == 1
    assert "ya está corriendo" in output
    assert "Traceback" not in output


async def test_doctor_finds_all_well(operator: Operator) -> None:
    code, output = await operator.torogoz("doctor")
    assert code == 0, output
    assert "PostgreSQL 18" in output


async def test_rasa_killed_in_mid_flow_answers_go_on_and_it_comes_back(operator: Operator) -> None:
    assert "Fuente" in await operator.tell("r1", "¿ocupo permiso ambiental?")
    state = json.loads((operator.var / "nlu" / "server.json").read_text())
    os.killpg(state["pid"], signal.SIGKILL)
    assert "Fuente" in await operator.tell("r2", "¿qué hago con el aceite usado?")
    assert "De qué querés saber" in await operator.tell("r3", "menú")
    assert "Permiso" in await operator.tell("r4", "1")
    url = f"http://127.0.0.1:{state['port']}/model/parse"
    for _ in range(240):
        try:
            answer = await operator.client.post(url, json={"text": "hola"})
            if answer.is_success:
                break
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.5)
    assert answer.json()["intent"]["name"] == "greet"
    # The worker leaves a server alone for a second after a failure, and waits for it a little only.
    for attempt in range(30):
        await asyncio.sleep(1.1)
        await operator.tell(f"again{attempt}", "ando viendo lo del permiso para mi negocito")
        with psycopg.connect(EmbeddedPostgres(operator.var / "postgres").url()) as connection:
            seen = connection.execute("SELECT nlu_up FROM turn ORDER BY id").fetchall()
        if seen[-1] == (True,):
            break
    assert (False,) in seen
    assert seen[-1] == (True,)


def _environment_of(pid: str) -> bytes:
    """What a process was started with; nothing for another user's, which may not be read."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (PermissionError, FileNotFoundError):
        return b""


async def test_children_that_die_are_started_again(operator: Operator) -> None:
    found = subprocess.run(
        ["pgrep", "-f", "api.cli (web|worker) --parent"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    environment = f"TOROGOZ_VAR={operator.var}".encode()
    ours = [pid for pid in found if environment in _environment_of(pid)]
    assert len(ours) == 2
    for pid in ours:
        os.kill(int(pid), signal.SIGKILL)
    assert "gusto" in await operator.tell("k1", "gracias") + await operator.tell("k2", "gracias")


async def test_backup_and_restore_on_the_running_system(operator: Operator) -> None:
    before = await operator.tell("b1", "quiero hablar con una persona")
    code, output = await operator.torogoz("backup", str(operator.var / "copy.dump"))
    assert code == 0, output
    await operator.tell("b2", "¿qué hago con el aceite usado?")
    code, output = await operator.torogoz("restore", "--yes", str(operator.var / "copy.dump"))
    assert code == 0, output
    # What came after the copy is gone; what came before is there; and the system goes on.
    again = await operator.tell("b1", "quiero hablar con una persona")
    assert again == before
    assert "Fuente" in await operator.tell("b3", "¿ocupo permiso ambiental?")
    history = (await operator.client.get("/chat/operator/messages?all=1")).json()["messages"]
    ids = [message["id"] for message in history if message["from"] == "person"]
    assert "b1" in ids
    assert "b2" not in ids
