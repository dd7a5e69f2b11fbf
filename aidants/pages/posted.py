"""What a request brings to a form."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, even when it is empty, or ``None`` for a page that is only opened."""
    return request.POST if request.method == "POST" else None
