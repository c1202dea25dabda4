"""What each role of the staff may do. A person may have several."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing that may be allowed; routes declare which one they need."""

    SEE_OVERVIEW = "see_overview"
    READ_CASES = "read_cases"
    ANSWER_CASES = "answer_cases"
    READ_PEOPLE = "read_people"
    CHANGE_PEOPLE = "change_people"
    ERASE_PEOPLE = "erase_people"
    READ_KNOWLEDGE = "read_knowledge"
    WRITE_ARTICLES = "write_articles"
    REVIEW_ARTICLES = "review_articles"
    CONFIRM_FACTS = "confirm_facts"
    SORT_QUESTIONS = "sort_questions"
    MANAGE_STAFF = "manage_staff"
    MANAGE_KEYS = "manage_keys"
    READ_AUDIT = "read_audit"
    # What the registry publishes of consultants; how to reach them goes with READ_PEOPLE.
    READ_REGISTRY = "read_registry"
    # Whoever approves what others wrote also judges applications and synchronisations.
    MANAGE_REGISTRY = "manage_registry"
    # Bookings and complaints tell which firm asked whom, so they are for who may read people.
    FOLLOW_BOOKINGS = "follow_bookings"


class Role(StrEnum):
    """A role, by the name that is stored."""

    ADMINISTRATION = "administracion"
    EDITING = "edicion"
    REVIEW = "revision"
    COMMUNICATION = "comunicacion"
    ATTENTION = "atencion"
    READING = "lectura"


NAMES: Final[dict[Role, str]] = {
    Role.ADMINISTRATION: "Administración",
    Role.EDITING: "Edición",
    Role.REVIEW: "Revisión",
    Role.COMMUNICATION: "Comunicación",
    Role.ATTENTION: "Atención",
    Role.READING: "Lectura",
}
EXPLAINED: Final[dict[Role, str]] = {
    Role.ADMINISTRATION: (
        "Maneja cuentas, llaves de la API, auditoría y el registro de consultores; borra datos de "
        "personas."
    ),
    Role.EDITING: "Escribe artículos y ordena las preguntas sin respuesta.",
    Role.REVIEW: (
        "Aprueba lo que otra persona escribió, confirma hechos y maneja el registro de consultores."
    ),
    Role.COMMUNICATION: "Ve el inicio y el conocimiento.",
    Role.ATTENTION: (
        "Contesta conversaciones, ve los datos de las empresas y resuelve quejas de citas."
    ),
    Role.READING: "Ve el inicio y el conocimiento, sin datos de personas.",
}

_P = Permission
ROLES: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATION: frozenset(
        {
            _P.SEE_OVERVIEW,
            _P.READ_CASES,
            _P.READ_PEOPLE,
            _P.ERASE_PEOPLE,
            _P.READ_KNOWLEDGE,
            _P.MANAGE_STAFF,
            _P.MANAGE_KEYS,
            _P.READ_AUDIT,
            _P.READ_REGISTRY,
            _P.MANAGE_REGISTRY,
            _P.FOLLOW_BOOKINGS,
        }
    ),
    Role.EDITING: frozenset(
        {_P.SEE_OVERVIEW, _P.READ_KNOWLEDGE, _P.WRITE_ARTICLES, _P.SORT_QUESTIONS}
    ),
    Role.REVIEW: frozenset(
        {
            _P.SEE_OVERVIEW,
            _P.READ_KNOWLEDGE,
            _P.REVIEW_ARTICLES,
            _P.CONFIRM_FACTS,
            _P.SORT_QUESTIONS,
            _P.READ_REGISTRY,
            _P.MANAGE_REGISTRY,
        }
    ),
    Role.COMMUNICATION: frozenset({_P.SEE_OVERVIEW, _P.READ_KNOWLEDGE}),
    Role.ATTENTION: frozenset(
        {
            _P.SEE_OVERVIEW,
            _P.READ_CASES,
            _P.ANSWER_CASES,
            _P.READ_PEOPLE,
            _P.CHANGE_PEOPLE,
            _P.READ_KNOWLEDGE,
            _P.READ_REGISTRY,
            _P.FOLLOW_BOOKINGS,
        }
    ),
    Role.READING: frozenset({_P.SEE_OVERVIEW, _P.READ_KNOWLEDGE}),
}


def allowed(roles: Iterable[str]) -> frozenset[Permission]:
    """All that these roles may do together; a role of another release allows nothing."""
    return frozenset().union(*(ROLES[Role(role)] for role in roles if role in ROLES))


def roles_with(permission: Permission) -> list[Role]:
    """The roles that allow something, in the order of the list."""
    return [role for role, granted in ROLES.items() if permission in granted]
