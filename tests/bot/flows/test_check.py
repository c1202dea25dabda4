"""What has to hold of all flows together; and their drawings."""

from pathlib import Path

import pytest

from api.assembly import FLOWS, RESPONSES
from bot import flows, responses
from bot.acting import ACTIONS
from bot.flows.check import check
from bot.flows.draw import draw
from bot.understanding.understood import KNOWN

SLOTS = """
slots:
  size: {label: Tamaño, type: whole_number}
  plan: {label: Plan, type: choice, options: [Uno, Dos]}
  total: {}
  right: {type: summary, confirm: Ya}
flows:
"""
SAID = """
responses:
  utter_ask_size: [{text: "¿{plan}?"}]
  utter_why_size: [{text: "Por eso."}]
  utter_ask_plan: [{text: "¿Cuál?"}]
  utter_why_plan: [{text: "Por eso."}]
  utter_summary: [{text: "{summary}"}]
  utter_named: [{text: "{nobody}"}]
  utter_menu: [{text: "¿Cuántos?", buttons: [{title: Ver, payload: /help}]}]
"""


def _mistakes(folder: Path, *written: tuple[str, str], slots: str = SLOTS) -> list[str]:
    """What is wrong with flows of these steps: (name and more keys, steps)."""
    lines = [slots.rstrip()]
    for head, steps in written:
        name, *more = head.split(" | ")
        lines += [f"  {name}:", "    name: N", "    description: D."]
        lines += [f"    {one}" for one in more]
        lines += ["    steps:", *(f"      {one}" for one in steps.splitlines())]
    (folder / "flows.yml").write_text("\n".join(lines), encoding="utf-8")
    said = folder / "said"
    said.mkdir()
    (said / "es.yml").write_text(SAID, encoding="utf-8")
    found = check(
        flows.load(folder), responses.load(said), {"do_it"}, {"task_a", "task_b"}, {"water"}
    )
    return [str(one).removeprefix(f"{folder / 'flows.yml'}:") for one in found]


FIRST = SLOTS.rstrip().count("\n") + 2
"""The line on which the first flow's name stands; its keys begin on the next."""
STEP = FIRST + 4
"""The line of its first step, where it has no more keys."""


def test_flows_without_a_mistake(tmp_path: Path) -> None:
    fine = """\
- collect: size
  next:
    - if: slots.size > 2 and slots.total != 1
      then: [{collect: plan}]
- set_slots: [{total: 1}]
- questions: water
- questions: slots.total
- call: b
- collect: right
- action: do_it
- action: utter_ask_size
- link: b"""
    assert (
        _mistakes(tmp_path, ("a | nlu_trigger: [{intent: task_a}]", fine), ("b", "- action: do_it"))
        == []
    )


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("- collect: nobody", "slot 'nobody' is not declared"),
        ("- collect: total", "slot 'total' has no type"),
        ("- action: utter_never", "there is no response 'utter_never'"),
        ("- action: utter_named", "'utter_named' is filled in with 'nobody'"),
        ("- action: never", "there is no action 'never'"),
        ("- action: do_it\n  next: [{if: slots.nobody, then: END}]", "reads slot 'nobody'"),
        ("- set_slots: [{nobody: 1}]", "sets slot 'nobody'"),
        ("- call: nobody", "there is no flow 'nobody'"),
        ("- link: nobody", "there is no flow 'nobody'"),
        ("- questions: nobody", "there is no definition 'nobody'"),
        ("- questions: slots.nobody", "read from slot 'nobody'"),
        ("- call: a", "flow 'a' calls itself"),
    ],
)
def test_a_name_that_stands_for_nothing(tmp_path: Path, steps: str, message: str) -> None:
    (mistake,) = _mistakes(tmp_path, ("a", steps))
    line = FIRST + 1 if "calls itself" in message else STEP
    assert mistake.startswith(f"{line}: ")
    assert message in mistake


def test_a_mistake_inside_a_branch_is_found_on_its_line(tmp_path: Path) -> None:
    steps = "- action: do_it\n  next:\n    - if: slots.size\n      then:\n        - action: gone"
    assert _mistakes(tmp_path, ("a", steps)) == [f"{STEP + 4}: there is no action 'gone'"]


def test_intents_that_are_not_understood_or_begin_two_flows(tmp_path: Path) -> None:
    mistakes = _mistakes(
        tmp_path,
        ("a | nlu_trigger: [{intent: task_a}, {intent: task_z}]", "- action: do_it"),
        ("b | nlu_trigger: [{intent: task_a}]", "- action: do_it"),
    )
    assert mistakes == [
        f"{FIRST + 1}: flow 'a': no intent 'task_z' is understood",
        f"{FIRST + 7}: intent 'task_a' begins flow 'a' already",
    ]


