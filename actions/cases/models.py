"""Cases: requests to talk with a person of the ministry."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Now


class Case(Base):
    """A person's open request; at most one is open for a person."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_open", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[Now]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
