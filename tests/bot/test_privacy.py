"""Whoever agreed, agreed to certain words: with others, they are asked again."""

import hashlib

from api.assembly import RESPONSES
from bot import privacy, responses


def test_the_version_changes_with_the_words() -> None:
    words = responses.load(RESPONSES).say("utter_ask_consent", {}).text
    assert hashlib.sha256(words.encode()).hexdigest()[:16] == privacy.DIGEST, (
        "the notice has changed: give it a new VERSION, and this DIGEST"
    )
