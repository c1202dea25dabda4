"""Twilio content templates that we registered, and whether WhatsApp approved them."""

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from actions.store.base import Base


class Template(Base):
    """One template of the declared ones, as the provider knows it."""

    __tablename__ = "template"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    """Of its declaration: a changed text is a new template for the provider."""
    sid: Mapped[str] = mapped_column(Text)
    approval: Mapped[str] = mapped_column(Text)
    """unsubmitted, received, pending, approved, rejected, paused or disabled."""
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
