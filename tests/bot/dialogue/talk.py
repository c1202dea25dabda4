"""A person, flows of a small product and the real understanding, for driving the engine.

Only Rasa and the actions are stand-ins. Every turn is taken twice: from the conversation as it is,
and from what JSON keeps of it; both must come out the same.
"""

import functools
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from actions.answers.service import Answer, Suggestion
from actions.cases.hours import ZONE
from actions.messages.content import Button
from bot import flows, inbound, responses
from bot.channels.protocol import Reply
from bot.dialogue import tasks
from bot.dialogue.conversation import Context, Conversation, Definition, Do, Note
from bot.dialogue.turning import Turning, run
from bot.flows.model import Flows, Slot
from bot.responses import Catalogue
from bot.slots.types import slot_type
from bot.turn import spoken
from bot.understanding.by_form import by_form
from bot.understanding.by_nlu import by_nlu
from bot.understanding.understood import Message, Understood
from nlu.client import Parsed

START: Final = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
OUTCOMES: Final = frozenset(
    {"answered", "clarify", "abstained", "smalltalk", "out_of_scope", "person", "task"}
)
FLOWS: Final = """
slots:
  consent_given: {}
  consent: {label: Permiso, type: yes_no}
  firm_name: {label: Nombre de la empresa, type: text, minimum: 2, maximum: 80, profile: true}
  plan:
    label: Plan
    type: choice
    options: [Básico, Siguiente, Completo]
  workers: {label: Trabajadores, type: whole_number, minimum: 1, maximum: 500}
  boiler: {label: Caldera, type: yes_no}
  power: {label: Potencia, type: decimal_number, maximum: 900}
  comment: {label: Comentario, type: text, optional: true}
  channel: {label: Medio, type: choice, optional: true, options: [Correo, Teléfono]}
  kind: {}
  price: {}
  right: {type: summary, confirm: Mandar}
  subject: {label: Asunto, type: text}
  floor: {label: Piso, type: whole_number}
flows:
  consent:
    name: Permiso
    description: Asks whether data may be kept.
    needs_consent: false
    steps:
      - collect: consent
        next:
          - if: slots.consent
            then: agreed
          - else:
              - action: utter_consent_refused
                next: END
      - id: agreed
        action: record_consent
      - set_slots: [{consent_given: true}]
  report:
    name: Reporte
    description: Has every kind of step.
    nlu_trigger: [{intent: task_report}]
    steps:
      - set_slots: [{kind: yearly}]
      - collect: firm_name
      - collect: plan
      - collect: workers
      - collect: boiler
        next:
          - if: slots.boiler and slots.workers > 2
            then: [{collect: power}]
      - questions: water
      - collect: comment
      - collect: channel
      - action: price_it
      - collect: right
      - action: send_report
      - action: utter_report_sent
  booking:
    name: Cita
    description: Calls another flow.
    nlu_trigger: [{intent: task_book}]
    steps:
      - collect: subject
      - call: place
      - action: book_it
      - action: utter_booked
  place:
    name: Lugar
    description: Part of another flow.
    steps:
      - collect: floor
  news:
    name: Novedades
    description: Asks nothing and goes on with another flow.
    nlu_trigger: [{intent: task_news}]
    steps:
      - action: read_news
      - action: utter_news_read
      - link: booking
  open_data:
    name: Datos abiertos
    description: Needs no consent.
    needs_consent: false
    nlu_trigger: [{intent: task_projects}]
    steps:
      - action: show_projects
      - action: utter_projects_shown
"""
RESPONSES: Final = """
responses:
  utter_ask_plan: [{text: "¿Qué plan, {firm_name}?"}]
  utter_ask_boiler: [{text: "¿Tienen caldera?"}]
  utter_ask_power: [{text: "¿De qué potencia? ({comment})"}]
  utter_ask_comment: [{text: "¿Algo más?"}]
  utter_ask_channel: [{text: "¿Por dónde te contestamos?"}]
  utter_ask_subject: [{text: "¿De qué se trata?"}]
  utter_ask_floor: [{text: "¿En qué piso?"}]
  utter_why_plan: [{text: "Por el plan."}]
  utter_why_boiler: [{text: "Por la caldera."}]
  utter_why_power: [{text: "Por la potencia."}]
  utter_why_comment: [{text: "Por si acaso."}]
  utter_why_channel: [{text: "Para contestarte."}]
  utter_why_subject: [{text: "Para la cita."}]
  utter_why_floor: [{text: "Para llegar."}]
  utter_report_sent: [{text: "Mandado, {kind}: {price} {power}."}]
  utter_booked: [{text: "Te esperamos en el piso {floor}."}]
  utter_projects_shown: [{text: "Esos son."}]
  utter_news_read: [{text: "Eso es lo nuevo."}]
"""
ANSWERED: Final = Answer("answered", "permiso", ("permiso",), "Sí.", (), ())
OFFERED: Final = Answer(
    "clarify", "permiso", (), "", (), (Suggestion("a", "¿Es A?"), Suggestion("b", "¿Es B?"))
)
WITHHELD: Final = Answer("abstained", None, ())
WANTED: Final = {
    "quiero mandar el reporte": Parsed("task_report", 0.95),
    "quiero una cita": Parsed("task_book", 0.95),
    "dame las novedades": Parsed("task_news", 0.95),
    "qué proyectos hay": Parsed("task_projects", 0.95),
    "estoy harto de esto": Parsed("anger", 0.95),
    "quisiera que esto se anule": Parsed("cancel", 0.95),
    "regresemos a la de antes": Parsed("go_back", 0.95),
    "me da igual todo eso": Parsed("out_of_scope", 0.95),
    "Cancelaciones Rápidas": Parsed("cancel", 0.95),
    "Volver a Empezar SA": Parsed("go_back", 0.95),
    "Atrás y Adelante": Parsed("go_back", 0.9),
}


