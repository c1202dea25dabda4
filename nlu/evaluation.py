# mypy: disable-error-code="import-not-found,import-untyped"
"""How well messages are understood: five folds, slips of the pen, sets that no one trained with.

Runs in Rasa's environment: ``python -m nlu.evaluation --model MODEL``. The folds use the very
class and the very tuning of the served pipeline; the sets are read by the served model itself,
through Rasa.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from sklearn.metrics import f1_score

from nlu.components.labels import OUT_OF_SCOPE, TextClassifier, Tuning
from nlu.components.spelling import folded
from nlu.messages import Labelled, folds, read_set, read_training
from nlu.noise import noisy

HERE: Final = Path(__file__).parent
COMPONENT: Final = "nlu.components.classifier.SpellingTolerantClassifier"
WORST: Final = 15
WARM_UP: Final = 20

Reader = Callable[[Sequence[str]], list[str]]
"""Tells the intents of some messages."""
Learner = Callable[[Sequence[Labelled], Path], Reader]
"""Learns from messages, with a folder to work in."""


def say(line: str) -> None:
    """Writes a line of the report at once: the next one may take minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0 to 1. ``caught``: of the messages about something else, those seen as such;
    ``false_alarms``: of the others, those taken for such; None where there are none."""

    messages: int
    accuracy: float
    macro_f1: float
    caught: float | None
    false_alarms: float | None

    def row(self, name: str) -> str:
        """A line of the table."""
        shares = (self.accuracy, self.macro_f1, self.caught, self.false_alarms)
        cells = ["    -" if share is None else f"{100 * share:5.1f}" for share in shares]
        return f"{name:<40}{self.messages:>7}  " + "     ".join(cells)


HEADING: Final = f"{'':<40}{'n':>7}  {'acc.':>5}  {'macro-F1':>8}  {'oos rec.':>8}  {'oos fa':>8}"


def figures(right: Sequence[str], told: Sequence[str]) -> Figures:
    """What the intents ``told`` are worth against those that are ``right``."""
    outside = [one for true, one in zip(right, told, strict=True) if true == OUT_OF_SCOPE]
    inside = [one for true, one in zip(right, told, strict=True) if true != OUT_OF_SCOPE]
    correct = sum(true == one for true, one in zip(right, told, strict=True))
    return Figures(
        messages=len(right),
        accuracy=correct / len(right),
        macro_f1=float(f1_score(right, told, labels=sorted(set(right)), average="macro")),
        caught=outside.count(OUT_OF_SCOPE) / len(outside) if outside else None,
        false_alarms=inside.count(OUT_OF_SCOPE) / len(inside) if inside else None,
    )


def served_tuning() -> Tuning:
    """The tuning in the configuration that is served."""
    pipeline = yaml.safe_load((HERE / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    [part] = [part for part in pipeline if part["name"] == COMPONENT]
    return Tuning(**{name: value for name, value in part.items() if name != "name"})


def ours(families: Sequence[str]) -> Learner:
    """Learns as the served pipeline does."""

    def learn(examples: Sequence[Labelled], _folder: Path) -> Reader:
        model = TextClassifier(served_tuning(), families)
        model.fit([one.text for one in examples], [one.intent for one in examples])
        intents = model.labels
        return lambda texts: [intents[at] for at in model.probabilities(texts).argmax(axis=1)]

    return learn


def rival(config: Path, families: Path) -> Learner:
    """Learns with a pipeline of Rasa's own, through Rasa."""

    def learn(examples: Sequence[Labelled], folder: Path) -> Reader:
        from rasa.model_training import train_nlu

        by_intent: dict[str, list[str]] = {}
        for one in examples:
            by_intent.setdefault(one.intent, []).append(f"- {one.text}\n")
        entries = [
            {"intent": name, "examples": "".join(lines)} for name, lines in by_intent.items()
        ]
        data = folder / "data"
        data.mkdir()
        (data / "examples.yml").write_text(
            yaml.safe_dump({"version": "3.1", "nlu": entries}, allow_unicode=True)
        )
        (data / "families.yml").write_text(families.read_text(encoding="utf-8"))
        path = train_nlu(str(config), str(data), str(folder / "models"))
        if path is None:
            raise RuntimeError(f"Rasa did not train {config}")
        return served(Path(path))

    return learn


