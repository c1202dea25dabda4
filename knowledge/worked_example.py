"""Worked examples: figures that are computed in the article itself, so that a check redoes them.

An example stands between a line "```ejemplo" and a line "```". Each of its lines names a quantity:

    inversión = 2,400 dólares
    ahorro al año = ahorro al mes * 12 = 1,320 dólares

The first form gives one, the second computes one from those above with + - * / ^ and brackets; what
follows the last "=" is the result as shown, rounded to the decimals it is shown with.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

OPENING: Final = "```ejemplo"
CLOSING: Final = "```"

_SHOWN: Final = re.compile(
    r"(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(?:\s*%)?(?:\s+\S.*)?"
)
_NO_FORMULA: Final = re.compile(r"[^0-9.,+\-*/^()%\s]|\*\*|//")
"""What may not stand in a formula beside names: Python's own grammar is far wider than ours."""
_NO_NAME: Final = re.compile(r"[:*^×÷]|[0-9]\s*[/+]\s*[0-9]")
"""What shows that a name holds a formula, which nobody would compute."""
_OPERATIONS: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_LARGEST_POWER: Final = 60
_NEVER: Final = re.compile(r"(?!)")
_UNKNOWN_WORD: Final = (
    "'{}' has a word or sign that no line above names: use their names and + - * / ^"
)
_LONGEST_LINE: Final = 200
_MOST_LINES: Final = 30


class ExampleError(ValueError):
    """A line of an example cannot be read or computed; the message tells how to mend it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A line of an example. ``formula`` is as written, empty for one that is given; ``shown`` is
    its value with its unit, as a person reads it; ``line`` counts from the opening one, which is 0.
    """

    name: str
    formula: str
    shown: str
    line: int

    @property
    def text(self) -> str:
        """The line as a person reads it."""
        name = self.name[:1].upper() + self.name[1:]
        if not self.formula:
            return f"- {name}: {self.shown}"
        how = self.formula.replace("*", "×").replace("/", "÷").replace("-", "−")
        return f"- {name}: {how} = {self.shown}"


def read_example(lines: Sequence[str]) -> tuple[Quantity, ...]:
    """The quantities of an example; ``lines`` are those between the fences.

    Raises ExampleError for a line of another form, with its number before the message.
    """
    quantities = []
    for number, line in enumerate(lines, 1):
        if number > _MOST_LINES:
            raise ExampleError(f"{number}: an example of more than {_MOST_LINES} lines: shorten it")
        if len(line) > _LONGEST_LINE:
            raise ExampleError(f"{number}: a line of {len(line)} characters: write {_LONGEST_LINE}")
        parts = [part.strip() for part in line.split("=")]
        if len(parts) not in (2, 3) or not all(parts):
            raise ExampleError(f"{number}: write 'name = value' or 'name = formula = result'")
        name, *formula, shown = parts
        if not any(map(str.isalpha, name)) or _NO_NAME.search(name):
            raise ExampleError(f"{number}: '{name}' is no name: use words")
        quantities.append(Quantity(name, formula[0] if formula else "", shown, number))
    return tuple(quantities)


def mistakes(quantities: Sequence[Quantity]) -> list[tuple[int, str]]:
    """What is wrong in an example: the line, and how to mend it."""
    known: dict[str, Decimal] = {}
    found: list[tuple[int, str]] = []
    for one in quantities:
        try:
            shown, step = _shown(one.shown)
            value = _computed(one.formula, known) if one.formula else shown
            rounded = _rounded(value, step)
        except ExampleError as error:
            found.append((one.line, str(error)))
            continue
        if one.name in known:
            found.append((one.line, f"'{one.name}' is computed twice: use another name"))
        # Later lines go on with what is shown, as someone with a calculator would.
        known[one.name] = shown
        if rounded != shown:
            found.append((one.line, f"'{one.name}' is {rounded}, not {one.shown}: correct it"))
    return found


def _shown(text: str) -> tuple[Decimal, Decimal]:
    """A value as it is shown and the step it is rounded to."""
    found = _SHOWN.fullmatch(text)
    if found is None:
        raise ExampleError(f"'{text}' is no value: write a number such as 1,234.50 and its unit")
    value = Decimal(found[1].replace(",", ""))
    return value, Decimal(1).scaleb(int(value.as_tuple().exponent))


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    try:
        return value.quantize(step, ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ExampleError("a number of too many digits: take a larger unit") from error


def _computed(formula: str, known: Mapping[str, Decimal]) -> Decimal:
    # The longest first: a name may contain another.
    names = sorted(known, key=len, reverse=True)
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else _NEVER
    around = named.sub(" ", formula).replace("×", "*").replace("÷", "/")
    if _NO_FORMULA.search(around):
        raise ExampleError(_UNKNOWN_WORD.format(formula))
    places = {name: f"_{at}_" for at, name in enumerate(names)}
    written = named.sub(lambda found: places[found[0]], formula)
    written = written.replace("×", "*").replace("÷", "/").replace("^", "**")
    written = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", written)
    written = re.sub(r"([0-9.]+)\s*%", r"(\1/100)", written)
    try:
        tree = ast.parse(written, mode="eval")
        return _value(tree.body, {place: known[name] for name, place in places.items()})
    except (SyntaxError, KeyError) as error:
        raise ExampleError(_UNKNOWN_WORD.format(formula)) from error
    except (ArithmeticError, ExampleError) as error:
        raise ExampleError(f"'{formula}' cannot be computed: {error}") from error


def _value(node: ast.expr, values: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as number):
            return Decimal(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            one, other = _value(left, values), _value(right, values)
            if isinstance(op, ast.Pow) and abs(other) > _LARGEST_POWER:
                raise ExampleError("a power that large")
            return _OPERATIONS[type(op)](one, other)
        case _:
            raise ExampleError("only numbers, names and + - * / ^ are allowed")
