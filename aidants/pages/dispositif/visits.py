"""A browser that opened one dossier, or one profile, by its link: what it may see without an account, and how long."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from aidants.comptes.address import client_network
from aidants.comptes.forms import EmailForm, LinkCodeForm
from aidants.dispositif.models import Candidat, Candidature
from aidants.domain.dispositif.delais import VISIT_LIFE
from aidants.domain.dispositif.errors import LINK_GONE, LINKS_TOO_MANY
from aidants.domain.dispositif.events import DOSSIER_LINK_REFUSED
from aidants.journal.limits import Limit, count_failure, limit, throttled
from aidants.pages.posted import posted

DOSSIER, PROFILE = "dossier_ouvert", "profil_ouvert"
_HOUR = timedelta(hours=1)
_REQUESTS = 20
View = Callable[..., HttpResponse]


def begin_visit(request: HttpRequest, kind: str, opened: UUID, now: datetime) -> None:
    """Let this browser go on with what a link opened, under a new session key."""
    request.session.cycle_key()
    request.session[kind] = [str(opened), int((now + VISIT_LIFE).timestamp())]


def end_visit(request: HttpRequest, kind: str) -> None:
    """Forget what this browser had opened: desks are shared."""
    request.session.pop(kind, None)


def _visited(request: HttpRequest, kind: str, now: datetime) -> str | None:
    opened, until = request.session.get(kind) or (None, 0)
    return opened if until > now.timestamp() else None


def with_dossier(view: View) -> View:
    """Hand the dossier opened in this browser to the view; who has opened none asks for a link."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        opened = _visited(request, DOSSIER, timezone.now())
        dossier = Candidature.objects.filter(pk=opened).first() if opened else None
        return view(request, dossier, *args, **kwargs) if dossier else redirect("aidants:candidature")

    return guarded


def with_profile(view: View) -> View:
    """Hand the profile opened in this browser to the view; who has opened none asks for a link."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        opened = _visited(request, PROFILE, timezone.now())
        profile = Candidat.objects.defer("cv").filter(pk=opened).first() if opened else None
        return view(request, profile, *args, **kwargs) if profile else redirect("aidants:vivier")

    return guarded


def _limits(request: HttpRequest) -> list[Limit]:
    """Twenty messages or wrong codes an hour from one address: nobody's mailbox is filled, no code is guessed."""
    return [limit("adresse", f"dossier {client_network(request)}", _REQUESTS, _HOUR, _HOUR)]


def too_many(request: HttpRequest, now: datetime) -> bool:
    """Tell whether this address asked or guessed too often."""
    return throttled(DOSSIER_LINK_REFUSED, _limits(request), now) is not None


def count_request(request: HttpRequest, now: datetime) -> None:
    """Count one message asked for, or one wrong code."""
    count_failure(DOSSIER_LINK_REFUSED, _limits(request), now)


def ask_for_link(
    request: HttpRequest, send: Callable[[str, datetime], None], template: str, **more: Any
) -> HttpResponse:
    """Take an address and send it a link; the answer never tells whether the address was known.

    ``send`` posts the message; ``more`` is what the page shows besides the form.
    """
    form, now, status = EmailForm(posted(request)), timezone.now(), 200
    slowed = form.is_valid() and too_many(request, now)
    sent = form.is_valid() and not slowed
    if slowed:
        form.add_error(None, LINKS_TOO_MANY.message)
        status = LINKS_TOO_MANY.http
    elif sent:
        count_request(request, now)
        send(form.cleaned_data["email"], now)
    elif form.errors:
        status = 422
    return render(request, template, {"form": form, "sent": sent, **more}, status=status)


def enter_by_link(
    request: HttpRequest, kind: str, spend: Callable[[str, datetime], UUID | None], *, title: str, again: str, then: str
) -> HttpResponse:
    """Take a link's code, which a script read in the fragment; only this POST spends it.

    ``spend`` gives what the code opened, ``None`` for one that opens nothing; ``again`` is the route of who asks for
    another link, ``then`` that of what was opened.
    """
    form, now, status = LinkCodeForm(posted(request)), timezone.now(), 200
    if form.is_valid():
        opened = None if too_many(request, now) else spend(form.cleaned_data["code"], now)
        if opened is not None:
            begin_visit(request, kind, opened, now)
            return redirect(then)
        count_request(request, now)
        form.add_error(None, LINK_GONE.message)
        status = LINK_GONE.http
    context = {"form": form, "title": title, "again": again}
    return render(request, "aidants/dispositif/enter.html", context, status=status)
