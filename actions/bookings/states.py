"""What a booking and a referral can be."""

from typing import Final

HELD: Final = "held"
"""Kept for ten minutes while the owner confirms."""
PENDING: Final = "pending"
"""The consultant is asked."""
PROPOSED: Final = "proposed"
"""The consultant proposed this time, and the owner is asked."""
ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"
"""By the consultant."""
EXPIRED: Final = "expired"
"""Nobody answered in time."""
CANCELLED: Final = "cancelled"
DONE: Final = "done"
MISSED: Final = "missed"
"""The owner did not come."""

STATES: Final = (HELD, PENDING, PROPOSED, ACCEPTED, DECLINED, EXPIRED, CANCELLED, DONE, MISSED)
LIVE: Final = (PENDING, PROPOSED, ACCEPTED)
"""Those that somebody counts on."""
OCCUPYING: Final = (HELD, *LIVE, DONE, MISSED)
"""Those whose time no other booking may have: what was marked early still took place."""
MET: Final = (ACCEPTED, DONE)
"""Those that can be rated once they are over."""

WAITING: Final = "waiting"
LOOKING: Final = "looking"
"""The last one asked is out, and the next one is still to be found."""
EXHAUSTED: Final = "exhausted"
"""Nobody is left to be asked."""
WITHDRAWN: Final = "withdrawn"
"""One side cancelled, or the owner did not answer a proposal."""

REFERRAL_STATES: Final = (WAITING, PROPOSED, LOOKING, ACCEPTED, EXHAUSTED, WITHDRAWN)
