"""Flow files: what is read from them, and that each mistake of form is told with file and line."""

from pathlib import Path

import pytest

from bot.flows import Flows, load
from bot.flows.model import (
    END,
    Action,
    Branch,
    Call,
    Collect,
    Link,
    Noop,
    Questions,
    SetSlots,
    Slot,
    Summary,
)
from knowledge.marked_yaml import SourceError

HEAD = "flows:\n  a:\n    name: A\n    description: Does a.\n"
STEPS = HEAD + "    steps:\n"
WAYS = STEPS + "      - action: x\n        next:\n"


def _load(folder: Path, *files: str) -> Flows:
    for number, text in enumerate(files, 1):
        (folder / f"{number}.yml").write_text(text, encoding="utf-8")
    return load(folder)


def test_a_file_is_read_with_all_kinds_of_steps(tmp_path: Path) -> None:
    flows = _load(
        tmp_path,
        """
slots:
  size:
    {label: Tamaño, type: whole_number, optional: true, profile: true, ask: utter_x, why: utter_y}
  total: {}
  right: {type: summary, confirm: Mandar}
flows:
  a:
    name: La A
    description: Does a.
    topic: agua
    needs_consent: false
    nlu_trigger: [{intent: task_a}, {intent: task_b}]
    steps:
      - collect: size
        ask_before_filling: true
        description: Words for the reader.
      - id: branch
        noop: true
        next:
          - if: slots.size > 3
            then:
              - action: utter_big
                next: END
          - if: slots.size == 1
            then: last
          - else: END
      - set_slots: [{total: 3}, {size: null}]
      - call: b
        next: last
      - id: last
        questions: slots.total
      - link: b
  b:
    name: La B
    description: Does b.
    steps:
      - action: do_b
""",
    )
    size, right = flows.slots["size"], flows.slots["right"]
    assert isinstance(size, Slot)
    assert (size.label, size.optional, size.profile) == ("Tamaño", True, True)
    assert (size.ask, size.why) == ("utter_x", "utter_y")
    assert size.type is not None and size.type.name == "whole_number"
    assert flows.slots["total"] == Slot(
        "total", "total", None, ask="utter_ask_total", why="utter_why_total"
    )
    assert right == Summary("right", "utter_summary", "Mandar")
    a = flows.flows["a"]
    assert (a.name, a.topic, a.needs_consent, a.triggers) == (
        "La A",
        "agua",
        False,
        ("task_a", "task_b"),
    )
    collect, branch, big, values, call, questions, link = a.all_steps()
    assert collect == Collect("collect:size", 15, slot="size", ask_before_filling=True)
    assert isinstance(branch, Noop) and branch.key == "branch"
    assert isinstance(big, Action)
    assert (big.name, big.next) == ("utter_big", (Branch(None, END),))
    assert [one.then for one in branch.next] == [(big,), "last", END]
    assert [one.condition.slots if one.condition else None for one in branch.next] == [
        {"size"},
        {"size"},
        None,
    ]
    assert isinstance(values, SetSlots) and values.values == {"total": 3, "size": None}
    assert isinstance(call, Call) and (call.flow, call.next) == ("b", (Branch(None, "last"),))
    assert isinstance(questions, Questions) and questions.definition == "slots.total"
    assert isinstance(link, Link) and link.flow == "b"
    assert flows.flows["b"].needs_consent
    assert flows.triggered_by("task_b") is a
    assert flows.triggered_by("task_c") is None


def test_files_are_read_together(tmp_path: Path) -> None:
    flows = _load(
        tmp_path, "slots: {x: {}}\n", STEPS + "      - action: do\n", "flows: {}\nslots: {}\n"
    )
    assert (set(flows.flows), set(flows.slots)) == ({"a"}, {"x"})


