"""WhatsApp content templates: declared here, registered with Twilio, used where they are needed.

Inside the 24-hour window a quick-reply template gives real buttons without WhatsApp's approval;
outside it, only an approved template may be sent at all. A reply whose buttons match no template
becomes a numbered menu.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from actions.store.database import Database
from actions.templates import service as registry

DECLARED: Final = Path(__file__).parent / "templates.yml"
LANGUAGE: Final = "es"
APPROVED: Final = "approved"
UNSUBMITTED: Final = "unsubmitted"
TIMEOUT_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """A template as declared: its body, its buttons' titles, and WhatsApp's category for it.

    ``category`` is None for templates that are only used inside the window, which need no approval.
    """

    name: str
    body: str
    buttons: tuple[str, ...]
    category: str | None
    samples: dict[str, str]

    @property
    def digest(self) -> str:
        """Changes with the content: Twilio's templates cannot be edited, only made anew."""
        content = [self.body, list(self.buttons), self.category, self.samples]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    @property
    def full_name(self) -> str:
        """Its name at the provider."""
        return f"torogoz_{self.name}_{self.digest}"

    def request(self) -> ContentList.ContentCreateRequest:
        """The body of a Content API request (POST /v1/Content)."""
        types: dict[str, Any] = {"twilio/text": {"body": self.body}}
        if self.buttons:
            actions = [
                ContentList.QuickReplyAction(
                    {"type": "QUICK_REPLY", "title": title, "id": f"{{{{{place}}}}}"}
                )
                for place, title in enumerate(self.buttons, start=2)
            ]
            types = {"twilio/quick-reply": {"body": self.body, "actions": actions}}
        return ContentList.ContentCreateRequest(
            {
                "friendly_name": self.full_name,
                "language": LANGUAGE,
                "variables": self.samples,
                "types": types,
            }
        )


def declared(path: Path = DECLARED) -> list[Declared]:
    """The templates of the file, in its order."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Declared(
            name=name,
            body=one["body"],
            buttons=tuple(one.get("buttons", ())),
            category=one.get("category"),
            samples={str(key): value for key, value in one.get("samples", {}).items()},
        )
        for name, one in data["templates"].items()
    ]


async def register(client: Client, template: Declared) -> str:
    """The sid of the template at Twilio, which makes it unless it has it.

    It may have it without our knowing: the answer that told us the sid was lost. Twilio takes
    another one of the same name, so its list is searched first.
    """
    async with asyncio.timeout(TIMEOUT_SECONDS):
        for content in await client.content.v1.contents.list_async(page_size=1000):
            if content.friendly_name == template.full_name:
                return str(content.sid)
        made = await client.content.v1.contents.create_async(template.request())
    return str(made.sid)


async def submit(client: Client, template: Declared, sid: str) -> None:
    """Asks for WhatsApp's approval of a registered template that has a category."""
    wanted = ApprovalCreateList.ContentApprovalRequest(
        {"name": template.full_name, "category": template.category}
    )
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await client.content.v1.contents(sid).approval_create.create_async(wanted)


async def approval(client: Client, sid: str) -> str:
    """WhatsApp's word on a template: unsubmitted, received, pending, approved, rejected, ..."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        fetched = await client.content.v1.contents(sid).approval_fetch().fetch_async()
    whatsapp: dict[str, Any] = fetched.whatsapp or {}
    return str(whatsapp.get("status", UNSUBMITTED))


def quick_replies(templates: Sequence[Declared]) -> dict[tuple[str, ...], str]:
    """Names by buttons' titles, of those that show a reply's text and nothing more: a notice's says
    what it is about, which a reply with the same buttons is not."""
    return {one.buttons: one.name for one in templates if one.buttons and one.body == "{{1}}"}


def usable(
    templates: Sequence[Declared], registered: dict[str, tuple[str, str, str]]
) -> dict[str, str]:
    """Sids by name of the templates that may be sent: registered as declared now, and approved
    where they need it. ``registered`` is name -> (digest, sid, approval)."""
    sids = {}
    for template in templates:
        digest, sid, state = registered.get(template.name, ("", "", ""))
        if digest == template.digest and (template.category is None or state == APPROVED):
            sids[template.name] = sid
    return sids


@dataclass(frozen=True, slots=True)
class Synced:
    """A declared template as the provider knows it now; ``new`` when its sid was not known."""

    template: Declared
    sid: str
    approval: str
    new: bool


async def sync(
    client: Client, database: Database, templates: Sequence[Declared]
) -> AsyncIterator[Synced]:
    """Registers what is not registered as declared, and follows what needs WhatsApp's approval.

    Whatever Twilio answered is committed before it is asked for more: a sync that was cut off goes
    on where it stopped, and registers nothing twice. Errors of the client and of the connection
    are the caller's.
    """
    async with database.session() as session:
        known = await registry.registered(session)
    for template in templates:
        digest, sid, state = known.get(template.name, ("", "", UNSUBMITTED))
        new = digest != template.digest
        if new:
            sid, state = await register(client, template), UNSUBMITTED
            await _record(database, template, sid, state)
        if template.category is not None:
            state = await approval(client, sid)
            if state == UNSUBMITTED:
                await submit(client, template, sid)
                state = await approval(client, sid)
        await _record(database, template, sid, state)
        yield Synced(template, sid, state, new)


async def _record(database: Database, template: Declared, sid: str, state: str) -> None:
    async with database.transaction() as session:
        await registry.record(
            session, name=template.name, digest=template.digest, sid=sid, approval=state
        )
