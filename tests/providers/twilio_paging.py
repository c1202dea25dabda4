"""How Twilio's lists are asked for page by page."""

from collections.abc import Mapping

from tests.providers.twilio_errors import TwilioError


def page_asked(query: Mapping[str, str]) -> tuple[int, int]:
    """Page size (1 to 1,000, usually 50) and number. Raises TwilioError 20001 for no numbers."""
    try:
        size, number = int(query.get("PageSize") or 50), int(query.get("Page") or 0)
    except ValueError:
        raise TwilioError(20001) from None
    return min(max(size, 1), 1000), max(number, 0)
