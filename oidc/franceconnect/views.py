"""The four addresses of a sign-in at FranceConnect.  Each view reads, asks, and says where to go."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from aidants.comptes import closings
from aidants.comptes.address import client_network
from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import Denied
from aidants.domain.errors import CATALOGUE, TRIES_THROTTLED, ErrorCode
from aidants.domain.roles import Role
from aidants.journal.told import because
from aidants.pages.refusals import warn
from aidants.structures.acting import acteur_of
from mandats.droits.rapprochements import propose_merge
from mandats.pages.usager import session as usager_session
from mandats.registre.models import Brouillon, Usager
from mandats.registre.services import brouillons
from oidc.franceconnect import errors, logins, sign_in, telephones
from oidc.franceconnect.models import FranceConnectLogin

_PROBLEM = "franceconnect_problem"
_LAST_PERSON = "franceconnect_last_person"
_SAME_PERSON = (
    "C’est la même personne que pour le mandat préparé juste avant à ce poste. "
    "Demandez-lui de lire son nom avant de continuer."
)
_LEFT_OPEN = (
    "La session FranceConnect de la personne est peut-être restée ouverte : "
    "fermez toutes les fenêtres du navigateur avant de continuer."
)


@never_cache
@require_POST
def start_brouillon(request: HttpRequest, brouillon_id: UUID) -> HttpResponse:
    """Send the usager to FranceConnect to identify themselves for a brouillon of this structure."""
    acteur = acteur_of(request)
    mine = Brouillon.objects.filter(pk=brouillon_id, structure=acteur.structure_id, signed_as__isnull=True)
    brouillon = mine.only("card_read_at").first() if acteur.role == Role.AIDANT else None
    if brouillon is None:
        raise Http404
    if brouillon.card_read_at is None:
        return redirect("mandats:brouillon_card", brouillon_id)
    opened = logins.open_login(
        request.session,
        purpose=logins.BROUILLON,
        acteur=acteur,
        brouillon_id=brouillon_id,
        now=timezone.now(),
    )
    return _leave(request, sign_in.authorize_address(opened, sign_in.deadline()), brouillon_id)


@never_cache
@require_POST
def start_usager(request: HttpRequest) -> HttpResponse:
    """Send a person to FranceConnect to open their own page; not from where return after return held nothing."""
    if logins.is_slowed(client_network(request), timezone.now()):
        return _leave(request, Denied(TRIES_THROTTLED), None)
    opened = logins.open_login(
        request.session, purpose=logins.USAGER, acteur=ANONYME, brouillon_id=None, now=timezone.now()
    )
    return _leave(request, sign_in.authorize_address(opened, sign_in.deadline()), None)


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take the person back from FranceConnect, once, in the browser that left; then close its session."""
    login = logins.find_login(request.GET.get("state", ""), request.session)
    if isinstance(login, Denied):
        return _stranger(request, login)
    lost = logins.claim(login, timezone.now())
    if lost is not None and lost.reason == errors.REPLAYED:
        return _problem(request, lost.reason, login)
    exchange = _exchange(request, login, lost)
    refused = exchange.answer if isinstance(exchange.answer, Denied) else _accept(request, login, exchange.answer)
    if login.lien_id and refused is not None:
        telephones.end_by_id(login.lien_id, refused.reason.code, timezone.now())
    if login.purpose == logins.USAGER and refused is not None and refused.reason == errors.STATEMENT_REFUSED:
        logins.count_empty(client_network(request), timezone.now())
    closing = logins.conclude(login, refused, timezone.now())
    if not exchange.id_token:
        return _return(request, login, left_open="code" in request.GET)
    address = _owed(request, sign_in.closing_address(exchange.id_token, closing))
    return _slow_page(request, address) if exchange.slow else redirect(address)


@never_cache
@require_GET
def logout_return(request: HttpRequest) -> HttpResponse:
    """FranceConnect's session is closed: go back to what was being done, or on, for who has signed out."""
    if onwards := closings.onwards(request.session):
        return redirect(onwards)
    closings.settle(request.session, closings.FRANCECONNECT)
    login = logins.closed(request.GET.get("state", ""), request.session, timezone.now())
    if login is not None:
        return _return(request, login)
    problem = CATALOGUE.get(request.session.pop(_PROBLEM, ""), errors.STATE_UNKNOWN)
    return _problem(request, problem, None)


def _exchange(request: HttpRequest, login: FranceConnectLogin, lost: Denied | None) -> sign_in.Exchange:
    """Return what the query of the return gives; a login that expired only gets its session closed."""
    code, within = request.GET.get("code", ""), sign_in.deadline()
    if lost is not None:
        return sign_in.Exchange(lost, sign_in.hint_for(code, within) if code else "")
    if not code:
        return sign_in.Exchange(Denied(errors.REFUSED_BY_PERSON))
    return sign_in.identity_for(code, request.GET.get("iss"), login.nonce_digest, timezone.now(), within)


