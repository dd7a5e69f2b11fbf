"""Where to go after signing in: a page of this site, or the home page."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """Return the ``next`` of the request when it stays on this site, else an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def way_back_or_home(request: HttpRequest) -> str:
    """Return the way back, or the home page's address."""
    return way_back(request) or reverse("aidants:home")
