"""POST /_control/inbound: the JSON of a message from a person, turned into one.

Both channels: {"channel", "text", "files": [{"name", "content_type", "base64"}],
"location": {"latitude", "longitude"}, "press": {"message": provider id, "button": title},
"name": the person's, "wait": whether to answer only when the bot has it (default true)}.
WhatsApp: "from" (a number, with or without "whatsapp:"), location with "label" and "address".
Telegram: "from" (the chat id), "kind" of the file, "contact": {"phone_number", "first_name",
"user_id"}, "timeout" of the waiting in seconds.
"""

import base64
from collections.abc import Mapping
from typing import Any

from tests.providers.record import File, RecordedMessage
from tests.providers.stand_in import StandIn
from tests.providers.telegram import Contact, Place, TelegramStandIn
from tests.providers.twilio import Location, Press, TwilioStandIn


class Refused(Exception):
    """A control request that cannot be done; the text says why."""


async def whatsapp_inbound(twilio: TwilioStandIn, asked: Mapping[str, Any]) -> dict[str, Any]:
    """{"id": the message's sid, "webhook": how the post to the bot ended, or None}."""
    from_ = str(asked["from"])
    if not from_.startswith("whatsapp:"):
        from_ = f"whatsapp:{from_}"
    press = None
    if "press" in asked:
        shown, title = _pressed(twilio, from_, asked["press"])
        button = next(b for b in shown.buttons if b.title == title)
        in_list = shown.kind == "twilio/list-picker"
        press = Press(button.title, button.payload, shown.provider_id, in_list)
    location = Location(**asked["location"]) if "location" in asked else None
    prepared = twilio.prepare_inbound(
        from_,
        str(asked.get("text", "")),
        media=_files(asked),
        location=location,
        press=press,
        profile_name=str(asked.get("name", "Ana")),
    )
    sid = twilio.messages_from(from_)[-1].provider_id
    work = twilio.deliver(prepared, from_, twilio.senders[0])
    if not asked.get("wait", True):
        twilio.spawn(work)
        return {"id": sid, "webhook": None}
    delivery = await work
    return {
        "id": sid,
        "webhook": {
            "status": delivery.status,
            "error": delivery.error,
            "attempts": delivery.attempts,
            "seconds": delivery.seconds,
        },
    }


async def telegram_inbound(telegram: TelegramStandIn, asked: Mapping[str, Any]) -> dict[str, Any]:
    """{"id": the update_id, "delivered": whether the bot has it (None: not waited for)}."""
    chat_id = int(asked["from"])
    if "press" in asked:
        shown, title = _pressed(telegram, str(chat_id), asked["press"])
        update = await telegram.press(chat_id, shown, title)
    else:
        sent = _files(asked)
        update = await telegram.inbound(
            chat_id,
            str(asked.get("text", "")),
            file=sent[0] if sent else None,
            kind=asked.get("kind"),
            place=Place(**asked["location"]) if "location" in asked else None,
            contact=Contact(**asked["contact"]) if "contact" in asked else None,
            first_name=asked.get("name"),
        )
    if not asked.get("wait", True):
        return {"id": update["update_id"], "delivered": None}
    try:
        await telegram.delivered(update, float(asked.get("timeout", 60.0)))
    except TimeoutError:
        return {"id": update["update_id"], "delivered": False}
    return {"id": update["update_id"], "delivered": True}


def _files(asked: Mapping[str, Any]) -> list[File]:
    return [
        File(
            str(file.get("name", "")),
            str(file["content_type"]),
            base64.b64decode(file["base64"]),
        )
        for file in asked.get("files", ())
    ]


def _pressed(
    stand_in: StandIn, address: str, press: Mapping[str, Any]
) -> tuple[RecordedMessage, str]:
    for message in reversed(stand_in.messages_to(address)):
        if message.provider_id == str(press["message"]):
            if press["button"] in [button.title for button in message.buttons]:
                return message, str(press["button"])
            break
    raise Refused("no such button on that message")
