"""Files that people sent through Twilio, fetched from its API."""

from typing import Final

import aiohttp
from yarl import URL

from bot.channels.protocol import LARGEST_FETCHED, FileTooLarge

MAX_REDIRECTS: Final = 3
TIMEOUT_SECONDS: Final = 10


async def fetch(url: str, api_url: str, account_sid: str, auth_token: str) -> bytes | None:
    """The file at a media URL; None for one that cannot be had. Raises FileTooLarge.

    Our credentials go to the API's own address only. Twilio sends on from there to where the file
    lies, whose address is permission enough; such an address has to be https as well.
    """
    headers = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
    limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        api, place = URL(api_url), URL(url, encoded=True)
        if not _is_at(place, api):
            return None
        async with aiohttp.ClientSession(timeout=limit) as session:
            for _ in range(1 + MAX_REDIRECTS):
                async with session.get(place, headers=headers, allow_redirects=False) as answer:
                    if answer.status == 200:
                        return await _content(answer)
                    if answer.status not in (301, 302, 303, 307, 308):
                        return None
                    # As it stands: written anew, a signed address would lose its signature.
                    place = place.join(URL(answer.headers["Location"], encoded=True))
                    headers = {}
                if place.scheme != "https" and not _is_at(place, api):
                    return None
    except (aiohttp.ClientError, KeyError, OSError, ValueError):
        return None
    return None


def _is_at(place: URL, api: URL) -> bool:
    return (place.scheme, place.host, place.port) == (api.scheme, api.host, api.port)


async def _content(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in answer.content.iter_chunked(64 * 1024):
        content += part
        if len(content) > LARGEST_FETCHED:
            raise FileTooLarge
    return bytes(content)
