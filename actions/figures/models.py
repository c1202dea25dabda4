"""The figures of finished days."""

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Moment


class DayFigures(Base):
    """What was counted of one day, once it was over. Counts and ids only: nothing in it tells of
    whom, so it stays when people erase what we hold."""

    __tablename__ = "day_figures"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """In El Salvador."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """See actions.figures.rules.Figures."""
    made_at: Mapped[Moment]
