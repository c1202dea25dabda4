"""The firm of a person, as far as they told us."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base


class Firm(Base):
    """One per person; every field may be unknown."""

    __tablename__ = "firm"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    firm_name: Mapped[str | None] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(Text)
    """Class of CIIU Rev. 4: four digits."""
    workers: Mapped[int | None] = mapped_column(Integer)
    annual_sales_usd: Mapped[int | None] = mapped_column(BigInteger)
    """Whole dollars, rounded up."""
    district: Mapped[str | None] = mapped_column(Text)
    municipality: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    permit_state: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
