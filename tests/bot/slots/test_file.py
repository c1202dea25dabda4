"""Slot: a photo or a PDF."""

from typing import Any

import pytest

from bot.slots.file import CONTENT_TYPES
from bot.slots.protocol import Choose, Sent, Value, Wrong
from tests.bot.slots.answering import CATALOGUE, TODAY, slot

ONLY_PDF = {"type": "file", "accepts": ["pdf"]}
BOTH = {"accepted": "una foto o un PDF"}


def _sent(declared: Any, kind: str, media: Any, content_type: Any = None) -> Value | Wrong | Choose:
    detail = {"media": media, "content_type": content_type}
    return slot(declared).read(Sent("", kind, detail), TODAY)


@pytest.mark.parametrize(
    ("kind", "content_type", "kept", "shown"),
    [
        ("image", "image/jpeg", "image/jpeg", "foto"),
        ("image", "image/png", "image/png", "foto"),
        ("image", "IMAGE/JPEG", "image/jpeg", "foto"),
        ("image", None, "image/jpeg", "foto"),
        ("image", "", "image/jpeg", "foto"),
        ("document", "application/pdf", "application/pdf", "PDF"),
        ("document", "application/pdf; charset=binary", "application/pdf", "PDF"),
        ("document", "image/heic", "image/heic", "foto"),
        ("document", "image/webp", "image/webp", "foto"),
    ],
)
def test_a_photo_and_a_pdf_are_kept(kind: str, content_type: Any, kept: str, shown: str) -> None:
    value: Any = {"media": "m-1", "content_type": kept}
    assert _sent("file", kind, "m-1", content_type) == Value(value, shown)
    assert slot("file").check(value, TODAY) == Value(value, shown)


def test_the_content_type_is_also_taken_by_the_name_that_channels_give_it() -> None:
    detail = {"media": "m-1", "media_type": "application/pdf"}
    value: Any = {"media": "m-1", "content_type": "application/pdf"}
    assert slot("file").read(Sent("", "document", detail), TODAY) == Value(value, "PDF")


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("document", "application/msword"),
        ("document", "application/zip"),
        ("document", "application/x-msdownload"),
        ("document", "image/svg+xml"),
        ("document", "text/html"),
        ("document", ""),
        ("document", None),
        ("image", "image/gif"),
        ("video", "video/mp4"),
        ("voice", "audio/ogg"),
        ("sticker", "image/webp"),
        ("location", None),
        ("contact", None),
        ("other", "application/pdf"),
    ],
)
def test_other_files_are_refused_with_what_is_taken(kind: str, content_type: Any) -> None:
    assert _sent("file", kind, "m-1", content_type) == Wrong("utter_wrong_file_kind", BOTH)


@pytest.mark.parametrize("kind", ["text", "button"])
@pytest.mark.parametrize("text", ["", "ya se la mandé", "https://example.org/foto.jpg"])
def test_words_are_answered_with_how_to_attach(kind: str, text: str) -> None:
    answer = slot("file").read(Sent(text, kind), TODAY)
    assert answer == Wrong("utter_wrong_file_missing", BOTH)
    said = CATALOGUE.say(answer.response, answer.params).text
    assert "📎" in said and "una foto o un PDF" in said


def test_a_file_that_did_not_arrive_is_asked_for_again() -> None:
    for media in (None, "", 5):
        assert _sent("file", "image", media, "image/jpeg") == Wrong("utter_wrong_file_lost")


def test_a_slot_may_take_one_kind_only() -> None:
    only = {"accepted": "un PDF"}
    assert _sent(ONLY_PDF, "image", "m-1", "image/jpeg") == Wrong("utter_wrong_file_kind", only)
    assert isinstance(_sent(ONLY_PDF, "document", "m-1", "application/pdf"), Value)
    assert slot(ONLY_PDF).hint == "Mandá un PDF."
    photo: Any = {"media": "m-1", "content_type": "image/jpeg"}
    assert slot(ONLY_PDF).check(photo, TODAY) == Wrong("utter_wrong_stale")


def test_a_caption_does_not_matter() -> None:
    sent = Sent("mi permiso", "image", {"media": "m-1", "content_type": "image/jpeg"})
    assert isinstance(slot("file").read(sent, TODAY), Value)


def test_nothing_that_a_browser_would_run_is_taken() -> None:
    taken = {one for types in CONTENT_TYPES.values() for one in types}
    assert taken.isdisjoint({"image/svg+xml", "text/html", "application/xml", "text/javascript"})


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"media": "m-1"},
        {"media": "", "content_type": "image/jpeg"},
        {"media": 5, "content_type": "image/jpeg"},
        {"media": "m-1", "content_type": "text/html"},
        {"media": "m-1", "content_type": None},
        "m-1",
        None,
    ],
)
def test_a_kept_value_that_is_no_file_is_stale(stored: Any) -> None:
    assert slot("file").check(stored, TODAY) == Wrong("utter_wrong_stale")