def served(model: Path) -> Reader:
    """Reads messages with a trained model, through Rasa."""
    import structlog

    with warnings.catch_warnings():
        # What Rasa's libraries think of one another.
        warnings.simplefilter("ignore")
        from rasa.core.agent import Agent

    # Rasa tells of each message it reads.
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=False)

    agent = Agent.load(str(model))

    async def told(texts: Sequence[str]) -> list[str]:
        parsed: list[dict[str, Any]] = [await agent.parse_message(text) for text in texts]
        return [str(one["intent"]["name"]) for one in parsed]

    return lambda texts: asyncio.run(told(texts))


def in_folds(examples: Sequence[Labelled], count: int, learner: Learner) -> list[tuple[str, str]]:
    """For each example what is told of it, and of it with slips, by a model that never saw it."""
    fold = folds(examples, count)
    slips = noisy([one.text for one in examples])
    told: list[tuple[str, str]] = [("", "")] * len(examples)
    for current in range(count):
        kept = [one for one, of in zip(examples, fold, strict=True) if of != current]
        left = [at for at, of in enumerate(fold) if of == current]
        with tempfile.TemporaryDirectory() as folder:
            read = learner(kept, Path(folder))
            plain = read([examples[at].text for at in left])
            rough = read([slips[at] for at in left])
        for at, one, other in zip(left, plain, rough, strict=True):
            told[at] = (one, other)
    return told


def report_folds(
    name: str, examples: Sequence[Labelled], count: int, learner: Learner
) -> list[tuple[str, str]]:
    """Prints the two lines of a pipeline in folds; returns what it told."""
    began = time.monotonic()
    told = in_folds(examples, count, learner)
    right = [one.intent for one in examples]
    say(figures(right, [one for one, _ in told]).row(f"{name}, {count} folds"))
    slipped = figures(right, [one for _, one in told]).row("  the same with slips")
    say(f"{slipped}   ({time.monotonic() - began:.0f} s)")
    return told


def report_sets(paths: Sequence[Path], examples: Sequence[Labelled], read: Reader) -> None:
    """Prints a line for each set; another without what the training data has too, if it has."""
    known = {folded(one.text) for one in examples}
    for path in paths:
        found = read_set(path)
        told = read([one.text for one in found])
        both = list(zip(found, told, strict=True))
        say(figures([one.intent for one in found], told).row(path.stem))
        new = [(one.intent, intent) for one, intent in both if folded(one.text) not in known]
        if len(new) < len(found):
            line = figures([right for right, _ in new], [one for _, one in new])
            say(line.row("  without those in the training data"))


def milliseconds(texts: Sequence[str], read: Reader) -> tuple[float, float]:
    """How long a message takes, one at a time: the median and the 95th percentile."""
    read(texts[:WARM_UP])
    taken = []
    for text in texts:
        began = time.perf_counter()
        read([text])
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


def main() -> None:
    """The whole report, on standard output."""
    options = argparse.ArgumentParser(description="How well messages are understood.")
    options.add_argument("--model", type=Path, required=True, help="the served model")
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--compare", action="store_true", help="Rasa's own pipelines too")
    options.add_argument("--sets", type=Path, nargs="*", default=[], help="labelled JSON lines")
    chosen = options.parse_args()
    data = HERE / "data"
    examples, families = read_training(data)
    say(f"{len(examples)} examples, {len({one.intent for one in examples})} intents")
    say(HEADING)
    told = report_folds("served pipeline", examples, chosen.folds, ours(families))
    read = served(chosen.model)
    report_sets(chosen.sets, examples, read)
    median, late = milliseconds([one.text for one in examples[:: len(examples) // 300]], read)
    say(f"\nThrough Rasa, one message: {median:.1f} ms in the median, {late:.1f} ms at 95 %")
    confused = Counter(
        (one.intent, intent)
        for one, (intent, _) in zip(examples, told, strict=True)
        if one.intent != intent
    )
    say("\nConfused most (what it is -> what was told):")
    for (right, wrong), count in confused.most_common(WORST):
        say(f"{count:>5}  {right} -> {wrong}")
    if chosen.compare:
        say("\n" + HEADING)
        for config in sorted((HERE / "rivals").glob("*.yml"), reverse=True):
            learner = rival(config, data / "nlu" / "patterns.yml")
            report_folds(f"Rasa's {config.stem}", examples, chosen.folds, learner)


if __name__ == "__main__":
    main()
