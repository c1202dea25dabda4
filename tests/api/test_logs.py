"""Logs: whatever is logged, numbers that tell who someone is do not reach the line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from actions.people.masking import MASK
from api.logs import masked

LOGS = """
import logging, structlog
from api import logs
logs.configure("test")
log = structlog.get_logger("x")
log.warning("sent", message=70001234, to="whatsapp:+50370001234", seen={"duis": ["01234567-8"]})
try:
    raise ValueError("ana@panaderia.sv wrote from 7000-1234")
except ValueError as error:
    log.exception("failed", error=error)
    logging.getLogger("library").exception("NIT %s", "0614-290190-101-3")
"""


def _lines(project: Path) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", LOGS], cwd=project, capture_output=True, text=True, check=True
    )
    return run.stderr.splitlines()


def test_no_number_of_a_person_reaches_the_log(project: Path) -> None:
    lines = _lines(project)
    sent, failed = (json.loads(line) for line in lines[:2])
    assert sent["to"] == MASK
    assert sent["seen"] == {"duis": [MASK]}
    assert sent["message"] == 70001234
    assert sent["timestamp"].endswith("Z")
    assert MASK in failed["exception"]
    assert MASK in failed["error"]
    whole = "\n".join(lines)
    assert f"library NIT {MASK}" in whole
    for secret in ("+503", "01234567", "7000-1234", "panaderia", "290190"):
        assert secret not in whole, secret


def test_an_event_keeps_its_form() -> None:
    event: dict[str, Any] = {
        "event": "swept",
        "turns": 0,
        "ratio": 0.5,
        "ok": True,
        "none": None,
        "ids": (1, 2),
        "path": Path("/x/70001234"),
    }
    assert masked(None, "info", event) == {
        **event,
        "ids": [1, 2],
        "path": f"PosixPath('/x/{MASK}')",
    }
