"""Files that staff sent to people."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base, Id, Moment


class StoredFile(Base):
    """One file of one outbound message. Whoever knows the token may read it until it expires."""

    __tablename__ = "stored_file"

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(Text, unique=True)
    outbox_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("outbox.id"), index=True)
    """The message that it went with: through it the file is found when its person is forgotten."""
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(Text)
    """Of the content, in hexadecimal."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
