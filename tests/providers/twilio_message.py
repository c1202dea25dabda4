"""One Message resource: what Twilio shows of it, and what its status callbacks carry."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.providers.record import File, RecordedMessage
from tests.providers.twilio_errors import DELIVERY_FAILURES

API_VERSION = "2010-04-01"
INSTALL_SID = "XE5f0c8a1d2b3e49c7a6d90b1f4e2c8a77"
FINAL = frozenset({"failed", "undelivered"})


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a message, with its ME sid."""

    sid: str
    file: File


@dataclass(slots=True)
class TwilioMessage:
    """A message of the account. Times are Unix seconds; `sent` is None until it was sent."""

    account_sid: str
    sid: str
    direction: str
    from_: str
    to: str
    created: float
    recorded: RecordedMessage
    status_callback: str = ""
    sent: float | None = None
    updated: float = 0.0
    media: list[Media] = field(default_factory=list)
    media_count: int = 0
    is_template: bool = False

    @property
    def at(self) -> float:
        """When it was sent, or accepted where that is still to come: what lists compare."""
        return self.created if self.sent is None else self.sent

    @property
    def path(self) -> str:
        """Its address without the ".json"."""
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"

    def move_to(self, status: str, now: float, failure: int | None) -> None:
        """Take the next status."""
        self.recorded.status = status
        self.updated = now
        if self.sent is None and status != "queued":
            self.sent = now
        if status in FINAL:
            self.recorded.error_code = failure

    def resource(self, *, as_created: bool = False) -> dict[str, Any]:
        """The JSON of the resource; `as_created` as the POST answers it, before anything moved."""
        code = self.recorded.error_code
        segments = max(1, -(-len(self.recorded.text) // 153))
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.recorded.text,
            "date_created": rfc2822(self.created),
            "date_sent": None if as_created else rfc2822(self.sent),
            "date_updated": rfc2822(self.updated or self.created),
            "direction": self.direction,
            "error_code": code,
            "error_message": DELIVERY_FAILURES.get(code, ("", None))[1] if code else None,
            "from": self.from_,
            "messaging_service_sid": None,
            "num_media": str(self.media_count),
            "num_segments": str(segments),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.recorded.status,
            "subresource_uris": {"media": f"{self.path}/Media.json"},
            "to": self.to,
            "uri": f"{self.path}.json",
        }

    def media_resource(self, media: Media) -> dict[str, Any]:
        """The JSON of one file, without its bytes."""
        return {
            "account_sid": self.account_sid,
            "content_type": media.file.content_type,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.created),
            "parent_sid": self.sid,
            "sid": media.sid,
            "uri": f"{self.path}/Media/{media.sid}.json",
        }

    def callback_fields(self, status: str) -> dict[str, str]:
        """The form fields of a status callback."""
        fields = {
            "ApiVersion": API_VERSION,
            "AccountSid": self.account_sid,
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "From": self.from_,
            "To": self.to,
        }
        if status != "queued":
            number = self.to.removeprefix("whatsapp:")
            fields["ChannelPrefix"] = "whatsapp"
            fields["ChannelInstallSid"] = INSTALL_SID
            fields["ChannelToAddress"] = f"{number[:-4]}XXXX"
        if status == "sent":
            fields["StructuredMessage"] = "true" if self.is_template else "false"
        elif status in ("delivered", "read"):
            fields["EventType"] = status.upper()
        return fields


def rfc2822(at: float | None) -> str | None:
    """A date as Twilio's 2010 API writes it, to the second: "Sun, 22 Nov 2026 18:04:05 +0000"."""
    if at is None:
        return None
    return format_datetime(datetime.fromtimestamp(int(at), UTC))
