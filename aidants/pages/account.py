"""One's own account: factors, recovery codes, password, open sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes import passwords, second_factor
from aidants.comptes.enrolment import ENTERING, Why
from aidants.comptes.facteurs import changes, passkeys, secours
from aidants.comptes.facteurs.cartes import pair_card
from aidants.comptes.facteurs.codes import FactorGiven
from aidants.comptes.fonctions import fonctions_of
from aidants.comptes.forms import (
    ApplicationForm,
    CardForm,
    CodeForm,
    NewPassword,
    PasskeyNameForm,
    RenameForm,
    TelephoneProForm,
)
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte, LienProConnect
from aidants.comptes.sessions import open as sessions
from aidants.comptes.telephone import change_telephone
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.pages.back import way_back, way_back_or_home
from aidants.pages.enrol import seed_shown
from aidants.pages.posted import posted
from aidants.pages.refusals import warn

View = Callable[..., HttpResponse]


def _mine(request: HttpRequest) -> tuple[Compte, Acteur]:
    compte = cast("Compte", request.user)
    return compte, Acteur(Kind.COMPTE, compte.pk)


@require_http_methods(["GET", "HEAD"])
def account(request: HttpRequest) -> HttpResponse:
    """Everything that concerns the person themselves, on one page."""
    compte, _ = _mine(request)
    rows = sessions.open_sessions(compte, timezone.now())
    context = {
        "factors": changes.factors_of(compte),
        "codes_left": secours.codes_left(compte),
        "sessions": [(row, sessions.is_current(request.session, row)) for row in rows],
        "has_password": compte.has_usable_password(),
        "proconnect_link": LienProConnect.objects.filter(compte=compte).first(),
        "roles": {held.role for held in fonctions_of(compte.pk)},
    }
    return render(request, "aidants/comptes/account.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask the second factor before one change, then go on to it."""
    _, acteur = _mine(request)
    form, now = CodeForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        second_factor.grant_change(request.session, now)
        return redirect(way_back_or_home(request))
    context = {"form": form, "next": way_back(request)}
    return render(request, "aidants/comptes/confirm.html", context, status=422 if form.errors else 200)


def changing(view: View) -> View:
    """Open a page of change only right after the second factor was given for it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if second_factor.may_change(request.session, timezone.now()):
            return view(request, *args, **kwargs)
        return redirect(reverse("aidants:account_confirm") + "?" + urlencode({"next": request.path}))

    return guarded


def _changed(request: HttpRequest, message: str) -> HttpResponse:
    second_factor.spend_change(request.session)
    messages.success(request, message)
    return redirect("aidants:account")


@require_http_methods(["GET", "HEAD", "POST"])
@changing
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Name a passkey and keep what the browser made."""
    compte, acteur = _mine(request)
    form, status = PasskeyNameForm(posted(request)), 200
    if form.is_valid():
        given = form.cleaned_data
        made = changes.add_passkey(request, compte, given["passkey"], given["name"], acteur, timezone.now())
        if isinstance(made, FactorGiven):
            return _changed(request, "La clé d’accès est enregistrée.")
        form.add_error(None, made.reason.message)
        status = made.reason.http
    return render(request, "aidants/comptes/add_passkey.html", {"form": form}, status=status)


@require_POST
@changing
def add_passkey_options(request: HttpRequest) -> HttpResponse:
    """What to ask of the browser that makes a passkey."""
    return JsonResponse(passkeys.ask_to_enrol(request, _mine(request)[0], timezone.now()))


@sensitive_post_parameters("first_code")
@require_http_methods(["GET", "HEAD", "POST"])
@changing
def add_application(request: HttpRequest) -> HttpResponse:
    """Show a secret as a QR code and as text; keep it once its first code is right."""
    compte, acteur = _mine(request)
    form, status = ApplicationForm(posted(request)), 200
    seed = changes.offered_seed(request.session)
    if form.is_valid():
        given = form.cleaned_data
        made = changes.add_application(compte, seed, given["first_code"], given["name"], acteur, timezone.now())
        if isinstance(made, FactorGiven):
            changes.forget_seed(request.session)
            return _changed(request, "L’application est enregistrée.")
        form.add_error("first_code", made.reason.message)
        status = made.reason.http
    context = {"form": form, **seed_shown(compte, seed)}
    return render(request, "aidants/comptes/add_application.html", context, status=status)


