"""Whoever agreed, agreed to certain words: with others, they are asked again."""

import hashlib

from api.assembly import RESPONSES
from bot import privacy, responses


def test_the_version_changes_with_the_words() -> None:
    words = responses.load(RESPONSES).say("utter_ask_consent", {"task_name": "Tarea"}).text
    assert hashlib.sha256(words.encode()).hexdigest()[:16] == privacy.DIGEST, (
        "the notice has changed: give it a new VERSION, and this DIGEST"
    )


def test_so_does_that_of_giving_the_contact_away() -> None:
    words = responses.load(RESPONSES).say("utter_ask_share_contact", {}).text
    assert hashlib.sha256(words.encode()).hexdigest()[:16] == privacy.CONTACT_DIGEST, (
        "the words have changed: give them a new CONTACT_VERSION, and this CONTACT_DIGEST"
    )
