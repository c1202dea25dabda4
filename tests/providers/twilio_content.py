"""Twilio's Content API: templates, their approval by WhatsApp, and how they look when sent."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.providers.record import Button
from tests.providers.twilio_errors import TwilioError
from tests.providers.twilio_paging import page_asked

BUTTONS_WITHOUT_APPROVAL = 3
TEXT_LIMIT = 1024
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ADJACENT_VARIABLES = re.compile(r"\}\}\s*\{\{")
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
# Types that only live inside an open window and cannot be submitted.
WINDOW_ONLY = frozenset({"twilio/list-picker", "twilio/location"})


@dataclass(slots=True)
class Approval:
    """A submission to WhatsApp. `status`: received, pending, approved, rejected, paused."""

    name: str
    category: str
    content_type: str
    status: str = "received"
    rejection_reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """As Twilio shows it."""
        return {
            "name": self.name,
            "category": self.category,
            "content_type": self.content_type,
            "status": self.status,
            "rejection_reason": self.rejection_reason,
            "allow_category_change": True,
        }


@dataclass(frozen=True, slots=True)
class Rendered:
    """A content as the person sees it; `kind` is its content type, `media` the URL or ""."""

    kind: str
    text: str
    buttons: tuple[Button, ...] = ()
    media: str = ""


@dataclass(slots=True)
class Content:
    """One content resource. `types` maps the content types given to their definitions."""

    sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created: float
    approval: Approval | None = None

    @property
    def kind(self) -> str:
        """The type WhatsApp is given: the richest one, text only where there is no other."""
        rich = [kind for kind in self.types if kind != "twilio/text"]
        return rich[0] if rich else "twilio/text"

    @property
    def is_approved(self) -> bool:
        """Whether it may open a conversation."""
        return self.approval is not None and self.approval.status == "approved"


class Contents:
    """The account's contents.

    `approval_delay` is the time in seconds from a submission to its approval (or to the rejection
    the documented rules ask for); None leaves it to `approve` and `reject`.
    """

    def __init__(
        self,
        account_sid: str,
        *,
        clock: Callable[[], float],
        new_sid: Callable[[str], str],
        base_url: Callable[[], str],
        later: Callable[[float, Callable[[], None]], None],
        approval_delay: float | None,
    ) -> None:
        self._account_sid = account_sid
        self._clock = clock
        self._new_sid = new_sid
        self._base_url = base_url
        self._later = later
        self._approval_delay = approval_delay
        self._contents: dict[str, Content] = {}

    def create(self, body: bytes) -> dict[str, Any]:
        """POST /v1/Content. Raises TwilioError 20001 where Twilio's limits are broken."""
        asked = _object(body)
        types = {
            kind: _without_nulls(definition)
            for kind, definition in (asked.get("types") or {}).items()
            if definition is not None
        }
        if not types or not asked.get("language"):
            raise TwilioError(20001)
        for kind, definition in types.items():
            _check_limits(kind, definition)
        content = Content(
            sid=self._new_sid("HX"),
            friendly_name=str(asked.get("friendly_name") or ""),
            language=str(asked["language"]),
            variables={str(k): str(v) for k, v in (asked.get("variables") or {}).items()},
            types=types,
            created=self._clock(),
        )
        self._contents[content.sid] = content
        return self._resource(content)

    def get(self, sid: str) -> Content:
        """The content; TwilioError 20404 if there is none."""
        try:
            return self._contents[sid]
        except KeyError:
            raise TwilioError(20404, f"/Content/{sid}") from None

    def find(self, sid: str) -> Content | None:
        """The content, or None."""
        return self._contents.get(sid)

    def fetch(self, sid: str) -> dict[str, Any]:
        """GET /v1/Content/{sid}."""
        return self._resource(self.get(sid))

    def delete(self, sid: str) -> None:
        """DELETE /v1/Content/{sid}."""
        del self._contents[self.get(sid).sid]

    def page(self, query: Mapping[str, str], *, with_approvals: bool) -> dict[str, Any]:
        """GET /v1/Content or /v1/ContentAndApprovals, newest first."""
        path = "/v1/ContentAndApprovals" if with_approvals else "/v1/Content"
        size, number = page_asked(query)
        contents = list(reversed(self._contents.values()))
        shown = contents[number * size : (number + 1) * size]
        resources = [self._resource(c) for c in shown]
        if with_approvals:
            for resource, content in zip(resources, shown, strict=True):
                resource["approval_requests"] = _approval(content)
                del resource["links"], resource["url"]
        address = f"{self._base_url()}{path}?PageSize={size}&Page="
        more = len(contents) > (number + 1) * size
        return {
            "meta": {
                "page": number,
                "page_size": size,
                "first_page_url": f"{address}0",
                "previous_page_url": f"{address}{number - 1}" if number else None,
                "url": f"{address}{number}",
                "next_page_url": f"{address}{number + 1}" if more else None,
                "key": "contents",
            },
            "contents": resources,
        }

    def submit(self, sid: str, body: bytes) -> dict[str, Any]:
        """POST /v1/Content/{sid}/ApprovalRequests/whatsapp."""
        content = self.get(sid)
        asked = _object(body)
        name, category = str(asked.get("name") or ""), str(asked.get("category") or "")
        if not TEMPLATE_NAME.fullmatch(name) or category not in CATEGORIES:
            raise TwilioError(20001)
        if content.kind in WINDOW_ONLY or content.approval is not None:
            raise TwilioError(20001)
        content.approval = approval = Approval(name, category, content.kind)
        if self._approval_delay is not None:
            self._later(self._approval_delay, lambda: self._decide(content))
        return approval.as_json()

    def approvals(self, sid: str) -> dict[str, Any]:
        """GET /v1/Content/{sid}/ApprovalRequests."""
        content = self.get(sid)
        return {
            "sid": sid,
            "account_sid": self._account_sid,
            "url": f"{self._base_url()}/v1/Content/{sid}/ApprovalRequests",
            "whatsapp": {**_approval(content), "type": "whatsapp", "flows": None},
        }

    def approve(self, sid: str) -> None:
        """WhatsApp says yes, whatever the rules say."""
        content = self.get(sid)
        approval = content.approval
        if approval is None:
            approval = content.approval = Approval(content.friendly_name, "UTILITY", content.kind)
        approval.status, approval.rejection_reason = "approved", ""

    def reject(self, sid: str, reason: str) -> None:
        """WhatsApp says no."""
        self.approve(sid)
        approval = self.get(sid).approval
        assert approval is not None
        approval.status, approval.rejection_reason = "rejected", reason

    def _decide(self, content: Content) -> None:
        reason = rejection_of(content)
        if content.sid not in self._contents:
            return
        if reason:
            self.reject(content.sid, reason)
        else:
            self.approve(content.sid)

    def _resource(self, content: Content) -> dict[str, Any]:
        url = f"{self._base_url()}/v1/Content/{content.sid}"
        created = datetime.fromtimestamp(content.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "sid": content.sid,
            "account_sid": self._account_sid,
            "friendly_name": content.friendly_name,
            "language": content.language,
            "variables": content.variables,
            "types": content.types,
            "date_created": created,
            "date_updated": created,
            "url": url,
            "links": {
                "approval_create": f"{url}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{url}/ApprovalRequests",
            },
        }