def test_flows_that_call_each_other_in_a_ring(tmp_path: Path) -> None:
    mistakes = _mistakes(tmp_path, ("a", "- call: b"), ("b", "- call: c"), ("c", "- call: a"))
    assert [one.partition("flow ")[2] for one in mistakes] == [
        f"'{name}' calls itself, so it never ends" for name in "abc"
    ]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("- action: do_it\n  next: END\n- {id: x, collect: size}", "no way leads to step 'x'"),
        (
            "- action: do_it\n  next: [{if: slots.size, then: END}, {else: END}]\n"
            "- {id: x, collect: size}",
            "no way leads to step 'x'",
        ),
        ("- link: a\n- {id: x, collect: size}", "no way leads to step 'x'"),
        ("- collect: size\n- {id: x, action: do_it, next: x}", "'x' leads back to itself"),
    ],
)
def test_steps_that_cannot_be_reached_or_left(tmp_path: Path, steps: str, message: str) -> None:
    assert any(message in one for one in _mistakes(tmp_path, ("a", steps)))


def test_a_way_back_to_a_question_goes_round_for_ever(tmp_path: Path) -> None:
    steps = (
        "- {id: x, collect: size}\n- collect: plan\n  next: [{if: slots.plan == 'Dos', then: x}]"
    )
    mistakes = _mistakes(tmp_path, ("a", steps))
    assert [one.partition(" step ")[2].partition(":")[0] for one in mistakes] == [
        "'x' leads back to itself",
        "'collect",
    ]


def test_a_question_for_a_number_shows_no_numbers_to_choose(tmp_path: Path) -> None:
    slots = SLOTS.replace("type: whole_number", "type: whole_number, ask: utter_menu")
    (mistake,) = _mistakes(tmp_path, ("a", "- collect: size"), slots=slots)
    assert "'utter_menu' asks for a number and shows a menu" in mistake


def test_the_questions_of_a_slot_need_their_words(tmp_path: Path) -> None:
    slots = SLOTS.replace("options: [Uno, Dos]", "options: [Uno, Dos], ask: utter_a, why: utter_b")
    assert _mistakes(tmp_path, ("a", "- collect: plan"), slots=slots) == [
        f"{STEP}: there is no response 'utter_a'",
        f"{STEP}: there is no response 'utter_b'",
    ]


# -- the product's own -----------------------------------------------------------------------------

OURS = flows.load(FLOWS)


def test_the_products_flows_have_no_mistake() -> None:
    assert OURS.flows
    assert check(OURS, responses.load(RESPONSES), ACTIONS, KNOWN) == []


@pytest.mark.parametrize("name", sorted(OURS.flows))
def test_a_drawing_shows_every_step_and_leads_to_the_end(name: str) -> None:
    flow = OURS.flows[name]
    lines = draw(flow).splitlines()
    assert lines[0] == "flowchart TD"
    boxes = {line.split("[")[0].split("{")[0].strip() for line in lines[2:] if "-->" not in line}
    steps = {f"s{number}" for number in range(1, len(list(flow.all_steps())) + 1)}
    assert boxes == steps | {"fin("}
    arrows = [line.split() for line in lines if "-->" in line]
    assert {arrow[-1] for arrow in arrows} - {"fin"} <= steps
    assert any(arrow[-1] == "fin" for arrow in arrows)
    assert {arrow[0] for arrow in arrows[1:]} == steps


def test_a_drawing_in_full(tmp_path: Path) -> None:
    (tmp_path / "flows.yml").write_text(
        SLOTS
        + """
  a:
    name: La "A"
    description: D.
    steps:
      - collect: size
        next:
          - if: slots.size > 2
            then: [{questions: water}]
          - else: END
      - set_slots: [{total: 1}]
      - noop: true
        next: last
      - {id: last, call: b}
""",
        encoding="utf-8",
    )
    assert draw(flows.load(tmp_path).flows["a"]).splitlines() == [
        "flowchart TD",
        '    title(["La #quot;A#quot;"]) --> s1',
        '    s1[/"¿size?"/]',
        '    s2[/"¿water…?"/]',
        '    s3["total = 1"]',
        "    s4{ }",
        '    s5[["b"]]',
        "    s2 --> s3",
        '    s1 -->|"slots.size > 2"| s2',
        "    s1 --> fin",
        "    s3 --> s4",
        "    s4 --> s5",
        "    s5 --> fin",
        "    fin([fin])",
    ]
