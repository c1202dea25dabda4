"""Every table in one place, for migrations and for the check that models and migrations agree."""

from actions.articles import models as articles
from actions.cases import models as cases
from actions.conversations import models as conversations
from actions.firms import models as firms
from actions.messages import models as messages
from actions.people import models as people
from actions.questions import models as questions
from actions.store.base import Base
from actions.templates import models as templates

DECLARED_IN = (articles, cases, conversations, firms, messages, people, questions, templates)
"""Importing a module declares its tables; a new one is added here."""

metadata = Base.metadata