def render(content: Content, given: Mapping[str, str]) -> Rendered:
    """The content with its variables filled: those given, else the sample values."""
    values = {**content.variables, **given}

    def fill(text: object) -> str:
        return VARIABLE.sub(lambda found: values.get(found[1], found[0]), str(text or ""))

    definition = content.types[content.kind]
    buttons = [
        Button(
            fill(action.get("title") or action.get("item")),
            fill(action.get("id") or action.get("url") or action.get("phone")),
        )
        for action in (*definition.get("actions", ()), *definition.get("items", ()))
    ]
    media = definition.get("media") or ""
    return Rendered(
        kind=content.kind,
        text=fill(definition.get("body") or definition.get("title")),
        buttons=tuple(buttons),
        media=fill(media[0] if isinstance(media, list) and media else media or ""),
    )


def variables_given(text: str | None) -> dict[str, str]:
    """ContentVariables as sent; TwilioError 21656 unless a JSON object of non-empty values."""
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        raise TwilioError(21656) from None
    if not isinstance(values, dict):
        raise TwilioError(21656)
    for value in values.values():
        if value in (None, "") or isinstance(value, (dict, list)):
            raise TwilioError(21656)
    return {str(name): str(value) for name, value in values.items()}


def send_failure(
    content: Content, rendered: Rendered, given: Mapping[str, str], *, window_is_open: bool
) -> int | None:
    """The code with which WhatsApp fails this content after Twilio accepted it, or None.

    Templates take no line breaks, tabs or more than four blanks in a row in a variable; without
    an approval a quick reply has at most three buttons and needs an open window.
    """
    if not content.is_approved and not window_is_open:
        return 63016
    if content.is_approved and any(re.search(r"[\n\t]| {5}", v) for v in given.values()):
        return 63013
    if len(rendered.text) > TEXT_LIMIT:
        return 63021
    quick_replies = rendered.kind == "twilio/quick-reply"
    if (
        quick_replies
        and not content.is_approved
        and len(rendered.buttons) > BUTTONS_WITHOUT_APPROVAL
    ):
        return 63021
    return None