@sensitive_post_parameters("first_code")
@require_http_methods(["GET", "HEAD", "POST"])
@changing
def add_card(request: HttpRequest) -> HttpResponse:
    """Pair the card that the person holds."""
    compte, acteur = _mine(request)
    form, status = CardForm(posted(request)), 200
    if form.is_valid():
        given = form.cleaned_data
        made = pair_card(compte, given["serial"], given["first_code"], acteur, timezone.now())
        if isinstance(made, FactorGiven):
            return _changed(request, "La carte est à vous.")
        form.add_error(None, made.reason.message)
        status = made.reason.http
    return render(request, "aidants/comptes/add_card.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@changing
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make ten codes and show them this once; the page says that the old ones die."""
    compte, acteur = _mine(request)
    codes = secours.make_codes(compte, acteur, timezone.now()) if request.method == "POST" else []
    if codes:
        second_factor.spend_change(request.session)
    entering = request.session.pop(ENTERING, "") if codes else request.session.get(ENTERING, "")
    context = {"codes": codes, "codes_text": "\r\n".join(codes), "entering": bool(entering)}
    context["first_visit"] = bool(entering) and entering != Why.RECUPERATION
    context["codes_left"] = secours.codes_left(compte)
    return render(request, "aidants/comptes/recovery_codes.html", context)


def _factor(compte: Compte, key: str) -> changes.Facteur:
    found = changes.factor_of(compte, key)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def rename_factor(request: HttpRequest, key: str) -> HttpResponse:
    """Call a factor otherwise."""
    compte, acteur = _mine(request)
    facteur = _factor(compte, key)
    form = RenameForm(posted(request), initial={"name": facteur.device.name})
    if form.is_valid():
        changes.rename(compte, facteur, form.cleaned_data["name"], acteur, timezone.now())
        messages.success(request, "Le nom est changé.")
        return redirect("aidants:account")
    context = {"form": form, "factor": facteur}
    return render(request, "aidants/comptes/rename.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@changing
def remove_factor(request: HttpRequest, key: str) -> HttpResponse:
    """Remove a factor, unless it is the last way in."""
    compte, acteur = _mine(request)
    facteur, refusal = _factor(compte, key), None
    if request.method == "POST":
        outcome = changes.remove(compte, facteur, acteur, timezone.now())
        if not isinstance(outcome, Denied):
            return _changed(request, "C’est retiré. Ce moyen n’ouvre plus rien.")
        refusal = outcome.reason
    context = {"factor": facteur, "refusal": refusal}
    return render(request, "aidants/comptes/remove.html", context, status=refusal.http if refusal else 200)


@sensitive_post_parameters("new_password")
@require_http_methods(["GET", "HEAD", "POST"])
@changing
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password, or change it."""
    compte, acteur = _mine(request)
    form, now = NewPassword(posted(request), compte=compte), timezone.now()
    if form.is_valid():
        passwords.change_password(compte, form.cleaned_data["new_password"], acteur, now)
        # The session's signature follows the password (django.contrib.auth).
        update_session_auth_hash(request, compte)
        sessions.close_all(compte, acteur, now, but=request.session)
        return _changed(request, "Le mot de passe est changé. Vos autres sessions sont fermées.")
    status = 422 if form.errors else 200
    return render(request, "aidants/comptes/password.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@changing
def telephone(request: HttpRequest) -> HttpResponse:
    """Give one's professional telephone, change it or take it back."""
    compte, acteur = _mine(request)
    form = TelephoneProForm(posted(request), initial={"telephone": compte.telephone})
    if form.is_valid():
        change_telephone(compte, form.cleaned_data["telephone"], acteur, timezone.now())
        return _changed(request, "Votre téléphone professionnel est à jour.")
    status = 422 if form.errors else 200
    return render(request, "aidants/comptes/telephone.html", {"form": form}, status=status)


@require_POST
@changing
def unlink_proconnect(request: HttpRequest) -> HttpResponse:
    """Part the account from ProConnect."""
    compte, acteur = _mine(request)
    outcome = changes.unlink_proconnect(compte, acteur, timezone.now())
    if isinstance(outcome, Denied):
        warn(request, outcome)
        return redirect("aidants:account")
    return _changed(request, "Votre compte n’est plus relié à ProConnect.")


@require_POST
def close_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close one of one's sessions, somewhere else."""
    compte, acteur = _mine(request)
    if not sessions.close_one(compte, public_id, acteur, timezone.now()):
        raise Http404
    messages.success(request, "Cette session est fermée.")
    return redirect("aidants:account")


@require_POST
def close_other_sessions(request: HttpRequest) -> HttpResponse:
    """Close every session but this one."""
    compte, acteur = _mine(request)
    closed = sessions.close_all(compte, acteur, timezone.now(), but=request.session)
    told = "Toutes vos autres sessions sont fermées." if closed else "Aucune autre session n’était ouverte."
    messages.success(request, told)
    return redirect("aidants:account")
