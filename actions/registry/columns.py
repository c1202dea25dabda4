"""What the columns of the registry's files are called: one name for staff, others that are taken.

Names are compared without accents, capitals and punctuation. Columns that nobody knows are left
alone: the ministry's own files have more of them than we need.
"""

from collections.abc import Sequence
from typing import Final

from actions.registry.errors import ColumnsMissing, ColumnTwice, NoRows
from knowledge.text import fold

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "registration_number": (
        "Número",
        "numero de registro",
        "n de registro",
        "no registro",
        "no de registro",
        "num registro",
        "registro",
        "codigo",
        "codigo de registro",
    ),
    "name": ("Nombre", "nombre completo", "nombre o razon social", "razon social", "consultor"),
    "kind": ("Tipo", "tipo de persona", "persona o empresa", "naturaleza"),
    "categories": ("Categorías", "categoria", "especialidad", "especialidades", "area", "areas"),
    "valid_from": (
        "Vigente desde",
        "desde",
        "fecha de inscripcion",
        "fecha inicio",
        "fecha de inicio",
        "inicio",
        "inicio de vigencia",
    ),
    "valid_to": (
        "Vigente hasta",
        "hasta",
        "vence",
        "vencimiento",
        "fecha de vencimiento",
        "fecha fin",
        "fecha de fin",
        "fin de vigencia",
    ),
    "state": ("Estado", "situacion"),
    "sectors": ("Rubros", "rubro", "sector", "sectores"),
    "departments": ("Departamentos", "departamento", "cobertura", "zona"),
    "on_site": ("En el lugar", "presencial", "visita"),
    "remote": ("A distancia", "remoto", "virtual", "en linea"),
    "languages": ("Idiomas", "idioma"),
    "fee_min": ("Honorarios desde", "honorario minimo", "tarifa minima", "tarifa desde"),
    "fee_max": ("Honorarios hasta", "honorario maximo", "tarifa maxima", "tarifa hasta"),
    "fee_unit": ("Cobra por", "unidad", "unidad de honorarios", "tarifa por"),
    "phone": ("Teléfono", "telefono de contacto", "celular", "tel", "movil"),
    "email": ("Correo", "correo electronico", "email", "e mail"),
}
"""By field of actions.registry.rows.RegistryRow: the name that staff are told, then others."""
REQUIRED: Final = ("registration_number", "name", "categories", "valid_from", "valid_to")

_FIELDS: Final = {fold(name): field for field, names in COLUMNS.items() for name in names} | {
    field.replace("_", " "): field for field in COLUMNS
}


def placed(header: Sequence[str]) -> dict[int, str]:
    """The field of each column that is known, by its place. Raises NoRows, ColumnsMissing and
    ColumnTwice."""
    if not any(fold(name) for name in header):
        raise NoRows
    found: dict[int, str] = {}
    for place, name in enumerate(header):
        field = _FIELDS.get(fold(name))
        if field is None:
            continue
        if field in found.values():
            raise ColumnTwice(COLUMNS[field][0])
        found[place] = field
    missing = [COLUMNS[field][0] for field in REQUIRED if field not in found.values()]
    if missing:
        raise ColumnsMissing(missing)
    return found
