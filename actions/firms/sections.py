"""The sections of CIIU Rev. 4, by which firms are sorted where a branch would be too narrow.

Source: Naciones Unidas, Clasificación Industrial Internacional Uniforme de todas las actividades
económicas, Revisión 4 (Informes estadísticos, serie M, n.º 4/Rev. 4).
"""

from functools import cache
from typing import Final

from knowledge.sectors import sectors

_SECTIONS: Final = (
    ("A", 1, 3, "Agricultura, ganadería y pesca"),
    ("B", 5, 9, "Minas y canteras"),
    ("C", 10, 33, "Industrias manufactureras"),
    ("D", 35, 35, "Electricidad, gas y vapor"),
    ("E", 36, 39, "Agua, desechos y reciclaje"),
    ("F", 41, 43, "Construcción"),
    ("G", 45, 47, "Comercio y reparación de vehículos"),
    ("H", 49, 53, "Transporte y almacenamiento"),
    ("I", 55, 56, "Alojamiento y comidas"),
    ("J", 58, 63, "Información y comunicaciones"),
    ("K", 64, 66, "Finanzas y seguros"),
    ("L", 68, 68, "Actividades inmobiliarias"),
    ("M", 69, 75, "Actividades profesionales y técnicas"),
    ("N", 77, 82, "Servicios administrativos"),
    ("O", 84, 84, "Administración pública"),
    ("P", 85, 85, "Enseñanza"),
    ("Q", 86, 88, "Salud y asistencia social"),
    ("R", 90, 93, "Arte y recreación"),
    ("S", 94, 96, "Otros servicios"),
    ("T", 97, 98, "Hogares"),
    ("U", 99, 99, "Organismos internacionales"),
)
"""Letter, first and last division, title in short."""


def section_of(ciiu: str) -> str | None:
    """The letter of the section that a class of four digits belongs to; None for no such class."""
    if len(ciiu) != 4 or not ciiu.isdecimal():
        return None
    division = int(ciiu[:2])
    return next((letter for letter, first, last, _ in _SECTIONS if first <= division <= last), None)


@cache
def sections() -> dict[str, str]:
    """The titles, by letter, of the sections that some branch of ours belongs to."""
    used = {section_of(one.ciiu) for one in sectors().listed}
    return {letter: title for letter, _, _, title in _SECTIONS if letter in used}


def sectors_of(section: str) -> list[str]:
    """The ids of our branches in a section, by its letter."""
    return [one.id for one in sectors().listed if section_of(one.ciiu) == section]
