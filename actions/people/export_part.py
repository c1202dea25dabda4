"""One part of what is handed to a person who asks for all that is held about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Told = tuple[str, str]
"""The key under which something is handed over, and what it is, in Spanish."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows ``t`` of one table, as a list under ``key``.

    ``where`` may use :people (all accounts) and :addresses (all their addresses). ``columns`` are
    handed over in that order, and then ``further`` SQL expressions by key. The rows of a part
    ``within`` another one stand in the lists of its rows: ``by`` is the column that names them.
    """

    key: str
    meaning: str
    table: str
    where: str
    columns: Mapping[str, Told]
    left_out: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    within: str = ""
    by: str = ""
    order: str = "id"


OF_PEOPLE: Final = "t.person_id = ANY(:people)"
OF_ADDRESSES: Final = "t.address_id = ANY(:addresses)"
SENT: Final = "t.outbox_id IN (SELECT id FROM outbox WHERE address_id = ANY(:addresses))"
OF_CASES: Final = 't.case_id IN (SELECT id FROM "case" WHERE person_id = ANY(:people))'

WHOSE: Final = "Es de la persona de este archivo; sus números están en «persona»."
DIGEST: Final = "Es una huella que sirve para comprobar, y no dice nada de la persona."
STAFF: Final = "Es un dato de quien atendió por el ministerio, no de la persona."
WORKING: Final = "Sirve para entregar el mensaje y no dice nada de la persona."

ACCOUNT: Final = ("cuenta", "Número de la cuenta")
CHANNEL_OF: Final = ("canal", "Número del canal, según «canales»")
