"""The service's addresses, with refusals in a word."""

from django.http import HttpRequest, HttpResponse

from deploy.urls import urlpatterns

__all__ = ["urlpatterns"]


def _forbidden(request: HttpRequest, exception: object) -> HttpResponse:
    return HttpResponse("403", status=403)


def _not_found(request: HttpRequest, exception: object) -> HttpResponse:
    return HttpResponse("404", status=404)


handler403, handler404 = _forbidden, _not_found
