"""A stand-in for a transcription server: POST /v1/audio/transcriptions as OpenAI's API has it.

It takes the form that the API asks for and refuses any other as the API does, and answers what the
test said that an audio says.
"""

from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_request import FileField

from tests.providers.faults import Fault, FaultKind
from tests.providers.stand_in import StandIn, json_response

TRANSCRIPTIONS = "transcriptions"
MODEL = "whisper-1"


@dataclass(frozen=True, slots=True)
class Asked:
    """One audio as it came: the file's name, type and bytes, and the other fields."""

    name: str
    content_type: str
    audio: bytes
    fields: dict[str, str]


class TranscriberStandIn(StandIn):
    """Transcribes on loopback: `url` + "/v1" is the base address for clients.

    With a `key` it wants "Authorization: Bearer <key>". `says` gives the text of each audio,
    `usual` that of all others. `answers` are whole answers given one after the other instead:
    status and body.
    """

    def __init__(self, *, key: str | None = None, usual: str = "") -> None:
        super().__init__()
        self.key = key
        self.usual = usual
        self.says: dict[bytes, str] = {}
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[Asked] = []

    @property
    def base(self) -> str:
        """The base address for TOROGOZ_TRANSCRIPTION_URL."""
        return f"{self.url}/v1"

    def operation(self, method: str, path: str) -> str:
        """transcriptions, or other."""
        asked = (method, path) == ("POST", "/v1/audio/transcriptions")
        return TRANSCRIPTIONS if asked else "other"

    async def answer(self, request: web.BaseRequest, operation: str) -> web.StreamResponse:
        form = await request.post()
        if operation != TRANSCRIPTIONS:
            return _error(404, f"Invalid URL ({request.method} {request.path})")
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided")
        file = form.get("file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if not isinstance(file, FileField):
            return _error(400, "file is a required property")
        if fields.get("model") != MODEL:
            return _error(404, "The model does not exist")
        asked = Asked(file.filename, file.content_type, file.file.read(), fields)
        self.asked.append(asked)
        if self.answers:
            status, body = self.answers.pop(0)
            return web.Response(status=status, body=body, content_type="application/json")
        return json_response({"text": self.says.get(asked.audio, self.usual)})

    def failure(self, fault: Fault) -> web.Response:
        """The API's own 500 or 429."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            return _error(429, "Rate limit reached")
        return _error(500, "The server had an error while processing your request")


def _error(status: int, message: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return json_response({"error": error}, status)
