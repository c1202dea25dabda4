"""Categories, states, who rules which field of a consultant, and who can be booked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal, Protocol

from actions.cases.hours import ZONE

CATEGORIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "estudio_impacto": "Estudio de impacto ambiental",
        "diagnostico": "Diagnóstico ambiental",
        "auditoria": "Auditoría ambiental",
        "ecoeficiencia": "Ecoeficiencia",
        "aguas": "Aguas residuales y vertidos",
        "residuos": "Residuos y desechos",
        "emisiones": "Emisiones, humo y ruido",
        "quimicos": "Sustancias peligrosas",
        "energia": "Energía",
        "sistemas_gestion": "Sistemas de gestión ambiental",
        "financiamiento": "Financiamiento verde",
    }
)
"""What consultants do, by id, as it is shown."""

CATEGORY_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "estudio_impacto": ("EsIA", "EIA", "estudio ambiental", "impacto ambiental"),
        "diagnostico": ("diagnóstico", "DA"),
        "auditoria": ("auditoría", "auditor ambiental", "auditorías"),
        "ecoeficiencia": ("eco-eficiencia", "producción más limpia", "P+L", "PML"),
        "aguas": ("aguas", "agua", "aguas residuales", "vertidos"),
        "residuos": ("residuos", "desechos", "desechos sólidos", "residuos sólidos"),
        "emisiones": ("emisiones", "ruido", "aire", "emisiones atmosféricas"),
        "quimicos": ("químicos", "materiales peligrosos", "desechos peligrosos"),
        "energia": ("energía", "eficiencia energética"),
        "sistemas_gestion": ("sistemas de gestión", "ISO 14001", "SGA"),
        "financiamiento": ("financiamiento", "crédito verde", "finanzas verdes"),
    }
)
"""What else files call them."""

State = Literal["solicitada", "vigente", "suspendida", "vencida", "rechazada"]
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "solicitada": "Solicitada",
        "vigente": "Vigente",
        "suspendida": "Suspendida",
        "vencida": "Vencida",
        "rechazada": "Rechazada",
    }
)
REGISTERED: Final = ("vigente", "suspendida", "vencida")
"""The states of who has a number; the registry itself knows no others."""
TRANSITIONS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "solicitada": frozenset(("vigente", "rechazada")),
        "rechazada": frozenset(("solicitada",)),
        "vigente": frozenset(("suspendida", "vencida")),
        "suspendida": frozenset(("vigente", "vencida")),
        "vencida": frozenset(("vigente", "suspendida")),
    }
)
"""The states that each may turn into."""

KINDS: Final[Mapping[str, str]] = MappingProxyType({"persona": "Persona", "empresa": "Empresa"})
FEE_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"hora": "por hora", "dia": "por día", "proyecto": "por proyecto"}
)
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "es": "español",
        "en": "inglés",
        "fr": "francés",
        "de": "alemán",
        "pt": "portugués",
        "it": "italiano",
        "ja": "japonés",
        "zh": "chino",
        "ko": "coreano",
        "nah": "náhuat",
    }
)

Ruler = Literal["registro", "consultor"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a consultant: its column, who rules it, and what it is called."""

    name: str
    ruled_by: Ruler
    title: str


FIELDS: Final = (
    Field("registration_number", "registro", "Número de registro"),
    Field("kind", "registro", "Persona o empresa"),
    Field("name", "registro", "Nombre"),
    Field("categories", "registro", "Categorías"),
    Field("valid_from", "registro", "Vigente desde"),
    Field("valid_to", "registro", "Vigente hasta"),
    Field("state", "registro", "Estado"),
    Field("sectors", "consultor", "Rubros"),
    Field("departments", "consultor", "Departamentos"),
    Field("on_site", "consultor", "Llega al lugar"),
    Field("remote", "consultor", "Atiende a distancia"),
    Field("languages", "consultor", "Idiomas"),
    Field("fee_min", "consultor", "Honorarios desde"),
    Field("fee_max", "consultor", "Honorarios hasta"),
    Field("fee_unit", "consultor", "Cobra"),
    Field("phone", "consultor", "Teléfono"),
    Field("email", "consultor", "Correo"),
)
"""What the registry rules, a synchronisation changes. What the consultant rules, the registry only
gives a first value to, when the consultant is new here: later it is never overwritten."""

REGISTRY_RULES: Final = tuple(one.name for one in FIELDS if one.ruled_by == "registro")
CONSULTANT_RULES: Final = tuple(one.name for one in FIELDS if one.ruled_by == "consultor")
COMPARED: Final = tuple(one for one in REGISTRY_RULES if one != "registration_number")
"""What a row of the registry is compared by; the number says whose row it is."""


class Standing(Protocol):
    """Whatever has a consultant's state and validity: a row, or Consultant itself."""

    @property
    def state(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


BOOKABLE_SQL: Final = "{c}.state = 'vigente' AND :day BETWEEN {c}.valid_from AND {c}.valid_to"
"""The same as :func:`is_bookable` for a row named ``{c}``, where ``:day`` is ``day_of(at)``."""


def day_of(at: datetime) -> date:
    """The day of a moment in El Salvador. Raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(ZONE).date()


def is_bookable(consultant: Standing, at: datetime) -> bool:
    """Whether somebody may be offered and booked at that moment: registered, in force, and the day
    within the validity, whose last day still counts."""
    return is_in_force(consultant, day_of(at))


def is_in_force(consultant: Standing, day: date) -> bool:
    """The same for a whole day in El Salvador."""
    return (
        consultant.state == "vigente"
        and consultant.valid_from is not None
        and consultant.valid_to is not None
        and consultant.valid_from <= day <= consultant.valid_to
    )


def state_on(state: str, valid_to: date | None, day: date) -> str:
    """The state as it is on a day: one in force until before it has lapsed, whoever says what."""
    if state == "vigente" and valid_to is not None and valid_to < day:
        return "vencida"
    return state


def may_become(before: str, after: str) -> bool:
    """Whether a consultant's state may change so."""
    return after in TRANSITIONS[before]


def needs_a_look(known: int, vanished: int, ending: int, bad_rows: int) -> bool:
    """Whether a synchronisation looks so odd that none should be applied without somebody reading
    it: a file cut short, or of another registry, or one that takes too many out of force at once,
    who are then told so. ``known`` are the registered ones we have, ``ending`` those whose state or
    validity would end, now or sooner than it does."""
    return bad_rows > 0 or vanished + ending > max(5, known // 20)
