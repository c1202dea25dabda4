"""A send as asked for: read from the form, checked, its content rendered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.providers.record import Button
from tests.providers.twilio_content import Contents, render, send_failure, variables_given
from tests.providers.twilio_errors import TwilioError
from tests.providers.twilio_people import People

BODY_LIMIT = 1600
MEDIA_FILES_LIMIT = 10
CALLBACK_URL_LIMIT = 4000
ADDRESS = re.compile(r"whatsapp:\+[1-9]\d{7,14}")


@dataclass(slots=True)
class Draft:
    """What will be sent; `failure` is the code it will fail with after being accepted, or None."""

    to: str
    from_: str
    text: str
    kind: str = "text"
    buttons: tuple[Button, ...] = ()
    media_urls: list[str] = field(default_factory=list)
    status_callback: str = ""
    is_template: bool = False
    failure: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def read_draft(
    body: bytes, *, senders: frozenset[str], people: People, contents: Contents
) -> Draft:
    """The draft in the form of POST Messages.json. Raises TwilioError for what Twilio refuses.

    A body has at most 1,600 characters, however many bytes they take.
    """
    form = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    fields = {name: values[-1] for name, values in form.items()}
    to, from_ = _parties(fields, senders, people)
    draft = Draft(
        to,
        from_,
        text=fields.get("Body", ""),
        media_urls=_media_urls(form.get("MediaUrl", [])),
        status_callback=_callback_url(fields.get("StatusCallback", "")),
    )
    window_is_open = people.window_is_open(to)
    given = variables_given(fields.get("ContentVariables"))
    if "ContentSid" in fields:
        _fill(draft, contents, fields["ContentSid"], given, window_is_open=window_is_open)
    elif given:
        raise TwilioError(21654)
    elif len(draft.text) > BODY_LIMIT:
        raise TwilioError(21617)
    elif not draft.text and not draft.media_urls:
        raise TwilioError(21619)
    elif not window_is_open:
        draft.failure = 63016
    if draft.media_urls:
        draft.kind = "media"
        draft.details["media_urls"] = draft.media_urls
    draft.failure = people.failure(to) or draft.failure
    return draft


def _fill(
    draft: Draft,
    contents: Contents,
    content_sid: str,
    given: Mapping[str, str],
    *,
    window_is_open: bool,
) -> None:
    content = contents.find(content_sid)
    if content is None:
        raise TwilioError(21655)
    rendered = render(content, given)
    draft.text, draft.buttons, draft.kind = rendered.text, rendered.buttons, rendered.kind
    draft.media_urls = [rendered.media] if rendered.media else []
    draft.is_template = True
    draft.failure = send_failure(content, rendered, given, window_is_open=window_is_open)
    draft.details = {"content_sid": content.sid, "variables": dict(given)}


def _parties(fields: Mapping[str, str], senders: frozenset[str], people: People) -> tuple[str, str]:
    to, from_ = fields.get("To", ""), fields.get("From", "")
    if not to:
        raise TwilioError(21604)
    if not from_:
        raise TwilioError(21603)
    if to.startswith("whatsapp:") != from_.startswith("whatsapp:"):
        raise TwilioError(21910)
    if from_ not in senders:
        raise TwilioError(63007)
    if not ADDRESS.fullmatch(to):
        raise TwilioError(21211, to)
    refusal = people.refusal(to)
    if refusal is not None:
        raise TwilioError(refusal, to)
    return to, from_


def _media_urls(urls: list[str]) -> list[str]:
    if len(urls) > MEDIA_FILES_LIMIT:
        raise TwilioError(21623)
    if any(urlsplit(url).scheme not in ("http", "https") for url in urls):
        raise TwilioError(21620)
    return urls


def _callback_url(url: str) -> str:
    if not url:
        return ""
    address = urlsplit(url)
    host = address.hostname or ""
    if (
        address.scheme not in ("http", "https")
        or not host
        or "_" in host
        or len(url) > CALLBACK_URL_LIMIT
    ):
        raise TwilioError(21609)
    return url
