"""ETags: so that a file that somebody has is not sent again."""

from fastapi import Request


def is_known(request: Request, tag: str) -> bool:
    """Whether who asks says that they have the file with that tag, which includes its quotes."""
    known = request.headers.get("If-None-Match", "").split(",")
    # A proxy that compresses marks the tag as weak.
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in known)
