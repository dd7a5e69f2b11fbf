"""Default deny: who may open a page at all."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django_otp.middleware import is_verified

from aidants.comptes import closings, kept, second_factor
from aidants.comptes.browsers import leave_cookie

# The doors by which somebody whose session is no more comes back.
_DOORS = ("aidants:home", "aidants:sign_in")
# Where an idle session gives its second factor again.
_ASKING_AGAIN = ("aidants:second_factor", "aidants:passkey_options")

GetResponse = Callable[[HttpRequest], HttpResponse]


class DefaultDenyMiddleware:
    """Lets a request pass when its route is public or its session holds a fresh second factor.

    Anything else is sent to the sign-in page (or to the second factor alone
    after 15 idle minutes, and before an act that asks for one of late) and
    comes back to where it was going.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on; the decision waits for the route to be known.

        What only a signed-in person may see is left in no cache: desks are shared.
        """
        response = self.get_response(request)
        leave_cookie(request, response)
        if not _is_public(request):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Refuse, or return ``None`` to let the view answer."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        public = _is_public(request)
        if (not public or route in _DOORS) and _is_led_out(request, route):
            return redirect(closings.lead_out(request.session, request.get_full_path()))
        if public:
            return None
        verified = request.user.is_authenticated and is_verified(request.user)
        if not verified:
            return _send_to("aidants:sign_in", request)
        now = timezone.now()
        asks_again = route in _ASKING_AGAIN
        of_late = _asks_of_late(request, route)
        again = second_factor.is_idle(request.session, now) or (of_late and second_factor.is_old(request.session, now))
        if again and not asks_again:
            kept.keep(request, view, now, whole=of_late)
            return _send_to("aidants:second_factor", request)
        if not asks_again and _is_act(request):
            second_factor.touch(request.session, now)
        return None


def _is_public(request: HttpRequest) -> bool:
    """Tell whether the route found stands on the one list; no route (404) tells nothing to anybody."""
    return request.resolver_match is None or request.resolver_match.view_name in settings.PUBLIC_ROUTES


def _is_led_out(request: HttpRequest, route: str) -> bool:
    """Tell whether this page gives way to what its browser owes since its session was closed from elsewhere.

    A script's call is no page; and the bridge waits: FranceConnect's session is the one that it came from.
    """
    if request.method != "GET" or not _is_act(request) or not closings.is_due(request.session):
        return False
    return not _is_bridge(route) and not _leads_to_bridge(request.GET.get("next", ""))


def _is_act(request: HttpRequest) -> bool:
    """Tell whether somebody did something: opened a page, sent a form.  What an open page asks by itself is no act."""
    return request.method == "POST" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _leads_to_bridge(way: str) -> bool:
    try:
        return _is_bridge(resolve(urlsplit(way).path).view_name)
    except (Resolver404, ValueError):
        return False


def _is_bridge(route: str) -> bool:
    return route.startswith("oidc:")


def _asks_of_late(request: HttpRequest, route: str) -> bool:
    """Tell whether the act asks for a factor of the last minutes, as one that no list names does."""
    return request.method == "POST" and route not in settings.SETTLED_ROUTES


def _way_back(request: HttpRequest) -> str:
    """Return where the person was going; a POST comes back to the page it was sent from, not to its act."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    return sent_from.path if sent_from.netloc == request.get_host() else ""


def _send_to(route: str, request: HttpRequest) -> HttpResponse:
    """Redirect to ``route`` with the way back."""
    back = _way_back(request)
    query = "?" + urlencode({"next": back}) if back and back != "/" else ""
    return redirect(reverse(route) + query)