def rejection_of(content: Content) -> str:
    """Why WhatsApp rejects this template by its rules on variables; "" if it does not."""
    body = str(content.types[content.kind].get("body") or "").strip()
    used = VARIABLE.findall(json.dumps(content.types[content.kind], ensure_ascii=False))
    if VARIABLE.match(body) or (body.endswith("}}") and VARIABLE.search(body)):
        return "Variables can't be at the start or end of the template."
    if ADJACENT_VARIABLES.search(body):
        return "Variables can't be next to each other."
    if any(name not in content.variables for name in used):
        return "A sample value for each variable is required."
    return ""


def _approval(content: Content) -> dict[str, Any]:
    if content.approval is not None:
        return content.approval.as_json()
    return Approval("", "", content.kind, status="unsubmitted").as_json()


def _check_limits(kind: str, definition: Mapping[str, Any]) -> None:
    actions: Sequence[Mapping[str, Any]] = definition.get("actions") or ()
    items: Sequence[Mapping[str, Any]] = definition.get("items") or ()
    # 1,600 holds for text, 1,024 for everything with buttons.
    longest = 1600 if kind == "twilio/text" else TEXT_LIMIT
    broken = len(str(definition.get("body") or "")) > longest
    if kind == "twilio/quick-reply":
        broken |= not 1 <= len(actions) <= 10
        broken |= any(_too_long(a, "title", 20) or _too_long(a, "id", 200) for a in actions)
        titles = [a.get("title") for a in actions]
        broken |= len(set(titles)) < len(titles)
    if kind == "twilio/list-picker":
        broken |= not 1 <= len(items) <= 10 or _too_long(definition, "button", 20)
        broken |= any(_too_long(i, "item", 24) or _too_long(i, "id", 200) for i in items)
        broken |= any(len(str(i.get("description") or "")) > 72 for i in items)
    if broken:
        raise TwilioError(20001)


def _too_long(part: Mapping[str, Any], name: str, limit: int) -> bool:
    value = part.get(name)
    # A placeholder's length says nothing of the text that will stand there.
    return not value or len(VARIABLE.sub("", str(value))) > limit


def _without_nulls(definition: Any) -> Any:
    if isinstance(definition, dict):
        return {k: _without_nulls(v) for k, v in definition.items() if v is not None}
    if isinstance(definition, list):
        return [_without_nulls(v) for v in definition]
    return definition


def _object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        raise TwilioError(20001) from None
    if not isinstance(asked, dict):
        raise TwilioError(20001)
    return asked
