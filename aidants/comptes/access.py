"""Default deny: who may open a page at all."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_otp.middleware import is_verified

from aidants.comptes import second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]


class DefaultDenyMiddleware:
    """Lets a request pass when its route is public or its session holds a fresh second factor.

    Anything else is sent to the sign-in page (or to the second factor alone
    after 15 idle minutes) and comes back to where it was going.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on; the decision waits for the route to be known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Refuse, or return ``None`` to let the view answer."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in settings.PUBLIC_ROUTES:
            return None
        verified = request.user.is_authenticated and is_verified(request.user)
        if not verified:
            return _send_to("aidants:sign_in", request)
        now = timezone.now()
        if second_factor.is_idle(request.session, now) and route != "aidants:second_factor":
            return _send_to("aidants:second_factor", request)
        if route != "aidants:second_factor":
            second_factor.touch(request.session, now)
        return None


def _send_to(route: str, request: HttpRequest) -> HttpResponse:
    """Redirect to ``route`` with the way back; a POST comes back to its page, not to its act."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    query = "?" + urlencode({"next": back}) if back and back != "/" else ""
    return redirect(reverse(route) + query)
