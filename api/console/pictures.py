"""Pictures that are made here."""

import io

import segno
from starlette.responses import Response


def qr(words: str) -> Response:
    """A QR code as SVG, black on white whatever the look of the page: phones read that best."""
    out = io.BytesIO()
    segno.make(words, error="m").save(
        out, kind="svg", scale=5, border=2, dark="#000000", light="#ffffff", xmldecl=False
    )
    return Response(
        out.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"}
    )
