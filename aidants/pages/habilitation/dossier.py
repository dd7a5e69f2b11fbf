"""The dossier as the structure writes it, without an account: an address, a link, one page, messages.

A browser holds one dossier, whose link it brought; nothing here is reached by an identifier.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.address import client_network
from aidants.comptes.forms import LinkCodeForm
from aidants.comptes.sign_in import is_slowed, refuse
from aidants.domain.acteur import ANONYME
from aidants.domain.activite import errors, events
from aidants.domain.activite.dossier import ETATS, TO_FILL, Etat
from aidants.domain.decisions import Denied
from aidants.domain.errors import SIGN_IN_THROTTLED
from aidants.domain.telephone import in_french
from aidants.habilitation import dossiers
from aidants.habilitation.forms import AidantRow, DossierForm, StartForm, WordsForm, aidant_rows
from aidants.habilitation.models import Dossier
from aidants.journal.limits import count_failure, limit, throttled
from aidants.pages.posted import posted
from aidants.pages.refusals import warn

_KEY = "dossier"
_HOUR = timedelta(hours=1)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Explain, take an address, and answer the same whether it has a dossier or not."""
    form, now, slowed = StartForm(posted(request)), timezone.now(), None
    sent = form.is_valid()
    if sent:
        limits = [limit("adresse", f"dossier {client_network(request)}", 20, _HOUR, timedelta(minutes=10))]
        slowed = throttled(events.DOSSIER_OPEN, limits, now)
        if slowed is None:
            count_failure(events.DOSSIER_OPEN, limits, now)
            dossiers.send_link(form.cleaned_data["email"], now)
    status = 422 if form.errors else 429 if slowed else 200
    context = {"form": form, "sent": sent and not slowed, "slowed": slowed, "under_way": request.session.get(_KEY)}
    return render(request, "aidants/habilitation/start.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Take the link's code, which a script read in the fragment; it serves once."""
    form, status, now = LinkCodeForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        slowed = is_slowed(request, now)
        found = Denied(SIGN_IN_THROTTLED) if slowed else dossiers.spend_link(form.cleaned_data["code"], now)
        if isinstance(found, Dossier):
            request.session[_KEY] = str(found.id)
            return redirect("aidants:dossier")
        refuse(request, found.reason, now)
        form.add_error(None, found.reason.message)
        status = found.reason.http
    return render(request, "aidants/habilitation/resume.html", {"form": form}, status=status)


View = Callable[[HttpRequest, Dossier], HttpResponse]


def _with_dossier(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Hand this browser's dossier to the view; without one, ask for an address first."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        held = request.session.get(_KEY)
        dossier = Dossier.objects.filter(pk=held).first() if held else None
        return view(request, dossier) if dossier else redirect("aidants:dossier_start")

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_with_dossier
def dossier(request: HttpRequest, mine: Dossier) -> HttpResponse:
    """Fill the dossier, keep it, hand it in; nothing typed is lost when something is wrong."""
    may_fill = Etat(mine.etat) in TO_FILL
    data = posted(request) if may_fill else None
    form, rows = DossierForm(data, initial=_initial(mine)), aidant_rows(data, mine)
    status = 200
    if data is not None:
        good = form.is_valid() & all(row.is_valid() for row in rows)
        verdict = _keep(mine, form, rows) if good else None
        if verdict is not None and not isinstance(verdict, Denied) and "submit" in data:
            verdict = dossiers.submit_dossier(mine.id, timezone.now())
        if isinstance(verdict, Denied):
            form.add_error(None, verdict.reason.message)
            if verdict.reason == errors.DOSSIER_INCOMPLETE:
                _show_missing(form)
        elif verdict is not None:
            return _kept(request, handed_in="submit" in data)
        status = 422
    context = {
        "dossier": mine,
        "etat": ETATS[Etat(mine.etat)],
        "may_fill": may_fill,
        "form": form,
        "rows": rows,
        "rows_wrong": any(row.errors for row in rows if row.is_bound),
        "messages_of": mine.messages.select_related("auteur").order_by("written_at", "id"),
        "words": WordsForm(),
    }
    return render(request, "aidants/habilitation/dossier.html", context, status=status)


def _show_missing(form: DossierForm) -> None:
    for name in [one for one in dossiers.REQUIRED if one in form.fields and not form.cleaned_data.get(one)]:
        form.add_error(name, "À remplir avant de déposer.")


def _initial(mine: Dossier) -> dict[str, Any]:
    told = {name: getattr(mine, name) for name in DossierForm.base_fields}
    return told | {"telephone": in_french(mine.telephone)}


def _keep(mine: Dossier, form: DossierForm, rows: list[AidantRow]) -> Any:
    people = [dict(row.cleaned_data) for row in rows if row.cleaned_data.get("email")]
    once = {row["email"].lower(): row | {"email": row["email"].lower()} for row in people}
    return dossiers.save_dossier(mine.id, form.cleaned_data, list(once.values()))


def _kept(request: HttpRequest, *, handed_in: bool) -> HttpResponse:
    if handed_in:
        messages.success(request, "Le dossier est déposé. L’instructeur vous répond ici ; un courriel vous prévient.")
    else:
        messages.success(request, "C’est gardé. Vous pouvez fermer cette page et revenir par un nouveau lien.")
    return redirect("aidants:dossier")


@require_POST
@_with_dossier
def message(request: HttpRequest, mine: Dossier) -> HttpResponse:
    """Write to the instructeur."""
    form = WordsForm(request.POST)
    if form.is_valid():
        dossiers.write_message(mine.id, form.cleaned_data["text"], ANONYME, timezone.now())
        messages.success(request, "Votre message est parti.")
    else:
        warn(request, "Écrivez votre message avant de l’envoyer.")
    return redirect("aidants:dossier")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the dossier in this browser: the next visitor of a shared computer sees nothing."""
    request.session.pop(_KEY, None)
    messages.success(request, "Le dossier est fermé sur cet ordinateur. Un lien vous y ramènera.")
    return redirect("aidants:dossier_start")
