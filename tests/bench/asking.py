"""How long one answer takes without channels and database."""

import json
import time

from api.assembly import FLOWS, RESPONSES
from api.clock import today
from api.settings import ROOT
from bot import asking, flows, responses
from knowledge.library import Library
from nlu.client import NluClient
from tests.bench.figures import Figure, percentile

QUESTIONS = ROOT / "tests" / "knowledge" / "questions" / "tuning.jsonl"


def questions() -> list[str]:
    """What firms' owners ask, as they write it."""
    return [json.loads(line)["text"] for line in QUESTIONS.read_text("utf-8").splitlines()]


async def measure_asking(nlu_url: str) -> list[Figure]:
    """``torogoz ask`` per question, and its search alone."""
    library = Library.load(today())
    parts = library, responses.load(RESPONSES), flows.load(FLOWS)
    asked: list[float] = []
    searched: list[float] = []
    async with NluClient(nlu_url, timeout=10) as nlu:
        for question in questions():
            asked.append((await asking.ask(question, nlu, *parts)).milliseconds)
            parsed = await nlu.parse(question)
            began = time.perf_counter()
            library.index.search(question, 3, learnt={} if parsed is None else parsed.documents)
            searched.append((time.perf_counter() - began) * 1000)
    return [
        Figure("ask p50", percentile(asked, 0.5), "ms"),
        Figure("ask p95", percentile(asked, 0.95), "ms"),
        Figure("search p50", percentile(searched, 0.5), "ms"),
        Figure("search p95", percentile(searched, 0.95), "ms"),
    ]
