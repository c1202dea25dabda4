"""Reads flow files; each mistake is told with its file and line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bot.flows.conditions import Condition, InvalidCondition, parse
from bot.flows.model import (
    END,
    Action,
    Branch,
    Call,
    Collect,
    Flow,
    Flows,
    Link,
    Noop,
    Questions,
    SetSlots,
    Slot,
    Step,
    Summary,
)
from bot.slots.declaration import InvalidSlot
from bot.slots.types import slot_type
from knowledge.marked_yaml import Marked, parse_yaml, read_source

SUMMARY: Final = "summary"
_KINDS: Final = ("collect", "action", "set_slots", "noop", "call", "link", "questions")
_STEP_KEYS: Final = frozenset(("id", "next", "ask_before_filling", "description", *_KINDS))
_FLOW_KEYS: Final = frozenset({"name", "description", "steps"})
_MORE_FLOW_KEYS: Final = frozenset({"nlu_trigger", "needs_consent", "topic"})
_OURS: Final = frozenset({"label", "optional", "profile", "ask", "why"})
"""Keys of a slot that are the dialogue's; the others are its type's."""


def load(folder: Path) -> Flows:
    """All flows of a folder's ``*.yml`` files. Raises SourceError at the first mistake of form."""
    flows: dict[str, Flow] = {}
    slots: dict[str, Slot | Summary] = {}
    for path in sorted(folder.glob("*.yml")):
        source = read_source(path)
        marked = parse_yaml(source, path)
        parts = marked.fields("a flow file", frozenset(), frozenset({"slots", "flows"}))
        plain = yaml.safe_load(source)
        if "slots" in parts:
            for name, declared in _mapping(parts["slots"], "slots").items():
                if name in slots:
                    raise declared.error(f"slot '{name}' is declared twice")
                slots[name] = read_slot(name, declared, plain["slots"][name])
        if "flows" in parts:
            for name, declared in _mapping(parts["flows"], "flows").items():
                if name in flows:
                    raise declared.error(f"flow '{name}' is declared twice")
                flows[name] = _flow(name, declared, plain["flows"][name])
    return Flows(flows, slots)


def _mapping(marked: Marked, what: str) -> dict[str, Marked]:
    if not isinstance(marked.value, dict):
        raise marked.error(f"{what} must be a mapping (name: ...)")
    return marked.value


def read_slot(name: str, marked: Marked, plain: Any) -> Slot | Summary:
    """A slot as it is declared; ``plain`` is the same mapping with its values resolved."""
    keys = _mapping(marked, f"slot '{name}'")
    if not name.isidentifier():
        raise marked.error(f"'{name}' is no name for a slot: letters, digits and _ only")
    of_type = {key: value for key, value in plain.items() if key not in _OURS}
    if plain.get("type") == SUMMARY:
        fields = marked.fields(f"slot '{name}'", frozenset({"type", "confirm"}), frozenset({"ask"}))
        ask = fields["ask"].text("ask") if "ask" in fields else "utter_summary"
        return Summary(name, ask, fields["confirm"].text("confirm"))
    for flag in ("optional", "profile"):
        if not isinstance(plain.get(flag, False), bool):
            raise keys[flag].error(f"{flag} must be true or false")
    kind = None
    if of_type:
        try:
            kind = slot_type(of_type)
        except InvalidSlot as error:
            raise marked.error(f"slot '{name}': {error}") from error
        if "label" not in keys:
            raise marked.error(f"slot '{name}' is asked for, so it needs a label")
    return Slot(
        name=name,
        label=keys["label"].text("label") if "label" in keys else name,
        type=kind,
        optional=plain.get("optional", False),
        profile=plain.get("profile", False),
        ask=keys["ask"].text("ask") if "ask" in keys else f"utter_ask_{name}",
        why=keys["why"].text("why") if "why" in keys else f"utter_why_{name}",
    )


def _flow(name: str, marked: Marked, plain: Any) -> Flow:
    fields = marked.fields(f"flow '{name}'", _FLOW_KEYS, _MORE_FLOW_KEYS)
    triggers = fields["nlu_trigger"].items("nlu_trigger") if "nlu_trigger" in fields else ()
    needs_consent = plain.get("needs_consent", True)
    if not isinstance(needs_consent, bool):
        raise fields["needs_consent"].error("needs_consent must be true or false")
    steps = _steps(fields["steps"], plain["steps"], "")
    flow = Flow(
        id=name,
        name=fields["name"].text("name"),
        description=fields["description"].text("description"),
        steps=steps,
        path=marked.path,
        line=marked.line,
        triggers=tuple(
            one.fields("a trigger", frozenset({"intent"}))["intent"].text("intent")
            for one in triggers
        ),
        needs_consent=needs_consent,
        topic=fields["topic"].text("topic") if "topic" in fields else None,
    )
    _check_keys(flow, marked)
    return flow


