"""What the chat keeps of a person's firm, and what size of firm that makes by law."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from actions.firms import service as firms
from actions.firms.rules import SizeClass, size_class

if TYPE_CHECKING:
    from bot.acting import Actions

SIZES: Final = {
    "micro": "microempresa",
    "pequena": "pequeña empresa",
    "mediana": "mediana empresa",
    "grande": "gran empresa",
}


async def _save_profile(here: "Actions", args: Mapping[str, Any]) -> None:
    values = dict(args)
    place = values.pop("district", None)
    if "annual_sales_usd" in values:
        values["annual_sales_usd"] = _dollars(values["annual_sales_usd"])
    await firms.save(here.session, here.person_id, {**values, **(place or {})})


def _dollars(amount: Any) -> Decimal | None:
    """An amount as its slot or the firm's profile has it."""
    if amount is None:
        return None
    return Decimal(amount["amount"] if isinstance(amount, dict) else amount)


async def _firm_size(_here: "Actions", args: Mapping[str, Any]) -> Mapping[str, str]:
    workers = args.get("workers")
    sales = _dollars(args.get("annual_sales_usd"))
    size = size_class(int(workers) if workers is not None else None, sales)
    return {"firm_size": _size_told(size)}


def _size_told(size: SizeClass | None) -> str:
    if size is None:
        return ""
    basis = {"por trabajadores": "por la cantidad de personas", "por ventas": "por sus ventas"}
    told = basis.get(size.basis, "por personas y ventas")
    if size.size in ("micro", "pequena"):
        return f"Según la Ley MYPE, {told} es {SIZES[size.size]}. "
    # That law knows no larger firm, so it cannot be named as the source of one.
    return f"Pasa de pequeña empresa según la Ley MYPE: {told} se toma como {SIZES[size.size]}. "


HANDLERS: Final = {
    "save_profile": _save_profile,
    "firm_size": _firm_size,
}
