"""The conditions of ``if``: comparisons of slots, joined by and, or, not.

They are read as Python expressions of a few kinds and checked when the file is loaded, so that a
conversation can never meet one that fails: ``slots.workers > 10 and not slots.has_permit``.
A slot without a value is null. Null is smaller or greater than nothing, and is never true.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

LONGEST: Final = 500
"""Characters. Deeper nesting than these allow could exhaust the stack in a conversation."""
_CONSTANTS: Final = {"null": None, "true": True, "false": False, "None": None}
_ORDER: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class InvalidCondition(ValueError):
    """The text is no condition of this language; the message names what it may not hold."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition; ``slots`` are the names that it reads."""

    text: str
    tree: ast.expr
    slots: frozenset[str]

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is true of these slots."""
        return bool(_value(self.tree, values))


def parse(text: str) -> Condition:
    """Reads a condition; raises InvalidCondition."""
    if len(text) > LONGEST:
        raise InvalidCondition(f"a condition has at most {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidCondition(f"'{text}' is no condition: {error}") from error
    slots: set[str] = set()
    _check(tree, slots, text)
    return Condition(text, tree, frozenset(slots))


def _check(node: ast.expr, slots: set[str], text: str) -> None:
    match node:
        case ast.BoolOp(values=values):
            parts: list[ast.expr] = values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            parts = [operand]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            allowed = (*_ORDER, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)
            if not all(isinstance(one, allowed) for one in ops):
                raise InvalidCondition(f"'{text}' compares in a way that is not read")
            parts = [left, *comparators]
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            parts = elements
        case ast.Attribute(value=ast.Name(id="slots"), attr=name):
            slots.add(name)
            return
        case ast.Name(id=name) if name in _CONSTANTS:
            return
        case ast.Constant(value=str() | int() | float() | bool() | None):
            return
        case _:
            raise InvalidCondition(
                f"'{text}' holds '{ast.unparse(node)}': only slots.name, texts in quotes, numbers,"
                " lists, comparisons, and, or, not are read"
            )
    for part in parts:
        _check(part, slots, text)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, values) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, values) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(operand=ast.Constant(value=number)):
            return -number  # type: ignore[operator]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_value(side, values) for side in (left, *comparators)]
            return all(_compare(op, sides[place], sides[place + 1]) for place, op in enumerate(ops))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_value(element, values) for element in elements]
        case ast.Attribute(attr=name):
            return values.get(name)
        case ast.Name(id=name):
            return _CONSTANTS[name]
        case ast.Constant(value=constant):
            return constant
    raise AssertionError(f"a checked condition holds {ast.dump(node)}")


def _compare(op: ast.cmpop, left: Any, right: Any) -> bool:
    match op:
        case ast.Eq() | ast.Is():
            return _alike(left, right)
        case ast.NotEq() | ast.IsNot():
            return not _alike(left, right)
        case ast.In():
            return _among(left, right)
        case ast.NotIn():
            return not _among(left, right)
    numbers = _number(left), _number(right)
    if None not in numbers:
        return _ORDER[type(op)](*numbers)
    # ISO dates and months order as texts do.
    if isinstance(left, str) and isinstance(right, str):
        return _ORDER[type(op)](left, right)
    return False


def _alike(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    numbers = _number(left), _number(right)
    return numbers[0] == numbers[1] if None not in numbers else bool(left == right)


def _among(left: Any, right: Any) -> bool:
    if isinstance(right, str):
        return isinstance(left, str) and left in right
    return isinstance(right, list) and any(_alike(left, one) for one in right)


def _number(value: Any) -> Decimal | None:
    """A number as such: amounts are kept as decimal texts, quantities with their unit."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, dict):
        return _number(value.get("amount"))
    if isinstance(value, int | float | str):
        try:
            number = Decimal(str(value))
        except (InvalidOperation, ValueError):
            # Python writes out no integers of thousands of digits.
            return None
        return number if number.is_finite() else None
    return None