def _steps(marked: Marked, plain: Any, inside: str) -> tuple[Step, ...]:
    items = marked.items("steps")
    if not items:
        raise marked.error("steps is empty")
    return tuple(
        _step(item, plain[place], f"{inside}{place + 1}") for place, item in enumerate(items)
    )


def _step(marked: Marked, plain: Any, place: str) -> Step:
    fields = marked.fields("a step", frozenset(), _STEP_KEYS)
    kinds = [kind for kind in _KINDS if kind in fields]
    if len(kinds) != 1:
        raise marked.error(f"a step has exactly one of {', '.join(_KINDS)}")
    (kind,) = kinds
    if "ask_before_filling" in fields and kind != "collect":
        raise fields["ask_before_filling"].error("ask_before_filling belongs to collect")
    key = fields["id"].text("id") if "id" in fields else _named(kind, fields[kind], place)
    line = marked.line
    follow = _next(fields["next"], plain["next"], f"{place}.") if "next" in fields else ()
    if kind == "set_slots":
        return SetSlots(key, line, follow, values=_values(fields[kind], plain[kind]))
    if kind == "noop":
        if not follow:
            raise marked.error("a noop step without next does nothing")
        return Noop(key, line, follow)
    named = fields[kind].text(kind)
    match kind:
        case "collect":
            before = plain.get("ask_before_filling", False)
            if not isinstance(before, bool):
                raise fields["ask_before_filling"].error("ask_before_filling is true or false")
            return Collect(key, line, follow, slot=named, ask_before_filling=before)
        case "action":
            return Action(key, line, follow, name=named)
        case "call":
            return Call(key, line, follow, flow=named)
        case "link":
            if follow:
                raise fields["next"].error("nothing comes after a link")
            return Link(key, line, flow=named)
        case _:
            return Questions(key, line, follow, definition=named)


def _named(kind: str, marked: Marked, place: str) -> str:
    """A step's key where it has no id: what it does, and where it stands only if that is needed,
    so that a step inserted before it does not make its result forgotten."""
    return f"{kind}:{marked.value}" if isinstance(marked.value, str) else f"{kind}:{place}"


def _values(marked: Marked, plain: Any) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for place, item in enumerate(marked.items("set_slots")):
        for name in _mapping(item, "an item of set_slots"):
            values[name] = plain[place][name]
    return values


def _next(marked: Marked, plain: Any, inside: str) -> tuple[Branch, ...]:
    if isinstance(marked.value, str):
        return (Branch(None, marked.text("next")),)
    branches: list[Branch] = []
    for place, item in enumerate(marked.items("next")):
        if branches and branches[-1].condition is None:
            raise item.error("nothing comes after else")
        keys = item.value if isinstance(item.value, dict) else {}
        if set(keys) == {"if", "then"}:
            condition, then = _condition(keys["if"]), "then"
        elif set(keys) == {"else"}:
            condition, then = None, "else"
        else:
            raise item.error("next lists 'if' with 'then', and 'else' last")
        target = keys[then]
        if isinstance(target.value, str):
            branches.append(Branch(condition, target.text(then)))
        else:
            steps = _steps(target, plain[place][then], f"{inside}{place + 1}.")
            branches.append(Branch(condition, steps))
    return tuple(branches)


def _condition(marked: Marked) -> Condition:
    try:
        return parse(marked.text("if"))
    except InvalidCondition as error:
        raise marked.error(str(error)) from error


def _check_keys(flow: Flow, marked: Marked) -> None:
    """Step ids are unique, and ``next`` names existing ones."""
    steps = list(flow.all_steps())
    seen: dict[str, int] = {}
    for step in steps:
        if step.key in seen:
            raise Marked(marked.path, step.line, "").error(
                f"step '{step.key}' of flow '{flow.id}' stands twice (line {seen[step.key]}):"
                " give one of them an id"
            )
        seen[step.key] = step.line
    for step in steps:
        for branch in step.next:
            if isinstance(branch.then, str) and branch.then != END and branch.then not in seen:
                raise Marked(marked.path, step.line, "").error(
                    f"next names step '{branch.then}', which flow '{flow.id}' does not have"
                )
