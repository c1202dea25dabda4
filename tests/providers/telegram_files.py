"""Files at Telegram: kept under a file_id, described, and found again for download."""

import mimetypes
import secrets
import struct
from typing import Any

from tests.providers.record import File
from tests.providers.telegram_errors import bad_request

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_UPLOAD = 50 * 1024 * 1024
LARGEST_PHOTO = 10 * 1024 * 1024


class Files:
    """Every file sent in either direction."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._paths: dict[str, File] = {}

    def add(self, file: File) -> dict[str, Any]:
        """Keep it; the fields every kind of file has."""
        file_id = f"AgAC{secrets.token_urlsafe(32)}"
        self._files[file_id] = file
        return _described(file_id, file)

    def find(self, file_id: str) -> File | None:
        """The file of this id."""
        return self._files.get(file_id)

    def get_file(self, file_id: str) -> dict[str, Any]:
        """getFile's answer. Raises BotApiError 400 for an unknown id, or more than 20 MB."""
        file = self._files.get(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if len(file.content) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        folder = "photos" if file.content_type.startswith("image/") else "documents"
        suffix = mimetypes.guess_extension(file.content_type) or ".bin"
        path = f"{folder}/file_{file_id[4:16]}{suffix}"
        self._paths[path] = file
        return {**_described(file_id, file), "file_path": path}

    def by_path(self, path: str) -> File | None:
        """The file getFile named this path for."""
        return self._paths.get(path)

    def photo_sizes(self, file: File) -> list[dict[str, Any]]:
        """A photo's description. Raises BotApiError 400 for what is no PNG or JPEG picture."""
        if len(file.content) > LARGEST_PHOTO:
            raise bad_request("file is too big for a photo")
        size = picture_size(file.content)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        return [{**self.add(file), "width": size[0], "height": size[1]}]


def _described(file_id: str, file: File) -> dict[str, Any]:
    return {
        "file_id": file_id,
        "file_unique_id": f"AQAD{file_id[4:16]}",
        "file_size": len(file.content),
    }


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if not content.startswith(b"\xff\xd8"):
        return None
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        length = int.from_bytes(content[position + 2 : position + 4])
        # The frame headers C0..CF hold the size; C4, C8 and CC are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