def test_a_step_keeps_its_key_when_another_is_put_before_it(tmp_path: Path) -> None:
    (before,) = _load(tmp_path, STEPS + "      - action: do\n").flows["a"].steps
    after = _load(tmp_path, STEPS + "      - action: first\n      - action: do\n").flows["a"].steps
    assert after[1].key == before.key


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("flow: {}\n", 1, "unknown key 'flow'"),
        ("[]\n", 1, "mapping"),
        ("", 1, "nothing here"),
        ("flows: {a: [}\n", 1, "broken YAML"),
        ("flows: []\n", 1, "flows must be a mapping"),
        ("slots: x\n", 1, "slots must be a mapping"),
        ("flows:\n  a: x\n", 2, "must be a mapping"),
        ("flows:\n  a:\n    name: A\n    steps: []\n", 3, "lacks description"),
        (HEAD + "    steps: []\n", 5, "steps is empty"),
        (HEAD + "    steps: x\n", 5, "steps must be a list"),
        (HEAD + "    step: []\n", 5, "unknown key 'step'"),
        (HEAD + "    needs_consent: maybe\n    steps: [{action: x}]\n", 5, "true or false"),
        (HEAD + "    nlu_trigger: task_a\n    steps: [{action: x}]\n", 5, "must be a list"),
        (HEAD + "    nlu_trigger:\n      - name: x\n    steps: [{action: x}]\n", 6, "'name'"),
        (HEAD + "    name: B\n", 5, "stands here twice"),
        ("slots:\n  x: {}\n  x: {}\n", 3, "stands here twice"),
        # Steps.
        (STEPS + "      - x\n", 6, "a step must be a mapping"),
        (STEPS + "      - say: hola\n", 6, "unknown key 'say'"),
        (STEPS + "      - id: x\n", 6, "exactly one of"),
        (STEPS + "      - action: x\n      - collect: y\n        action: z\n", 7, "exactly one of"),
        (STEPS + "      - action: ''\n", 6, "action is empty"),
        (STEPS + "      - action: [x]\n", 6, "action must be plain text"),
        (STEPS + "      - action: x\n        ask_before_filling: true\n", 7, "belongs to collect"),
        (STEPS + "      - collect: x\n        ask_before_filling: soon\n", 7, "true or false"),
        (STEPS + "      - noop: true\n", 6, "without next"),
        (STEPS + "      - link: b\n        next: END\n", 7, "nothing comes after a link"),
        (STEPS + "      - set_slots: {x: 1}\n", 6, "set_slots must be a list"),
        (STEPS + "      - set_slots: [x]\n", 6, "must be a mapping"),
        (STEPS + "      - action: x\n      - action: x\n", 7, "stands twice (line 6)"),
        (STEPS + "      - {id: k, action: x}\n      - {id: k, action: y}\n", 7, "stands twice"),
        # Ways.
        (STEPS + "      - action: x\n        next: nowhere\n", 6, "names step 'nowhere'"),
        (STEPS + "      - action: x\n        next: []\n      - collect: y\n        next: gone\n", 8,
         "names step 'gone'"),
        (WAYS + "          - then: END\n", 8, "next lists 'if'"),
        (WAYS + "          - if: slots.a\n", 8, "next lists 'if'"),
        (WAYS + "          - END\n", 8, "next lists 'if'"),
        (WAYS + "          - if: slots.a\n            then: END\n"
         "            else: END\n", 8, "next lists 'if'"),
        (WAYS + "          - else: END\n"
         "          - if: slots.a\n            then: END\n", 9, "nothing comes after else"),
        (WAYS + "          - else: END\n          - else: END\n",
         9, "nothing comes after else"),
        (WAYS + "          - if: a > 1\n            then: END\n", 8,
         "only slots.name"),
        (WAYS + "          - if: [a]\n            then: END\n", 8,
         "if must be plain text"),
        (WAYS + "          - if: slots.a\n            then: []\n",
         9, "steps is empty"),
        (WAYS + "          - else:\n              - sai: y\n", 9,
         "unknown key 'sai'"),
        # Slots.
        ("slots:\n  x: 3\n", 2, "must be a mapping"),
        ("slots:\n  a b: {}\n", 2, "no name for a slot"),
        ("slots:\n  x: {type: text}\n", 2, "needs a label"),
        ("slots:\n  x: {label: X, type: txt}\n", 2, "no slot type 'txt'"),
        ("slots:\n  x: {label: X, type: text, maximo: 3}\n", 2, "unknown key 'maximo'"),
        ("slots:\n  x: {label: X, options: [a]}\n", 2, "'type' is missing"),
        ("slots:\n  x:\n    label: X\n    type: text\n    optional: perhaps\n", 5, "true or false"),
        ("slots:\n  x:\n    profile: 'yes'\n", 3, "true or false"),
        ("slots:\n  x: {type: summary}\n", 2, "lacks confirm"),
        ("slots:\n  x: {type: summary, confirm: Ya, optional: true}\n", 2, "key 'optional'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_and_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(SourceError) as raised:
        _load(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / '1.yml'}:{line}: ")
    assert message in str(raised.value)


def test_what_stands_in_two_files_is_told_in_the_second(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"2\.yml:2: slot 'x' is declared twice"):
        _load(tmp_path, "slots:\n  x: {}\n", "slots:\n  x: {}\n")
    flow = STEPS + "      - action: x\n"
    with pytest.raises(SourceError, match=r"2\.yml:3: flow 'a' is declared twice"):
        _load(tmp_path, flow, flow)
