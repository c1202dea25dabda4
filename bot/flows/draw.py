"""A flow as a diagram in Mermaid's notation, which code hosts and editors show as a picture."""

from bot.flows.check import following
from bot.flows.model import END, Action, Call, Collect, Flow, Link, Questions, SetSlots, Step


def draw(flow: Flow) -> str:
    """The diagram: a box per step, an arrow per way, the condition on the arrow."""
    names = {step.key: f"s{place}" for place, step in enumerate(flow.all_steps(), start=1)}
    names[END] = "fin"
    lines = ["flowchart TD", f"    title([{_quoted(flow.name)}]) --> {names[flow.steps[0].key]}"]
    lines += [f"    {names[step.key]}{_box(step)}" for step in flow.all_steps()]
    for key, ways in following(flow):
        for condition, target in ways:
            arrow = f"-->|{_quoted(condition)}|" if condition else "-->"
            lines.append(f"    {names[key]} {arrow} {names[target]}")
    lines.append("    fin([fin])")
    return "\n".join(lines)


def _box(step: Step) -> str:
    match step:
        case Collect(slot=slot):
            return f"[/{_quoted('¿' + slot + '?')}/]"
        case Action(name=name):
            return f"[{_quoted(name)}]"
        case SetSlots(values=values):
            said = ", ".join(f"{name} = {value}" for name, value in values.items())
            return f"[{_quoted(said)}]"
        case Call(flow=flow) | Link(flow=flow):
            return f"[[{_quoted(flow)}]]"
        case Questions(definition=definition):
            return f"[/{_quoted('¿' + definition + '…?')}/]"
        case _:
            return "{ }"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
