"""What a reply of the staff becomes on its way: free text and files, or a template's text.

Free text and files go while the person's channel takes them (see actions.messages.window); later
only the template does, which carries the text and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from actions.cases import written
from actions.cases.errors import Empty, FilesOutsideWindow, TooManyFiles
from actions.files.checking import Clean
from actions.messages import window
from actions.messages.content import Attachment, Content
from actions.messages.outbox import Place
from actions.people.masking import mask_address

OUTSIDE_WINDOW: Final = "case_reply"
"""The template that carries a staff member's reply where free text may not be sent."""

LONGEST: Final = 1_500
"""UTF-16 units of a reply: a message of WhatsApp takes 1,600, and marks may be added to it."""
LONGEST_OUTSIDE: Final = 800
"""Of one that goes by the template, whose own words count too."""
MOST_FILES: Final = 5


@dataclass(frozen=True, slots=True)
class Window:
    """Where a reply would go: the channel and the address, masked ("••••4321").

    ``is_open``: whether free text and files may be sent there. ``until``: until when they may, or
    since when not any more; None where there is no limit. ``longest``: UTF-16 units of a reply.
    """

    channel: str
    address: str
    is_open: bool
    until: datetime | None

    @property
    def longest(self) -> int:
        return LONGEST if self.is_open else LONGEST_OUTSIDE


def window_of(place: Place, now: datetime) -> Window:
    """The window of an address."""
    return Window(
        channel=place.channel,
        address=mask_address(place.external),
        is_open=window.is_open(place.channel, place.last_inbound_at, now),
        until=window.closes_at(place.channel, place.last_inbound_at),
    )


def checked(message: str, files: Sequence[Clean]) -> str:
    """The message, cleaned. Raises Empty where there is neither text nor file, and TooManyFiles."""
    words = written.cleaned(message)
    if not words and not files:
        raise Empty("la respuesta")
    if len(files) > MOST_FILES:
        raise TooManyFiles(len(files), MOST_FILES)
    return words


def check_fits(number: int, words: str, files: Sequence[Clean], there: Window) -> None:
    """Raises FilesOutsideWindow, and TooLong."""
    if files and not there.is_open:
        raise FilesOutsideWindow(number)
    written.check_length(words, "la respuesta", there.longest)


def contents_of(
    words: str,
    files: Sequence[Clean],
    tokens: Sequence[str],
    file_url: Callable[[str, str], str] | None,
) -> list[Content]:
    """The provider's messages of a reply: its text, then each file by itself.

    Apart, since the text may still go by its template where a file may not, and since captions are
    shorter than texts.
    """
    contents = []
    if words:
        contents.append(Content(text=words, template=OUTSIDE_WINDOW, variables={"1": words}))
    if files and file_url is None:
        raise ValueError("files need an address")
    for file, token in zip(files, tokens, strict=True):
        assert file_url is not None
        attached = Attachment(file.name, file_url(token, file.name), file.media_type)
        contents.append(Content(files=(attached,)))
    return contents
