"""Which departments lie beside which: where to look when nobody serves one."""

from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

BORDERS: Final = MappingProxyType(
    {
        "Ahuachapán": ("Santa Ana", "Sonsonate"),
        "Santa Ana": ("Ahuachapán", "Sonsonate", "La Libertad", "Chalatenango"),
        "Sonsonate": ("Ahuachapán", "Santa Ana", "La Libertad"),
        "Chalatenango": ("Santa Ana", "La Libertad", "San Salvador", "Cuscatlán", "Cabañas"),
        "La Libertad": ("Santa Ana", "Sonsonate", "Chalatenango", "San Salvador", "La Paz"),
        "San Salvador": ("La Libertad", "Chalatenango", "Cuscatlán", "La Paz"),
        "Cuscatlán": ("San Salvador", "Chalatenango", "Cabañas", "San Vicente", "La Paz"),
        "La Paz": ("La Libertad", "San Salvador", "Cuscatlán", "San Vicente"),
        "Cabañas": ("Chalatenango", "Cuscatlán", "San Vicente", "San Miguel"),
        "San Vicente": ("Cuscatlán", "Cabañas", "La Paz", "Usulután", "San Miguel"),
        "Usulután": ("San Vicente", "San Miguel"),
        "San Miguel": ("Cabañas", "San Vicente", "Usulután", "Morazán", "La Unión"),
        "Morazán": ("San Miguel", "La Unión"),
        "La Unión": ("San Miguel", "Morazán"),
    }
)
"""Land borders of the 14 departments, from the country's geography (the department boundaries of
the Instituto Geográfico y del Catastro Nacional). Neighbours are told west to east."""


@cache
def rings(department: str) -> tuple[tuple[str, ...], ...]:
    """The other departments by how many borders away they are: the neighbours first, then theirs.

    Empty for a name that is no department's.
    """
    if department not in BORDERS:
        return ()
    seen = {department}
    found: list[tuple[str, ...]] = []
    last: Sequence[str] = (department,)
    while True:
        ring = tuple(
            dict.fromkeys(near for one in last for near in BORDERS[one] if near not in seen)
        )
        if not ring:
            return tuple(found)
        found.append(ring)
        seen.update(ring)
        last = ring
