"""All that is held about a person, to be handed to them.

The right of access of the Ley para la Protección de Datos Personales (Decreto Legislativo 144 of
2024): complete, and in a form that another system can read.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from actions.cases.hours import ZONE
from actions.people import linking
from actions.people.erasure import FORGOTTEN
from actions.people.export_part import Part
from actions.people.export_parts import PARTS
from actions.people.profile import check_known
from actions.store.database import Executor

_ABOUT: Final = {
    "persona": "El número con que se pidieron estos datos y los números de todas sus cuentas",
    "exportado": "Cuándo se sacaron estos datos",
    "que_es_cada_dato": "Esta explicación",
}


async def export(session: Executor, person_id: int, now: datetime) -> dict[str, Any]:
    """Everything about the person and the accounts joined to them, as plain JSON.

    Under ``persona`` the numbers of their accounts, under the key of each of
    actions.people.export_parts a list, and under ``que_es_cada_dato`` what each key means. Moments
    are ISO 8601 in El Salvador's time, with its offset. What was erased is left out. Raises
    NoSuchPerson.
    """
    await check_known(session, person_id)
    holder = await linking.holder(session, person_id)
    people = await linking.accounts(session, holder)
    addresses = await session.scalars(
        text(
            "SELECT id FROM address "
            "WHERE person_id = ANY(:people) AND NOT starts_with(external, :forgotten)"
        ),
        {"people": people, "forgotten": FORGOTTEN},
    )
    of_whom = {"people": people, "addresses": list(addresses)}
    exported: dict[str, Any] = {
        "persona": {"numero": holder, "cuentas": people},
        "exportado": _plain(now),
        "que_es_cada_dato": explained(),
    }
    rows_by_id: dict[str, dict[int, dict[str, Any]]] = {}
    for part in PARTS:
        rows = await _rows(session, part, of_whom)
        if part.within:
            for row in rows_by_id[part.within].values():
                row[part.key] = []
            for parent, told in rows:
                if parent in rows_by_id[part.within]:
                    rows_by_id[part.within][parent][part.key].append(told)
        else:
            exported[part.key] = [told for _, told in rows]
            rows_by_id[part.key] = {told["numero"]: told for _, told in rows if "numero" in told}
    return exported


def explained() -> dict[str, str]:
    """What each key of an export means, in Spanish, by "casos", "casos.numero", "casos.notas"."""
    meanings = dict(_ABOUT)
    for part in PARTS:
        path = f"{part.within}.{part.key}" if part.within else part.key
        meanings[path] = part.meaning
        meanings |= {f"{path}.{key}": meaning for key, meaning in part.columns.values()}
        meanings |= {f"{path}.{key}": meaning for key, (_, meaning) in part.further.items()}
    return meanings


async def _rows(
    session: Executor, part: Part, of_whom: Mapping[str, Any]
) -> list[tuple[int | None, dict[str, Any]]]:
    """The part's rows, each with the number of the row that it stands within."""
    taken = [f't."{column}"' for column in part.columns]
    taken += [expression for expression, _ in part.further.values()]
    by = f't."{part.by}"' if part.by else "NULL"
    keys = [key for key, _ in part.columns.values()] + list(part.further)
    named = {name: value for name, value in of_whom.items() if f":{name}" in part.where}
    found = await session.execute(
        text(
            f'SELECT {by}, {", ".join(taken)} FROM "{part.table}" AS t '
            f'WHERE {part.where} ORDER BY t."{part.order}"'
        ),
        named,
    )
    return [
        (row[0], {key: _plain(value) for key, value in zip(keys, row[1:], strict=True)})
        for row in found
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    return value.isoformat() if isinstance(value, date) else value
