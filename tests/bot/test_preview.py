"""An article as people will see it on both channels, also while it is being written."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers import service as answers
from actions.cases.hours import ZONE
from actions.messages.content import Attachment, Button
from bot import flows, responses
from bot.channels import telegram, whatsapp
from bot.channels.protocol import Reply
from bot.channels.whatsapp import WhatsApp
from bot.preview import Previewed, previewed
from bot.shown import Shown, on_telegram, on_whatsapp
from knowledge.articles import Article
from knowledge.library import FOLDER, Library

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
LIBRARY = Library.load(NOW.date())
RESPONSES = responses.load(Path(responses.__file__).parent)
FLOWS = flows.load(Path(flows.__file__).parent)
TEXTS = {
    path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / "articles").rglob("*.md")
}
DRAFT = """---
title: ¿Qué hago con el suero?
topic: aguas
aliases: [suero, botar suero, suero de queso, adonde va el suero, suero a la quebrada]
next: [permiso-pasos, multas-botar-basura]
---
Nunca lo botés a la quebrada. [{fact}]

Guardalo en un tanque y vendelo. [{fact}]
"""


def shown(markdown: str, article_id: str = "aguas-nuevo") -> Previewed:
    return previewed(article_id, markdown, LIBRARY, RESPONSES, FLOWS, NOW)


def long_ones() -> list[Article]:
    return [one for one in LIBRARY.articles.values() if answers.show(LIBRARY, one.id).has_more]  # type: ignore[union-attr]


def citable(confidence: str) -> str:
    return next(
        one.id
        for one in LIBRARY.facts.values()
        if one.confidence == confidence
        and one.use is None
        and LIBRARY.facts.in_force(one, NOW.date())
    )


def test_every_article_is_shown_whole_within_the_limits_of_both_channels() -> None:
    for article in LIBRARY.articles.values():
        found = shown(TEXTS[article.id], article.id)
        assert found.problems == (), article.id
        for part in found.parts:
            for one in (*part.whatsapp, *part.telegram):
                assert 0 < one.length <= one.limit
        read = "\n".join(one.text for part in found.parts for one in part.whatsapp)
        for block in article.blocks:
            # WhatsApp's signs are made harmless, so only words are compared.
            first = block.text.split("\n")[0]
            assert first.split()[0] in read
        assert len(found.parts) == (2 if answers.show(LIBRARY, article.id).has_more else 1)  # type: ignore[union-attr]


def test_a_long_article_goes_on_after_a_button() -> None:
    article = long_ones()[0]
    first, rest = shown(TEXTS[article.id], article.id).parts
    assert (first.has_more, rest.has_more) == (True, False)
    assert "Ver más" in first.telegram[-1].buttons
    assert "1. Ver más" in first.whatsapp[-1].text
    assert first.whatsapp[-1].is_numbered
    assert "Ver más" not in rest.telegram[-1].buttons
    assert article.blocks[0].text.split("\n")[0] in first.telegram[0].text.replace("&amp;", "&")


def test_the_first_part_asks_whether_it_was_of_use_as_each_channel_does() -> None:
    (part, *_) = shown(DRAFT.format(fact=citable("confirmed"))).parts
    assert "Decime *sí* o *no*" in part.whatsapp[-1].text
    assert {"👍 Sí", "👎 No"} <= set(part.telegram[-1].buttons)


def test_a_fact_to_be_confirmed_is_said_to_be() -> None:
    (sure,) = shown(DRAFT.format(fact=citable("confirmed"))).parts
    (unsure,) = shown(DRAFT.format(fact=citable("recalled"))).parts
    assert not sure.to_confirm
    assert unsure.to_confirm
    assert "preguntá al MARN" in unsure.whatsapp[0].text
    assert "preguntá al MARN" not in sure.whatsapp[0].text


def test_the_source_is_shown_as_people_read_it() -> None:
    found = shown(DRAFT.format(fact=citable("confirmed")))
    (part,) = found.parts
    assert found.problems == ()
    assert part.sources.startswith("Fuente")
    assert part.sources in part.telegram[0].text
    assert "[" not in part.telegram[0].text


def test_a_text_that_is_not_right_yet_is_shown_with_what_to_mend() -> None:
    typed = DRAFT.format(fact="XXX-99")
    found = shown(typed)
    assert "Guardalo en un tanque" in found.parts[0].whatsapp[0].text
    told = {(one.line, one.message) for one in found.problems}
    line = typed.split("\n").index("Nunca lo botés a la quebrada. [XXX-99]") + 1
    assert (line, "cita XXX-99, que no está en el registro de hechos") in told


@pytest.mark.parametrize(
    ("typed", "line", "message"),
    [
        ("", 1, "falta el encabezado"),
        ("---\ntitle: x\n", 1, "el encabezado no termina"),
        (DRAFT.replace("topic: aguas", "topic: agua"), 3, "el tema 'agua' no existe"),
        ("x" * 30_000, 1, "y caben 8000"),
        ("---\n\x07", 2, "hay un carácter que no es texto"),
    ],
)
def test_a_text_that_cannot_be_read_says_where(typed: str, line: int, message: str) -> None:
    found = shown(typed)
    assert found.parts == ()
    (problem,) = found.problems
    assert problem.line == line
    assert message in problem.message


def test_a_draft_may_lead_to_drafts_that_are_known() -> None:
    typed = DRAFT.format(fact=citable("confirmed")).replace("multas-botar-basura", "otro-borrador")
    said = [one.message for one in shown(typed).problems]
    assert any("otro-borrador" in one for one in said)
    known = previewed(
        "aguas-nuevo", typed, LIBRARY, RESPONSES, FLOWS, NOW, others={"otro-borrador"}
    )
    assert not any("otro-borrador" in one.message for one in known.problems)


def test_a_preview_changes_nothing_of_what_is_served() -> None:
    before = dict(LIBRARY.articles)
    some = next(iter(LIBRARY.articles))
    shown(DRAFT.format(fact=citable("confirmed")), some)
    assert dict(LIBRARY.articles) == before


@given(st.text(alphabet="ab <>&*_~`[]\n-:😀#é", max_size=300))
def test_whatever_is_typed_is_shown_or_said_to_be_wrong(typed: str) -> None:
    head = DRAFT.partition("---\nNunca")[0]
    found = shown(f"{head}---\n{typed}")
    assert found.parts or found.problems
    for part in found.parts:
        for one in part.telegram:
            # Nothing that was typed becomes a mark of Telegram's.
            left = one.text.replace("<b>", "").replace("</b>", "")
            assert "<" not in left
            assert ">" not in left


# -- a reply on a channel --------------------------------------------------------------------------

BUTTONS = (Button("Ver la respuesta", "/x"),)


def test_marks_are_those_of_the_channel() -> None:
    reply = Reply("Decí **sí** & ya_ _no_.")
    assert on_telegram(reply) == (
        Shown("Decí <b>sí</b> &amp; ya_ _no_.", (), False, (), 19, telegram.TEXT_LIMIT),
    )
    (one,) = on_whatsapp(reply)
    assert one.text.startswith("Decí *sí* & ya_ _")
    # The sign that would begin a mark is followed by one that nobody sees.
    assert one.text == "Decí *sí* & ya_ _\u2060no_."


def test_buttons_are_real_where_whatsapp_has_a_template_for_them() -> None:
    reply = Reply("Hola.", BUTTONS)
    (menu,) = on_whatsapp(reply)
    assert (menu.buttons, menu.is_numbered) == ((), True)
    assert menu.text == "Hola.\n\n1. Ver la respuesta\n\nRespondé con el número."
    channel = WhatsApp(account_sid="AC", auth_token="x", sender="+1", public_url="https://x.org")
    channel.quick_replies = {("Ver la respuesta",): "answer_ready"}
    channel.template_sids = {"answer_ready": "HX1"}
    (real,) = on_whatsapp(reply, channel)
    assert (real.text, real.buttons, real.is_numbered) == ("Hola.", ("Ver la respuesta",), False)
    assert real.limit == whatsapp.QUICK_REPLY_BODY_LIMIT


def test_a_long_reply_is_several_messages_with_the_buttons_under_the_last() -> None:
    parts = on_whatsapp(Reply("Una oración. " * 300, BUTTONS))
    assert len(parts) > 1
    assert [one.is_numbered for one in parts] == [*[False] * (len(parts) - 1), True]
    assert all(one.length <= whatsapp.TEXT_LIMIT for one in parts)


def test_files_are_named() -> None:
    reply = Reply("Guía", files=(Attachment("guia.pdf", "https://x.org/g", "application/pdf"),))
    assert on_telegram(reply)[0].files == on_whatsapp(reply)[0].files == ("guia.pdf",)
