"""What a person sends on WhatsApp, and the webhook Twilio makes of it."""

import json
from dataclasses import dataclass

from tests.providers.record import File
from tests.providers.twilio_message import API_VERSION, TwilioMessage


@dataclass(frozen=True, slots=True)
class Location:
    """A place sent from the phone, in degrees; label and address as the person chose them."""

    latitude: float
    longitude: float
    label: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: its text and payload, and the sid of the message it stood on ("" unknown).

    `in_list` tells a row chosen from a list picker.
    """

    text: str
    payload: str
    replied_sid: str = ""
    in_list: bool = False


def kind_of(files: tuple[File, ...], location: Location | None, press: Press | None) -> str:
    """Twilio's MessageType: text, image, audio, video, document, contacts, location, button ..."""
    if press is not None:
        return "interactive" if press.in_list else "button"
    if location is not None:
        return "location"
    if not files:
        return "text"
    content_type = files[0].content_type
    if content_type == "image/webp":
        return "sticker"
    if content_type in ("text/vcard", "text/x-vcard"):
        return "contacts"
    family = content_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "document"


def webhook_fields(
    message: TwilioMessage,
    base_url: str,
    *,
    profile_name: str,
    location: Location | None = None,
    press: Press | None = None,
) -> dict[str, str]:
    """The form fields of an inbound WhatsApp message."""
    wa_id = message.from_.removeprefix("whatsapp:+")
    context = {"ProfileName": profile_name, "WaId": wa_id}
    fields = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "ProfileName": profile_name,
        "MessageType": message.recorded.kind,
        "SmsSid": message.sid,
        "WaId": wa_id,
        "SmsStatus": "received",
        "Body": message.recorded.text,
        "To": message.to,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "ChannelMetadata": json.dumps(
            {"type": "whatsapp", "data": {"context": context}},
            ensure_ascii=False,
            separators=(",", ":"),
        ),
        "From": message.from_,
        "ApiVersion": API_VERSION,
    }
    for number, media in enumerate(message.media):
        fields[f"MediaContentType{number}"] = media.file.content_type
        fields[f"MediaUrl{number}"] = f"{base_url}{message.path}/Media/{media.sid}"
    if location is not None:
        fields["Latitude"] = str(location.latitude)
        fields["Longitude"] = str(location.longitude)
        if location.label:
            fields["Label"] = location.label
        if location.address:
            fields["Address"] = location.address
    if press is not None:
        if press.in_list:
            fields["ListId"] = press.payload
            fields["ListTitle"] = press.text
        else:
            fields["ButtonText"] = press.text
            fields["ButtonPayload"] = press.payload
        if press.replied_sid:
            fields["OriginalRepliedMessageSid"] = press.replied_sid
            fields["OriginalRepliedMessageSender"] = message.to
    return fields
