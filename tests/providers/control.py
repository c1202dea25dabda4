"""The control API under /_control/: how another process, or a person at the demo, drives both.

GET    /_control/           the page with both phones
POST   /_control/inbound    a message from a person, or a list of them (fields: `control_inbound`)
GET    /_control/messages   ?channel= &address= &after=NUMBER &limit=N
GET    /_control/people     everyone seen, per channel
GET    /_control/file       ?channel= &number= &index= : a message's file
GET, POST, DELETE /_control/faults    {channel, kind, rate | times, seconds, operation}
POST   /_control/callbacks  {queued, sent, delivered, read, failed, shuffle, duplicate, lose}
POST   /_control/person     {channel, address, state}: see STATES
POST   /_control/content    {sid, status: approved | rejected, reason}
POST   /_control/reset      forget messages, people, counts and faults
GET    /_control/stats      counts, and the CPU seconds this process has used
"""

import dataclasses
import json
import time
from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from aiohttp import web

from tests.providers.control_inbound import Refused, telegram_inbound, whatsapp_inbound
from tests.providers.faults import FaultKind
from tests.providers.record import RecordedMessage
from tests.providers.stand_in import CONTROL_PREFIX, StandIn, json_response
from tests.providers.telegram import TelegramStandIn
from tests.providers.twilio import TwilioStandIn
from tests.providers.twilio_errors import TwilioError

# What a person can be: WhatsApp codes where Twilio refuses or fails the send.
STATES: Mapping[str, int] = {"opted_out": 21610, "no_number": 21211, "unreachable": 63024}
PAGE_FILES: Mapping[str, tuple[str, str]] = {
    "": ("index.html", "text/html"),
    "phones.js": ("phones.js", "text/javascript"),
    "phones.css": ("phones.css", "text/css"),
}
MESSAGES_SHOWN = 200