def _written(text: str) -> Path:
    folder = Path(_folder().name) / str(abs(hash(text)))
    folder.mkdir(exist_ok=True)
    (folder / "flows.yml").write_text(text, encoding="utf-8")
    return folder


@functools.cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="torogoz-flows-")


@functools.cache
def flows_of(text: str = FLOWS) -> Flows:
    """Flows as a file declares them."""
    return flows.load(_written(text))


@functools.cache
def catalogue() -> Catalogue:
    """The product's words, and those of the flows above."""
    folder = Path(_folder().name) / "responses"
    folder.mkdir()
    for path in Path(responses.__file__).parent.glob("*.yml"):
        shutil.copy(path, folder)
    (folder / "zz.yml").write_text(RESPONSES, encoding="utf-8")
    return responses.load(folder)


def question(name: str, label: str, **declared: Any) -> Slot:
    """A question held as data."""
    optional = bool(declared.pop("optional", False))
    return Slot(name, label, slot_type(declared), optional, ask=f"¿{label}?", why="", worded=True)


LITRES: Final = question("litres", "Litros", type="whole_number", maximum=1000)
SOURCE: Final = question("source", "Fuente del agua", type="choice", options=["Pozo", "Cañería"])
WATER: Final = Definition("water", "Agua", "1", (LITRES, SOURCE))


