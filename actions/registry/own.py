"""What the consultant rules, changed by the consultant: no synchronisation touches it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import history, rules
from actions.registry.cells import HIGHEST_FEE, clean
from actions.registry.errors import NoSuchConsultant, NotSo
from actions.registry.rows import plain
from knowledge.sectors import sectors
from knowledge.territory import territory

_LISTS: Final = frozenset(("sectors", "departments", "languages"))


async def change(
    session: AsyncSession, consultant_id: int, fields: Mapping[str, Any], now: datetime
) -> None:
    """Sets fields of actions.registry.rules.CONSULTANT_RULES, and keeps what they were.

    Fees come together: all three, or all None. Raises NoSuchConsultant, NotSo for what cannot be,
    and ValueError for a field that the registry rules.
    """
    foreign = set(fields) - set(rules.CONSULTANT_RULES)
    if foreign:
        raise ValueError(f"the registry rules {sorted(foreign)}")
    row = (
        await session.execute(
            text(
                f"SELECT {', '.join(rules.CONSULTANT_RULES)} FROM consultant "
                "WHERE id = :id FOR UPDATE"
            ),
            {"id": consultant_id},
        )
    ).one_or_none()
    if row is None:
        raise NoSuchConsultant
    held = row._asdict()
    wanted = {**held, **fields}
    for name in _LISTS:
        wanted[name] = list(dict.fromkeys(wanted[name]))
    for name, most in (("phone", 40), ("email", 254)):
        wanted[name] = clean(wanted[name] or "")[:most] or None
    _check(wanted)
    changed = {name: value for name, value in wanted.items() if value != held[name]}
    if not changed:
        return
    sets = ", ".join(f"{name} = :{name}" for name in changed)
    await session.execute(
        text(f"UPDATE consultant SET {sets}, updated_at = :now WHERE id = :id"),
        {**changed, "id": consultant_id, "now": now},
    )
    await history.note(
        session,
        consultant_id,
        {name: (plain(held[name]), plain(value)) for name, value in changed.items()},
        "consultor",
        now,
    )


def _check(wanted: Mapping[str, Any]) -> None:
    if not set(wanted["departments"]) <= {one.name for one in territory().departments}:
        raise NotSo("Ese departamento no está en la lista: elegí uno de los 14.")
    if any(sectors().get(one) is None for one in wanted["sectors"]):
        raise NotSo("Ese rubro no está en la lista: elegí uno de ella.")
    if not wanted["languages"] or not set(wanted["languages"]) <= set(rules.LANGUAGES):
        raise NotSo("Elegí al menos un idioma de la lista.")
    if not (wanted["remote"] or (wanted["on_site"] and wanted["departments"])):
        raise NotSo("Decime en qué departamentos atendés, o si atendés a distancia.")
    fees = (wanted["fee_min"], wanted["fee_max"], wanted["fee_unit"])
    if fees == (None, None, None):
        return
    low, high, unit = fees
    if None in fees or unit not in rules.FEE_UNITS or not 0 <= low <= high <= HIGHEST_FEE:
        raise NotSo("Decime los honorarios así: desde, hasta y si son por hora, día o proyecto.")
