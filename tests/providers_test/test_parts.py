"""The small parts both stand-ins rest on."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.rates import PerKeyBuckets, TokenBucket
from tests.providers.record import Direction, Record
from tests.providers.telegram_delivery import RetrySettings
from tests.providers.telegram_errors import BotApiError
from tests.providers.telegram_files import picture_size
from tests.providers.telegram_html import read_html, utf16_length

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0001108001e002803012200021101")

PIECES = ["<b>", "</b>", "<i>", "</i>", "</>", "ñ", "🌱", " a", "&amp;", "&nbsp;"]


class Seconds:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Seconds()
    bucket = TokenBucket(rate=2.0, burst=3.0, monotonic=clock)
    for _ in range(3):
        assert bucket.wait() == 0.0
        bucket.take()
    assert bucket.wait() == pytest.approx(0.5)
    clock.now += 0.5
    assert bucket.wait() == 0.0
    clock.now += 100.0
    granted = 0
    while bucket.wait() == 0.0:
        bucket.take()
        granted += 1
    assert granted == 3


def test_a_rate_of_zero_is_no_limit_and_keys_are_apart() -> None:
    free = TokenBucket(rate=0.0, burst=1.0)
    for _ in range(100):
        free.take()
    assert free.wait() == 0.0
    buckets = PerKeyBuckets(1.0, 1.0, Seconds())
    buckets.bucket("a").take()
    assert buckets.bucket("a").wait() > 0
    assert buckets.bucket("b").wait() == 0.0


def test_retries_begin_at_once_and_double_up_to_a_limit() -> None:
    retries = RetrySettings(base=1.0, most=60.0)
    delays = [retries.delay(n) for n in (1, 2, 3, 4, 7, 8, 1000)]
    assert delays == [0.0, 2.0, 4.0, 8.0, 60.0, 60.0, 60.0]


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert read_html(f"<b>{escaped}</b>")[0] == text


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_html_is_read_or_refused_and_entities_lie_inside(source: str) -> None:
    try:
        text, entities = read_html(source)
    except BotApiError:
        return
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(text)


def test_picture_sizes() -> None:
    assert picture_size(JPEG) == (40, 30)
    assert picture_size(b"GIF89a") is None
    assert picture_size(b"\xff\xd8\xff") is None


@pytest.mark.asyncio
async def test_waiting_ends_with_the_change_or_says_what_was_seen() -> None:
    record = Record()

    async def add_later() -> None:
        await asyncio.sleep(0.01)
        record.add(Direction.OUT, "1", "ana", "hola", at=0.0)
        record.changed()

    adding = asyncio.ensure_future(add_later())
    [message] = await record.wait_for(lambda: record.messages_to("ana"))
    await adding
    assert message.number == 1
    with pytest.raises(TimeoutError, match="0 in, 1 out"):
        await record.wait_for(lambda: record.messages_from("ana"), timeout=0.01)
    record.changed()
    with pytest.raises(ZeroDivisionError):
        await record.wait_for(lambda: 1 / 0, timeout=0.01)
