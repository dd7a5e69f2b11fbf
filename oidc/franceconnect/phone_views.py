"""FranceConnect on the usager's own telephone: what the desk's screen shows, and what the telephone does."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import CATALOGUE, ErrorCode
from aidants.domain.roles import Role
from aidants.structures.acting import acteur_of
from aidants.structures.models import Structure
from mandats.document.qr import screen_qr
from mandats.document.textes.filling import bare_address
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from oidc.franceconnect import errors, logins, sign_in, telephones
from oidc.franceconnect.models import LienTelephone
from oidc.franceconnect.views import warn_of_same_person

_WORDS = {
    "annule": "Vous avez annulé. Rien n’a été changé.",
    "nombre": "Le nombre choisi sur le téléphone n’était pas celui-ci : tout est arrêté, rien n’a été changé.",
    "expire": "Le temps est écoulé. Rien n’a été changé.",
    "aucun": "Aucun téléphone n’est attendu.",
}


def _mine(request: HttpRequest, brouillon_id: UUID) -> tuple[Acteur, Brouillon | None]:
    """Return who acts, and the brouillon if it is one of their structure's; 404 for who is no aidant."""
    acteur = acteur_of(request)
    if acteur.role != Role.AIDANT:
        raise Http404
    mine = Brouillon.objects.filter(pk=brouillon_id, structure=acteur.structure_id, signed_as__isnull=True)
    return acteur, mine.first()


@never_cache
@require_POST
def start(request: HttpRequest, brouillon_id: UUID) -> HttpResponse:
    """Open a link; the page that shows it follows."""
    acteur, brouillon = _mine(request, brouillon_id)
    if brouillon is None:
        raise Http404
    if brouillon.card_read_at is None:
        return redirect("mandats:brouillon_card", brouillon_id)
    if telephones.open_link(brouillon_id, acteur, timezone.now()) is None:
        raise Http404
    return redirect("oidc:fc_phone_wait", brouillon_id)


@never_cache
@require_safe
def wait(request: HttpRequest, brouillon_id: UUID) -> HttpResponse:
    """Show the code and the number while they serve; then go on, or say what happened."""
    acteur, brouillon = _mine(request, brouillon_id)
    lien = telephones.latest_link(brouillon_id, acteur.structure_id)
    if lien is None:
        raise Http404
    word = telephones.word_of(lien, timezone.now())
    if word in ("ouvert", "pris", "parti") and brouillon is not None:
        return _waiting(request, lien, word)
    if brouillon is None:
        messages.error(request, _said(word))
        return redirect("mandats:desk")
    if word == telephones.IDENTIFIED:
        identite = identity_of(brouillon)
        if identite is not None:
            warn_of_same_person(request, str(brouillon_id), identite.sub_digest)
    else:
        messages.warning(request, _said(word))
    return redirect("mandats:brouillon_identity", brouillon_id)


def _said(word: str) -> str:
    refusal = CATALOGUE.get(word)
    return refusal.message if refusal else _WORDS.get(word, "")


def _waiting(request: HttpRequest, lien: LienTelephone, word: str) -> HttpResponse:
    code = telephones.code_of(lien)
    address = f"{settings.ISSUER}/telephone"
    context = {
        "brouillon_id": lien.brouillon_id,
        "word": word,
        "number": lien.number,
        "code": telephones.grouped(code) if code else "",
        "qr": screen_qr(f"{address}#{code}") if code else "",
        "address": bare_address(address),
    }
    return render(request, "franceconnect/telephone_poste.html", context)


@never_cache
@require_safe
def state(request: HttpRequest, brouillon_id: UUID) -> HttpResponse:
    """Tell in one word how the link stands; the desk's page asks it."""
    acteur, _ = _mine(request, brouillon_id)
    lien = telephones.latest_link(brouillon_id, acteur.structure_id)
    if lien is None:
        raise Http404
    return HttpResponse(telephones.word_of(lien, timezone.now()), content_type="text/plain; charset=utf-8")


@never_cache
@require_POST
def cancel(request: HttpRequest, brouillon_id: UUID) -> HttpResponse:
    """The desk gives up: the telephone will be told, and changes nothing."""
    acteur, brouillon = _mine(request, brouillon_id)
    lien = telephones.latest_link(brouillon_id, acteur.structure_id)
    if lien is None:
        raise Http404
    telephones.end_by_id(lien.id, telephones.CANCELLED, timezone.now())
    return redirect("oidc:fc_phone_wait", brouillon_id) if brouillon else redirect("mandats:desk")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """On the telephone: the code, filled from the QR code or typed."""
    if request.user.is_authenticated:
        return _refused(request, errors.PHONE_IS_THE_DESK)
    if request.method != "POST":
        return render(request, "franceconnect/telephone.html")
    found = telephones.take(request.POST.get("code", ""), request.session, timezone.now())
    if isinstance(found, Denied):
        logins.count_stranger(found, "telephone", "telephone", timezone.now())
        return _refused(request, found.reason)
    return redirect("oidc:fc_phone_number")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest) -> HttpResponse:
    """On the telephone: who asks, and which number the desk shows; then FranceConnect."""
    lien = telephones.taken_by(request.session, timezone.now())
    if isinstance(lien, Denied):
        return _refused(request, lien.reason)
    if request.method != "POST":
        return render(request, "franceconnect/telephone_nombre.html", _asked(lien))
    wrong = None if lien.matched_at else telephones.match(lien.id, request.POST.get("number", ""), timezone.now())
    if wrong is not None:
        return _refused(request, wrong.reason)
    opened = logins.open_login(
        request.session,
        purpose=logins.BROUILLON,
        acteur=telephones.acteur_of_link(lien),
        brouillon_id=lien.brouillon_id,
        now=timezone.now(),
        lien_id=lien.id,
    )
    address = sign_in.authorize_address(opened, sign_in.deadline())
    if isinstance(address, Denied):
        lien.refresh_from_db()
        context = _asked(lien) | {"problem": address.reason}
        return render(request, "franceconnect/telephone_nombre.html", context, status=address.reason.http)
    return render(request, "franceconnect/leave.html", {"address": address, "slow": False})


def _asked(lien: LienTelephone) -> dict[str, object]:
    """Return who asks and for which structure, named on the telephone too."""
    return {
        "structure": Structure.objects.get(pk=lien.structure_id),
        "aidant": Compte.objects.get(pk=lien.compte_id),
        "choices": lien.choices,
        "matched": lien.matched_at is not None,
    }


def _refused(request: HttpRequest, problem: ErrorCode) -> HttpResponse:
    return render(request, "franceconnect/telephone.html", {"problem": problem}, status=problem.http)
