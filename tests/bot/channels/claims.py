"""Messages as delivery hands them to a channel, and who they are for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.messages import states
from actions.messages.content import Button, Content
from actions.messages.outbox import Claimed

NUMBER = "+50370001234"
ANA = f"whatsapp:{NUMBER}"
CHAT = 50_370_001_234
TOPICS = Button("Ver los temas", "/help")
TALK = Button("Hablar con alguien", "/human")
LONG = "¡Señor 🙂 **Añil** & <sal> _ojo_! Segunda oración sin fin, con *marcas* sueltas. "
DAY_AND_MORE = timedelta(hours=25)
CASE_REPLY = Content(
    "Su *formulario*\nya fue   recibido",
    template="case_reply",
    variables={"1": "Su *formulario*\nya fue   recibido"},
)


def claimed(channel: str, external: str, content: Content, **changes: Any) -> Claimed:
    """A reply to someone who wrote just now, claimed for its first attempt."""
    now = datetime.now(UTC)
    reply = Claimed(
        id=41,
        person_id=1,
        address_id=1,
        channel=channel,
        external=external,
        lane=states.REPLY,
        content=content,
        attempts=1,
        attempted_at=now,
        ambiguous=False,
        window_opened_at=now,
        stopped=False,
        blocked=False,
    )
    return replace(reply, **changes)


def on_whatsapp(content: Content, **changes: Any) -> Claimed:
    """A reply to Ana on WhatsApp."""
    return claimed("whatsapp", NUMBER, content, **changes)


def on_telegram(content: Content, **changes: Any) -> Claimed:
    """A reply to Ana on Telegram."""
    return claimed("telegram", str(CHAT), content, **changes)
