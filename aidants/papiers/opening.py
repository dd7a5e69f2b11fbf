"""Whether a paper that somebody brings opens: a name or a media type proves nothing."""

import io

import pikepdf


def opens_as_pdf(content: bytes) -> bool:
    """Tell whether these bytes are a PDF with a page, by opening it."""
    if not content.startswith(b"%PDF-"):
        return False
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages) > 0
    except (pikepdf.PdfError, ValueError):
        return False
