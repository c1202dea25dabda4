"""Training Rasa's model, once for each state of its data."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import yaml

from api.failures import MendableError
from api.settings import ROOT
from knowledge import phrasings

NLU: Final = ROOT / "nlu"
ENVIRONMENT: Final = ROOT / ".venv-nlu"
KEPT: Final = 3
"""Models kept: going back to an earlier state of the data then needs no training."""


class NluMissing(MendableError):
    """Rasa's environment is not there, or training failed; the message says what to do."""


def rasa(*words: str) -> list[str]:
    """The command line of Rasa in its own environment."""
    program = ENVIRONMENT / "bin" / "rasa"
    if not program.exists():
        raise NluMissing(f"Rasa's environment is missing ({ENVIRONMENT}): run 'make setup'.")
    return [str(program), *words]


def rasa_python(*words: str) -> list[str]:
    """The command line of Python in Rasa's environment."""
    return [str(Path(rasa()[0]).with_name("python")), *words]


def environment() -> dict[str, str]:
    """The variables that Rasa runs with."""
    return {
        **os.environ,
        # Its pipeline has components of ours.
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        # Two threads on two cores only get in each other's way (95 against 234 parses a second).
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def sources(nlu: Path = NLU) -> list[Path]:
    """The files that make a model, in a fixed order."""
    data = sorted((nlu / "data").rglob("*.yml"))
    components = sorted((nlu / "components").rglob("*.py"))
    return [nlu / "config.yml", nlu / "domain.yml", nlu / "requirements.txt", *components, *data]


def document_tables() -> str:
    """The ways to ask for each article, as Rasa's training data: lookup tables called by its id."""
    tables = [
        {"lookup": f"document/{article}", "examples": "".join(f"- {line}\n" for line in lines)}
        for article, lines in phrasings.examples().items()
    ]
    return yaml.dump(
        {"version": "3.1", "nlu": tables}, Dumper=yaml.CSafeDumper, allow_unicode=True, width=1000
    )


def digest(nlu: Path = NLU) -> str:
    """Names the state of the data: the same content always gives the same name."""
    total = hashlib.sha256(document_tables().encode())
    for path in sources(nlu):
        total.update(path.relative_to(nlu).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def model_path(var: Path) -> Path:
    """Where the model of the present data lies, whether or not it has been trained."""
    return var / "nlu" / "models" / f"{digest()}.tar.gz"


def train(var: Path, *, force: bool = False) -> Path:
    """The model of the present data; trains it if it is not there yet."""
    path = model_path(var)
    if path.exists() and not force:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    log = var / "nlu" / "train.log"
    work = path.parent / f"training-{os.getpid()}"
    try:
        data = work / "data"
        shutil.copytree(NLU / "data", data)
        (data / "documents.yml").write_text(document_tables(), encoding="utf-8")
        with log.open("wb") as output:
            done = subprocess.run(
                rasa(
                    *("train", "nlu", "--config", str(NLU / "config.yml")),
                    *("--domain", str(NLU / "domain.yml"), "--nlu", str(data)),
                    *("--out", str(work), "--fixed-model-name", path.name.removesuffix(".tar.gz")),
                ),
                env=environment(),
                cwd=var,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        trained = work / path.name
        if done.returncode != 0 or not trained.exists():
            raise NluMissing(f"Training failed with code {done.returncode}; its log: {log}")
        trained.replace(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for old in sorted(path.parent.glob("*.tar.gz"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path
