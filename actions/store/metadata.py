"""Every table in one place, for migrations and for the check that models and migrations agree."""

from actions.articles import models as articles
from actions.audit import models as audit
from actions.bookings import models as bookings
from actions.cases import models as cases
from actions.conversations import models as conversations
from actions.figures import models as figures
from actions.files import models as files
from actions.firms import models as firms
from actions.keys import models as keys
from actions.messages import models as messages
from actions.people import models as people
from actions.questions import models as questions
from actions.registry import models as registry
from actions.staff import models as staff
from actions.store.base import Base
from actions.templates import models as templates

DECLARED_IN = (
    articles,
    audit,
    bookings,
    cases,
    conversations,
    figures,
    files,
    firms,
    keys,
    messages,
    people,
    questions,
    registry,
    staff,
    templates,
)
"""Importing a module declares its tables; a new one is added here."""

metadata = Base.metadata
