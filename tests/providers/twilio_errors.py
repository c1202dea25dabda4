"""Twilio's error codes as far as the stand-in gives them, and the body they come in."""

from collections.abc import Mapping
from typing import Any

# Answered to a request (HTTP status, message).
REFUSALS: Mapping[int, tuple[int, str]] = {
    20001: (400, "Request input may be invalid"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource {detail} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "The 'To' number {detail} is not a valid phone number."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body or media urls must be specified."),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21654: (400, "The ContentSid is Required"),
    21655: (400, "The ContentSid parameter is invalid."),
    21656: (400, "The Content Variables parameter is invalid."),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
}

# Told later, by status callback and in the message resource: the final status and the message.
DELIVERY_FAILURES: Mapping[int, tuple[str, str]] = {
    63003: ("undelivered", "Channel could not find To address"),
    63013: ("failed", "Channel policy violation"),
    63016: (
        "failed",
        "Outside messaging window. For WhatsApp, use a Message Template instead",
    ),
    63019: ("failed", "Media failed to download"),
    63021: ("failed", "Channel invalid content error"),
    63024: ("undelivered", "Invalid message recipient"),
    63049: ("undelivered", "Meta chose not to deliver this WhatsApp marketing message"),
}


class TwilioError(Exception):
    """A refusal, to be answered with its HTTP status and Twilio's error body."""

    def __init__(self, code: int, detail: str = "", retry_after: float = 0.0) -> None:
        status, message = REFUSALS.get(code, (400, f"Error {code}"))
        super().__init__(message.format(detail=detail))
        self.code = code
        self.status = status
        self.retry_after = retry_after

    @property
    def body(self) -> dict[str, Any]:
        """The four fields of every Twilio error."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
