"""Papers as answers: never kept by a browser or a proxy, never run as a page of ours."""

from django.http import HttpResponse


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """Return a PDF that we made ourselves, to be shown and printed."""
    return _answer(content, "application/pdf", f'inline; filename="{name}"')


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Return what somebody else made: saved, never shown inside our pages."""
    return _answer(content, content_type, f'attachment; filename="{name}"')


def _answer(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store", "Pragma": "no-cache"}
    return HttpResponse(content, content_type=content_type, headers=headers)
