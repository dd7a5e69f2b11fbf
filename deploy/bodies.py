"""How large a request may be: said by its headers, refused before anything of it is read into memory.

A body whose length is not given (chunked) is none for Django, which reads as many bytes as ``Content-Length`` says.
Nothing that is sent is written on a disk: scans hold identities.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve

from aidants.domain.errors import BODY_TOO_LARGE
from aidants.pages.errors import too_large

_PROBLEM = "application/problem+json"


class BoundedBodies:
    """Refuses a body longer than a form's; where a file is sent, longer than a file's (``*_MAX_MEMORY_SIZE``)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, or answer 413 (RFC 9110 §15.5.14): a page to a browser, problem details to all others."""
        length = _length(request)
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        if _takes_files(request):
            if length <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
                return self.get_response(request)
            _discard(request, length)
        if "text/html" in request.headers.get("Accept", ""):
            return too_large(request)
        reason = BODY_TOO_LARGE
        told = {"type": "about:blank", "title": "Content Too Large", "status": reason.http, "detail": reason.message}
        return JsonResponse(told | {"code": reason.code}, status=reason.http, content_type=_PROBLEM)


class FilesWhereAsked(MemoryFileUploadHandler):
    """Keeps files in memory, on the routes whose form has one; elsewhere they are left out unread."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin one file.  Raises ``SkipFile``."""
        route = self.request.resolver_match if self.request else None
        if route is None or route.view_name not in settings.FILE_ROUTES:
            raise SkipFile
        super().new_file(*args, **kwargs)


def _length(request: HttpRequest) -> int:
    """Return how many bytes the body is said to have: what Django will read of it, and no more."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() else 0


def _takes_files(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in settings.FILE_ROUTES
    except Resolver404:
        return False


def _discard(request: HttpRequest, length: int) -> None:
    """Let a photograph that is a little too heavy pass by: a browser reads no answer before it has sent everything."""
    if length <= settings.BODY_DISCARDED_MAX_BYTES:
        while request.read(64 * 1024):
            pass
