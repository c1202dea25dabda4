"""How long ``torogoz run`` takes until a message can be answered, on a folder used before."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from api.processes import model
from api.settings import ROOT, Settings
from tests.bench.figures import Figure
from tests.system import free_port


def _start(var: Path) -> float:
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("TOROGOZ_")
    } | {"TOROGOZ_VAR": str(var), "TOROGOZ_PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "run"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def measure_startup(settings: Settings) -> list[Figure]:
    """The second start on a folder: database made, model trained."""
    trained = model.train(settings.var)
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        (var / "nlu" / "models").mkdir(parents=True)
        shutil.copy(trained, var / "nlu" / "models")
        first = _start(var)
        warm = _start(var)
    return [Figure("first start, model trained", first, "s"), Figure("warm start", warm, "s")]
