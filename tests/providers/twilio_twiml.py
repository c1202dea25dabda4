"""What the bot's answer to a Twilio webhook makes Twilio send to the person."""

from collections.abc import Iterator
from xml.etree import ElementTree

from tests.providers.posting import Delivery


def replies(delivery: Delivery) -> Iterator[tuple[str, str]]:
    """(text, media URL) of each message in the answer: TwiML's <Message> verbs, or plain text.

    An answer that is neither, or broken, sends nothing (Twilio logs error 12100 or 12300).
    """
    if not delivery.ok or not delivery.body.strip():
        return
    if delivery.content_type == "text/plain":
        yield delivery.body.decode(errors="replace"), ""
        return
    if delivery.content_type not in ("text/xml", "application/xml", "text/html"):
        return
    try:
        root = ElementTree.fromstring(delivery.body)
    except ElementTree.ParseError:
        return
    for verb in root.iter("Message"):
        media = verb.findtext("Media") or ""
        text = verb.findtext("Body")
        yield (text if text is not None else verb.text or "").strip(), media.strip()