@dataclass
class Talk:
    """One person's conversation. ``ran`` are all actions so far, ``said`` the responses of the
    last turn by name, ``shown`` what it looks like, ``buttons`` all that were ever offered."""

    known: dict[str, Any] = field(default_factory=lambda: {"consent_given": True})
    flows: Flows = field(default_factory=flows_of)
    definitions: Mapping[str, Definition] = field(default_factory=lambda: {"water": WATER})
    conversation: Conversation = field(default_factory=lambda: Conversation(welcomed=True))
    now: datetime = START
    held: bool = False
    has_case: bool = False
    ran: list[Do] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    shown: Reply = field(default_factory=lambda: Reply(""))
    buttons: list[Button] = field(default_factory=list)
    note: Note = field(default_factory=lambda: Note("abstained"))

    @property
    def context(self) -> Context:
        known = dict(self.known)
        return Context(
            self.now, self.flows, known, self.definitions, held=self.held, has_case=self.has_case
        )

    @property
    def asked(self) -> str | None:
        """The name of the open question."""
        return self.conversation.asked

    def does(self, *messages: str) -> "Talk":
        """Writes one message after the other; those with « » press the button of that title."""
        for one in messages:
            if one.startswith("«"):
                self.presses(one.strip("«»"))
            else:
                self.says(one)
        return self

    def says(self, text: str, kind: str = inbound.TEXT) -> "Talk":
        """Writes, or sends something of another kind with this caption."""
        return self.sends(Message(kind, text, attached=bool(text) and kind != inbound.TEXT))

    def presses(self, title: str) -> "Talk":
        """Presses the button of that title which was shown last."""
        button = next(one for one in reversed(self.buttons) if one.title == title)
        return self.press(button)

    def press(self, button: Button) -> "Talk":
        """Presses a button, of whatever age."""
        return self.sends(Message(inbound.BUTTON, button.title, button.means))

    def sends(self, message: Message) -> "Talk":
        """One turn."""
        stored = json.loads(json.dumps(self.conversation.as_json()))
        again = Conversation.from_json(stored)
        assert again == self.conversation
        understood = self._understood(message, self.conversation)
        assert self._understood(message, again) == understood
        taken, ran = self._taken(self.conversation, understood)
        repeated, ran_again = self._taken(again, understood)
        assert (taken.said, taken.note, ran) == (repeated.said, repeated.note, ran_again)
        assert taken.conversation == repeated.conversation
        self.ran += ran
        for do in ran:
            self._happens(do)
        self.conversation, self.note = taken.conversation, taken.note
        self.said = [one.response for one in taken.said]
        self.shown = spoken(catalogue(), taken, "")
        if self.shown.text:
            self.conversation = self.conversation.with_menu(self.shown.buttons)
        self.buttons += self.shown.buttons
        return self

    def passes(self, **time: float) -> "Talk":
        """Nothing is said for so long."""
        self.now += timedelta(**time)
        return self

    def _understood(self, message: Message, conversation: Conversation) -> Understood:
        asked = tasks.open_question(conversation, self.context)
        understood = by_form(message, conversation.menu, asked)
        if understood is not None:
            return understood
        guessed = Parsed("ask_question", 0.9 if "?" in message.text else 0.3)
        parsed = WANTED.get(message.text, guessed)
        return by_nlu(message, parsed, asked, answerable="?" in message.text)

    def _taken(
        self, conversation: Conversation, understood: Understood
    ) -> tuple[Turning, Sequence[Do]]:
        turning = run(conversation, understood, self.context)
        ran: list[Do] = []
        while (do := turning.next_action()) is not None:
            ran.append(do)
            turning.done(result_of(do))
        return turning, ran

    def _happens(self, do: Do) -> None:
        if do.action == "record_consent":
            self.known["consent_given"] = True
        if do.action == tasks.SAVE_PROFILE:
            self.known.update(do.args)
        if do.action == "open_case":
            self.has_case = True

    def runs(self, action: str) -> list[Do]:
        """The times that an action ran."""
        return [do for do in self.ran if do.action == action]

    def sent(self) -> Mapping[str, Any]:
        """What the report was sent with, at last."""
        return self.runs("send_report")[-1].args

    def answers(self) -> Mapping[str, Any]:
        """The answers of the task under way."""
        assert self.conversation.task is not None
        return self.conversation.task.answers


def result_of(do: Do) -> Any:
    """What an action gives back, always the same for the same arguments."""
    match do.action:
        case "answer":
            text = str(do.args["question"])
            return OFFERED if "cuál" in text else ANSWERED if "?" in text else WITHHELD
        case "show_article":
            return ANSWERED
        case "show_task":
            return OFFERED
        case "list_topic":
            return ("permiso", "Permiso", OFFERED.suggestions)
        case "open_case":
            return {"number": "7", "promise": "Pronto."}
        case "stop_messages" | "start_messages":
            return {"what": "avisos"}
        case "want_answer":
            return "noted"
        case "show_guide":
            return []
        case "price_it":
            return {"price": f"{do.args['workers']} USD"}
        case _:
            return {}


def known_firm(**more: Any) -> Talk:
    """Someone who agreed already, and about whom so much is known."""
    return Talk(known={"consent_given": True, **more})


def changed(text: str, *pairs: tuple[str, str]) -> Flows:
    """The flows with parts of their file written otherwise."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return flows_of(text)


def redefined(*questions: Slot) -> Mapping[str, Definition]:
    """A new version of the questions held as data."""
    return {"water": replace(WATER, version="2", questions=questions)}


BEGIN: Final = "quiero mandar el reporte"
ANSWERS: Final = (
    "Lácteos Ana",
    "Básico",
    "12",
    "sí",
    "7.5",
    "300",
    "Pozo",
    "nada más",
    "Correo",
)
"""One answer per question of the report."""
ASKED: Final = (
    "firm_name",
    "plan",
    "workers",
    "boiler",
    "power",
    "litres",
    "source",
    "comment",
    "channel",
    "right",
)
SEND: Final = "«Mandar»"