def _accept(request: HttpRequest, login: FranceConnectLogin, found: sign_in.Identified) -> Denied | None:
    """Hand the identity on: to the brouillon, or to the usager's own page.  ``None``: taken.

    Somebody known under another ``sub`` is noted for two persons to decide, and sees nothing more until then.
    """
    propose_merge(found.identite, way=login.purpose, now=timezone.now())
    if login.lien_id:
        return telephones.identify(login, found.identite, found.preuve, timezone.now())
    if login.brouillon_id:
        acteur = logins.acteur_of_login(login)
        answer = brouillons.identify(login.brouillon_id, found.identite, found.preuve, acteur, timezone.now())
        if isinstance(answer, Denied):
            return answer
        warn_of_same_person(request, str(login.brouillon_id), found.identite.sub_digest)
        return None
    usager = Usager.objects.filter(sub_digest=found.identite.sub_digest).first()
    if usager is None:
        return Denied(errors.NO_MANDAT)
    binding = logins.binding_of(request.session)
    usager_session.enter_by_franceconnect(request, usager.id, timezone.now())
    logins.restore_binding(request.session, binding)
    return None


def warn_of_same_person(request: HttpRequest, brouillon_id: str, sub_digest: str) -> None:
    """Ask when this desk's last usager comes again: somebody may have sat down in their session (DOMAIN §3.5)."""
    before = request.session.get(_LAST_PERSON, ("", ""))
    if sub_digest == before[1] and brouillon_id != before[0]:
        messages.warning(request, _SAME_PERSON)
    request.session[_LAST_PERSON] = (brouillon_id, sub_digest)


def _leave(request: HttpRequest, address: str | Denied, brouillon_id: UUID | None) -> HttpResponse:
    """Answer a POST with a page that leaves by itself: browsers apply ``form-action`` to redirections too."""
    if isinstance(address, Denied):
        warn(request, address, level=messages.ERROR)
        return _back(brouillon_id)
    return render(request, "franceconnect/leave.html", {"address": address, "slow": False})


def _slow_page(request: HttpRequest, address: str) -> HttpResponse:
    """Say at once that FranceConnect was too slow, while the browser goes and closes its session."""
    return render(request, "franceconnect/leave.html", {"address": address, "slow": True}, status=503)


def _stranger(request: HttpRequest, refused: Denied) -> HttpResponse:
    """Answer a return that no login of this browser explains; close the session that it may have left open."""
    logins.count_stranger(refused, "inconnu", "retour", timezone.now())
    hint = _hint_for_stranger(request, refused)
    if not hint:
        return _problem(request, refused.reason, None)
    request.session[_PROBLEM] = refused.reason.code
    return redirect(_owed(request, sign_in.closing_address(hint, logins.digest(hint))))


def _hint_for_stranger(request: HttpRequest, refused: Denied) -> str:
    """Ask FranceConnect for what closes its session, for who left from here: this browser, or the one of that state.

    Anybody may type this address: nothing is asked for who never left, nor again and again for one network.
    """
    code, now, network = request.GET.get("code", ""), timezone.now(), client_network(request)
    left = refused.reason == errors.OTHER_BROWSER or logins.has_left(request.session)
    if not code or not left or logins.is_slowed(network, now):
        return ""
    logins.count_empty(network, now)
    return sign_in.hint_for_stranger(code)


def _owed(request: HttpRequest, address: str) -> str:
    """Remember ``address`` until the browser is back from it: who signs out before that goes there then."""
    closings.owe(request.session, closings.FRANCECONNECT, address)
    return address


def _problem(request: HttpRequest, problem: ErrorCode, login: FranceConnectLogin | None) -> HttpResponse:
    brouillon_id = login.brouillon_id if login and not login.lien_id else None
    context = {"problem": problem, "brouillon_id": brouillon_id}
    because(request, problem)
    return render(request, "franceconnect/problem.html", context, status=problem.http)


def _return(request: HttpRequest, login: FranceConnectLogin, *, left_open: bool = False) -> HttpResponse:
    """Go back to the brouillon or to the usager's page, with the message of what went wrong."""
    if login.lien_id:
        return telephone_end(request, login.outcome, left_open=left_open)
    if login.outcome:
        messages.error(request, CATALOGUE[login.outcome].message)
        if left_open:
            messages.warning(request, _LEFT_OPEN)
    if login.purpose == logins.USAGER and not login.outcome:
        return redirect("mandats:usager_page")
    return _back(login.brouillon_id)


def telephone_end(request: HttpRequest, outcome: str, *, left_open: bool = False) -> HttpResponse:
    """Tell the usager, on their telephone, how it ended; nothing of it stays there."""
    request.session.flush()
    problem = CATALOGUE.get(outcome)
    context = {"problem": problem, "left_open": left_open}
    return render(request, "franceconnect/telephone_fin.html", context, status=problem.http if problem else 200)


def _back(brouillon_id: UUID | None) -> HttpResponse:
    """Go back to where the sign-in began; to the desk when the brouillon is gone (a minor's leaves no trace)."""
    if brouillon_id is None:
        return redirect("mandats:usager_enter")
    if not Brouillon.objects.filter(pk=brouillon_id).exists():
        return redirect("mandats:desk")
    return redirect("mandats:brouillon_identity", brouillon_id)
