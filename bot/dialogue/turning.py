"""A turn of the engine: its actions are handed out one by one, and their results fed back."""

from dataclasses import replace
from typing import Any, Final

from actions.messages.content import Button
from bot.dialogue import tasks
from bot.dialogue.conversation import Context, Conversation, Do, Done, Event, Heard, Note, Say
from bot.dialogue.engine import step
from bot.dialogue.results import wish_of
from bot.dialogue.walk import CONSENT, RECORD_CONSENT
from bot.understanding.understood import TASKS, Understood

MAX_STEPS: Final = 25
"""Events in one turn; more would mean that the engine and an action answer each other forever."""


def run(conversation: Conversation, understood: Understood, context: Context) -> "Turning":
    """A turn to be driven by whoever can run actions: see :class:`Turning`."""
    return Turning(conversation, Heard(understood), context)


class Turning:
    """A turn under way: hands out the next action and takes its result, until there is none."""

    def __init__(self, conversation: Conversation, event: Heard, context: Context) -> None:
        self.conversation = conversation
        self.note = Note("abstained")
        self._said: list[Say] = []
        self._also = None if context.held else event.understood.also
        self._context = context
        self._waiting: list[Do] = []
        self._steps = 0
        self._take(event)

    @property
    def said(self) -> list[Say]:
        """All that was said, in order; a second wish is offered at the end."""
        if self._also is None or self._also not in TASKS:
            return self._said
        flow = self._context.flows.triggered_by(self._also)
        wish = flow.name if flow is not None else wish_of(self._also)
        # While a question is open, a button beside it would be taken for one of its answers.
        free = self.conversation.task is None
        buttons = (Button(f"Después: {wish}", f"/{self._also}"),) if free else ()
        return [*self._said, Say("utter_second_wish", {"wish": wish}, buttons)]

    def _take(self, event: Event) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise RuntimeError(f"a turn took more than {MAX_STEPS} steps")
        self.conversation, effects = step(self.conversation, event, self._context)
        for effect in effects:
            if isinstance(effect, Say):
                self._said.append(effect)
            elif isinstance(effect, Note):
                self.note = effect
            else:
                self._waiting.append(effect)
                if effect.action == tasks.SAVE_PROFILE:
                    known = {**self._context.known, **effect.args}
                    self._context = replace(self._context, known=known)

    def next_action(self) -> Do | None:
        """The action to run now; None when the engine waits for the person."""
        return self._waiting[0] if self._waiting else None

    def done(self, result: Any) -> None:
        """Feeds back the result of the action handed out last."""
        action = self._waiting.pop(0)
        if action.action == RECORD_CONSENT:
            known = {**self._context.known, CONSENT: True}
            self._context = replace(self._context, known=known)
        self._take(Done(action, result))
