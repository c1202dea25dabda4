"""Every notice of a booking, in words and with what can be done about it."""

import ast
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import actions.bookings
from actions.bookings.service import Notice
from actions.cases.hours import ZONE
from actions.store.database import Database
from api.assembly import RESPONSES
from bot import notices, responses
from bot.channels import templates
from tests.actions.conftest import Meet, meet
from tests.actions.people.conftest import rows

__all__ = ["meet"]

CATALOGUE = responses.load(RESPONSES)
STARTS = datetime(2026, 12, 3, 9, 0, tzinfo=ZONE)
VALUES: dict[str, Any] = {
    "booking_id": 40,
    "number": 12,
    "consultant_id": 3,
    "consultant_name": "Ana Paz",
    "starts": STARTS,
    "ends": STARTS + timedelta(hours=1),
    "mode": "on_site",
}
MORE: dict[str, Any] = {
    "purpose": "revisar la trampa\nde grasa",
    "deadline": STARTS - timedelta(days=1),
    "before_starts": STARTS - timedelta(days=2),
    "before_name": "Beto Ruiz",
    "why": "expired",
    "same_time": True,
    "note": "estoy de viaje",
    "state": "accepted",
    "work": ["aguas"],
    "area": ["Nahuizalco", "Sonsonate Norte", "Sonsonate"],
    "phone": "+50370001234",
    "only": True,
}
SIDES = [{"side": "owner"}, {"side": "consultant"}, {"by": "owner"}, {"by": "consultant"}]


def _all() -> list[Notice]:
    return [
        Notice(1, name, {**VALUES, **MORE, **side})
        for name in sorted(notices.NAMES)
        for side in SIDES
    ]


def _named_in_actions() -> set[str]:
    """The names that bookings give to notices."""
    found: set[str] = set()
    for path in Path(actions.bookings.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("to_owner", "to_consultant", "tell"):
                    found |= _texts(node.args[1])
                if node.func.id == "to_other":
                    found |= _texts(node.args[2])
    return found | {"reminder_day", "reminder_hour"}


def _texts(node: ast.expr) -> set[str]:
    return {
        str(one.value)
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def test_every_notice_that_bookings_give_has_words() -> None:
    assert _named_in_actions() == notices.NAMES


@pytest.mark.parametrize("notice", _all(), ids=lambda one: f"{one.name}-{one.values}"[:60])
def test_a_notice_is_one_paragraph_about_its_booking(notice: Notice) -> None:
    content = notices.content_for(CATALOGUE, notice)
    assert "\n" not in content.text
    assert re.search(r"\{|\bNone\b|  ", content.text) is None
    assert len(content.text) <= 400
    assert "12" in content.text
    for button in content.buttons:
        assert button.means.startswith("/")
        assert '"booking": 40' in button.means or button.means == "/task_book"


@pytest.mark.parametrize("notice", _all(), ids=lambda one: f"{one.name}-{one.values}"[:60])
def test_whatsapp_has_a_template_with_just_its_buttons(notice: Notice) -> None:
    """Otherwise it could not go out when the person wrote last a day ago."""
    content = notices.content_for(CATALOGUE, notice)
    declared = {one.name: one for one in templates.declared()}
    template = declared[str(content.template)]
    assert template.category == "UTILITY"
    assert [button.title for button in content.buttons] == list(template.buttons)


def test_each_side_is_told_in_its_own_words() -> None:
    cancelled = [
        notices.content_for(
            CATALOGUE, Notice(1, "booking_cancelled", {**VALUES, "by": by, "note": ""})
        )
        for by in ("consultant", "owner")
    ]
    assert "Ana Paz canceló tu cita" in cancelled[0].text
    assert "Ana Paz" not in cancelled[1].text


async def test_a_reminder_is_not_sent_to_who_stopped_them_and_an_answer_is(
    database: Database, meet: Meet
) -> None:
    ana = await meet()
    given = [
        Notice(ana.person_id, "reminder_day", {**VALUES, "side": "owner"}),
        Notice(ana.person_id, "booking_accepted", VALUES),
    ]
    async with database.transaction() as session:
        posted = await notices.post_all(session, CATALOGUE, given)
    assert len(posted) == 2
    queued = await rows(database, "SELECT category, lane FROM outbox ORDER BY id")
    assert queued == [("reminders", 1), (None, 1)]