class ControlPanel:
    """Answers control requests for both stand-ins; give `handle` to each as its `control`."""

    def __init__(self, twilio: TwilioStandIn, telegram: TelegramStandIn) -> None:
        self.twilio = twilio
        self.telegram = telegram
        self._started = time.monotonic()
        folder = files("tests.providers") / "page"
        self._page = {
            name: (folder.joinpath(file).read_bytes(), content_type)
            for name, (file, content_type) in PAGE_FILES.items()
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; 400 with {"error": ...} for what cannot be done."""
        name = request.path.removeprefix(CONTROL_PREFIX).lstrip("/")
        if request.path == CONTROL_PREFIX:
            return web.Response(status=307, headers={"Location": f"{CONTROL_PREFIX}/"})
        if name in self._page and request.method == "GET":
            body, content_type = self._page[name]
            return web.Response(body=body, content_type=content_type, charset="utf-8")
        try:
            asked = json.loads(await request.read() or b"{}")
            return await self._do(request, name, asked)
        except (Refused, TwilioError, ValueError, KeyError, TypeError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    async def _do(self, request: web.BaseRequest, name: str, asked: Any) -> web.StreamResponse:
        match request.method, name:
            case "POST", "inbound":
                return await self._inbound(asked)
            case "GET", "messages":
                return json_response(self._messages(request.query))
            case "GET", "people":
                return json_response(self._people())
            case "GET", "file":
                return self._file(request.query)
            case "POST", "faults":
                self._set_fault(asked)
                return json_response(self._faults())
            case "GET", "faults":
                return json_response(self._faults())
            case "DELETE", "faults":
                self.twilio.faults.clear()
                self.telegram.faults.clear()
                return json_response(self._faults())
            case "POST", "callbacks":
                return json_response(self._set_callbacks(asked))
            case "POST", "person":
                self._set_person(asked)
            case "POST", "content":
                self._set_content(asked)
            case "POST", "reset":
                self.twilio.reset()
                self.telegram.reset()
            case "GET", "stats":
                return json_response(self._stats())
            case _:
                return json_response({"error": "no such control"}, 404)
        return json_response({"ok": True})

    async def _inbound(self, asked: Any) -> web.Response:
        single = isinstance(asked, dict)
        done = []
        for one in [asked] if single else asked:
            if _channel(one) == "whatsapp":
                done.append(await whatsapp_inbound(self.twilio, one))
            else:
                done.append(await telegram_inbound(self.telegram, one))
        return json_response(done[0] if single else done)

    def _messages(self, query: Mapping[str, str]) -> dict[str, Any]:
        record = self._stand_in(query).record
        address = query.get("address")
        found = record.conversation(address) if address else record.messages
        after, limit = int(query.get("after", 0)), int(query.get("limit", MESSAGES_SHOWN))
        newer = [m for m in found if m.number > after]
        # Asking from a number on reads forward; without one the latest are wanted.
        shown = newer[:limit] if after else newer[-limit:]
        return {"messages": [m.as_json() for m in shown], "total": len(record.messages)}

    def _people(self) -> dict[str, Any]:
        return {
            "whatsapp": [
                {"address": a, "window_is_open": self.twilio.people.window_is_open(a)}
                for a in self.twilio.record.addresses()
            ],
            "telegram": [{"address": a} for a in self.telegram.record.addresses()],
        }

    def _file(self, query: Mapping[str, str]) -> web.Response:
        messages = self._stand_in(query).record.messages
        number, index = int(query["number"]), int(query.get("index", 0))
        if not 1 <= number <= len(messages) or index >= len(messages[number - 1].files):
            raise Refused("no such file")
        file = messages[number - 1].files[index]
        return web.Response(
            body=file.content,
            content_type=file.content_type or "application/octet-stream",
            headers={"Content-Security-Policy": "sandbox"},
        )

    def _set_fault(self, asked: Mapping[str, Any]) -> None:
        plan = self._stand_in(asked).faults
        kind = FaultKind(asked["kind"])
        operation, seconds = asked.get("operation"), asked.get("seconds")
        if "rate" in asked:
            plan.at_rate(kind, float(asked["rate"]), operation=operation, seconds=seconds)
        else:
            times = int(asked.get("times", 1))
            plan.once(kind, operation=operation, seconds=seconds, times=times)

    def _faults(self) -> dict[str, Any]:
        return {
            "whatsapp": self.twilio.faults.as_json(),
            "telegram": self.telegram.faults.as_json(),
        }

    def _set_callbacks(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        settings = self.twilio.callbacks
        names = {field.name for field in dataclasses.fields(settings)}
        for name, value in asked.items():
            if name not in names:
                raise Refused(f"no callback setting {name!r}")
            setattr(settings, name, None if value is None else float(value))
        return dataclasses.asdict(settings)

    def _set_person(self, asked: Mapping[str, Any]) -> None:
        address, state = str(asked["address"]), str(asked["state"])
        if _channel(asked) == "telegram":
            if state not in ("blocked", "reachable"):
                raise Refused(f"no state {state!r} on Telegram")
            change = self.telegram.block if state == "blocked" else self.telegram.unblock
            change(int(address))
            return
        people = self.twilio.people
        if state == "reachable":
            people.restore(address)
        elif state == "window_closed":
            people.close_window(address)
        elif state in ("opted_out", "no_number"):
            people.refuse(address, STATES[state])
        elif state == "unreachable":
            people.fail(address, STATES[state])
        else:
            raise Refused(f"no state {state!r} on WhatsApp")

    def _set_content(self, asked: Mapping[str, Any]) -> None:
        if asked.get("status") == "rejected":
            self.twilio.contents.reject(asked["sid"], str(asked.get("reason", "")))
        else:
            self.twilio.contents.approve(asked["sid"])

    def _stats(self) -> dict[str, Any]:
        return {
            "uptime_seconds": time.monotonic() - self._started,
            "cpu_seconds": time.process_time(),
            "whatsapp": _counts(self.twilio),
            "telegram": {
                **_counts(self.telegram),
                "pending_updates": self.telegram.updates.info()["pending_update_count"],
            },
        }

    def _stand_in(self, asked: Mapping[str, Any]) -> StandIn:
        return self.twilio if _channel(asked) == "whatsapp" else self.telegram


def _channel(asked: Mapping[str, Any]) -> str:
    channel = str(asked.get("channel", ""))
    if channel not in ("whatsapp", "telegram"):
        raise Refused('"channel" is "whatsapp" or "telegram"')
    return channel


def _counts(stand_in: StandIn) -> dict[str, Any]:
    record = stand_in.record

    def by_status(message: RecordedMessage) -> str:
        return f"{message.direction.value} {message.status}"

    return {
        "messages": dict(Counter(map(by_status, record.messages))),
        "requests": dict(record.requests),
        "failures": dict(record.failures),
        "deliveries": dict(record.deliveries),
        "faults": dict(stand_in.faults.drawn),
    }
