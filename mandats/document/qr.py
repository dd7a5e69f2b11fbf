"""The QR code of the mandat, as an SVG image that survives a photocopy at 300 dpi."""

import io
from typing import Final

import segno

LARGEST_VERSION: Final = 25
_LEVEL: Final = "Q"
_QUIET_ZONE: Final = 4


class QrTooDense(ValueError):
    """The text needs more modules than a printed square still shows (version > 25)."""


def qr_svg(text: str) -> str:
    """Return ``text`` as an SVG QR code, level Q, quiet zone of four modules (ISO/IEC 18004).

    Raises :class:`QrTooDense`.
    """
    code = segno.make_qr(text, error=_LEVEL, boost_error=False)
    if int(code.version) > LARGEST_VERSION:
        raise QrTooDense(f"version {code.version}")
    image = io.BytesIO()
    code.save(image, kind="svg", border=_QUIET_ZONE, xmldecl=False, light="#fff")
    return image.getvalue().decode()


def screen_qr(text: str) -> str:
    """Return ``text`` as an SVG QR code that takes the width of its place on a screen (level M)."""
    image = io.BytesIO()
    segno.make_qr(text, error="m").save(
        image, kind="svg", border=_QUIET_ZONE, xmldecl=False, light="#fff", omitsize=True
    )
    return image.getvalue().decode()
