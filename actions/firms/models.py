"""The firm of a person, as far as they told us."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Computed, DateTime, ForeignKey, Integer, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base

ACCENTED: Final = "ÁÀÂÄÃÅáàâäãåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÖÕóòôöõÚÙÛÜúùûüÑñÇç"
PLAIN: Final = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuunncc"
MARKS: Final = "\u0300\u0301\u0302\u0303\u0308\u030a\u0327"
"""Accents that stand as letters of their own, behind the one that they belong to."""
_FOLDED: Final = f"lower(translate(firm_name, '{ACCENTED}{MARKS}', '{PLAIN}'))"


class Firm(Base):
    """One per person; every field may be unknown."""

    __tablename__ = "firm"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    firm_name: Mapped[str | None] = mapped_column(Text)
    name_folded: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed(_FOLDED, persisted=True)
    )
    """The name without accents, in lower case, to be searched and sorted by: see :func:`folded`.
    Kept here because folding a hundred thousand names takes half a second."""
    sector: Mapped[str | None] = mapped_column(Text)
    """An id of knowledge.sectors."""
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


def folded(words: str) -> str:
    """Words as the database folds a firm's name."""
    return words.translate(str.maketrans(ACCENTED, PLAIN, MARKS)).lower()
