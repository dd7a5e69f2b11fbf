"""Opening and closing a session: by passkey alone, or by e-mail, password and code, all three or nothing.

Owns the one generic refusal and its count.  Never says which of the three was
wrong, nor whether the account exists: Django runs the hasher for unknown
addresses too.
"""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest

from aidants.comptes import backend, closings
from aidants.comptes.address import client_network
from aidants.comptes.browsers import device_label, note_browser
from aidants.comptes.facteurs import passkeys
from aidants.comptes.facteurs.codes import FactorGiven, verify_code
from aidants.comptes.models import Compte
from aidants.comptes.second_factor import mark_verified
from aidants.comptes.sessions.store import BROWSER, DEVICE, OPENED_AT, PUBLIC_ID
from aidants.domain import errors, events
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.limits import Limit, count_failure, limit, throttled
from aidants.journal.record import record

# One address that tries many accounts.  Forty in ten minutes: a large structure behind one address, on a bad Monday.
_ADDRESS_TRIES, _ADDRESS_WINDOW, _ADDRESS_DELAY = 40, timedelta(minutes=10), timedelta(minutes=5)


def sign_in(request: HttpRequest, *, email: str, password: str, code: str, now: datetime) -> Compte | Denied:
    """Open a session for who gives the three right answers; its key is a new one.

    A right password with a wrong code counts as a failure like any other.  Who gives all three of an account that
    closed because they did not come is told so, and nobody else is.
    """
    if is_slowed(request, now):
        return refuse(request, errors.SIGN_IN_THROTTLED, now)
    credentials = {"email": email.strip().lower(), "password": password}
    compte = authenticate(request, **credentials)
    if not isinstance(compte, Compte):
        return refuse(request, _why(request), now)
    given = verify_code(compte, code, now)
    if isinstance(given, Denied):
        user_login_failed.send(sender=__name__, credentials={"email": credentials["email"]}, request=request)
        return refuse(request, _why(request), now)
    if compte.is_closed_for_absence:
        return refuse(request, errors.CLOSED_FOR_ABSENCE, now)
    open_session(request, compte, given, now)
    return compte


def sign_in_by_passkey(request: HttpRequest, answer: str, now: datetime) -> Compte | Denied:
    """Open a session for who holds one of our passkeys and was verified by their device: nothing else is asked."""
    given = passkeys.verify(request, None, answer, now)
    if isinstance(given, Denied):
        return refuse(request, given.reason, now)
    compte = Compte.objects.get(pk=given.device.user_id)
    open_session(request, compte, given, now)
    return compte


def open_session(request: HttpRequest, compte: Compte, given: FactorGiven, now: datetime) -> None:
    """Open a session under a new key, fixed to the device that gave the second factor."""
    with transaction.atomic():
        login(request, compte, backend=backend.NAME)
        request.session[OPENED_AT] = int(now.timestamp())
        request.session[PUBLIC_ID] = str(uuid.uuid4())
        request.session[DEVICE] = device_label(request.headers.get("User-Agent", ""))
        mark_verified(request.session, given, now)
        note_browser(request, compte, now)
        acteur = Acteur(Kind.COMPTE, compte.id)
        record(events.SIGN_IN, acteur=acteur, at=now, subject=compte.id, facts={"factor": given.kind.value})


def is_slowed(request: HttpRequest, now: datetime) -> bool:
    """Tell whether the request's address was refused too often: at the sign-in, or with the code of a message."""
    return throttled(events.SIGN_IN_REFUSED, [_address_limit(request)], now) is not None


def _why(request: HttpRequest) -> ErrorCode:
    """Return the generic refusal, or the wait when django-axes slows this address and e-mail down."""
    return errors.SIGN_IN_THROTTLED if getattr(request, "axes_locked_out", False) else errors.SIGN_IN_REFUSED


def _address_limit(request: HttpRequest) -> Limit:
    """Return the allowance of the request's address."""
    return limit("adresse", f"sign_in {client_network(request)}", _ADDRESS_TRIES, _ADDRESS_WINDOW, _ADDRESS_DELAY)


def refuse(request: HttpRequest, reason: ErrorCode, now: datetime) -> Denied:
    """Count the refusal by address; only the first of a minute is journaled."""
    with transaction.atomic():
        if count_failure(events.SIGN_IN_REFUSED, [_address_limit(request)], now):
            record(events.SIGN_IN_REFUSED, acteur=ANONYME, at=now, reason=reason.code)
    return Denied(reason)


def confirm(request: HttpRequest, given: FactorGiven, now: datetime) -> None:
    """Note the second factor given again in an open session, whose key changes."""
    request.session.cycle_key()
    mark_verified(request.session, given, now)


def give_factor(
    request: HttpRequest, compte: Compte, *, code: str, passkey: str, now: datetime, acteur: Acteur | None = None
) -> FactorGiven | Denied:
    """Check what a signed-in person gives: their passkey's answer if there is one, else the code typed."""
    if passkey:
        return passkeys.verify(request, compte, passkey, now, acteur)
    return verify_code(compte, code, now, acteur)


def sign_out(request: HttpRequest, now: datetime, end: str = "", *, to_sign_in_again: bool = False) -> str:
    """Close the session and forget all that it held.

    Who signs in again at once leaves the sites that they opened as they are; else these learn it by the journal.
    Returns where a federation that vouched for somebody in this browser closes its own session too, or an empty
    text; the browser comes back to ``end``.  Without one it goes nowhere, and what is left stays owed.
    """
    compte, left = request.user, closings.owed(request.session)
    if isinstance(compte, Compte):
        facts = {"browser": None if to_sign_in_again else request.session.get(BROWSER)}
        with transaction.atomic():
            record(events.SIGN_OUT, acteur=Acteur(Kind.COMPTE, compte.id), at=now, subject=compte.id, facts=facts)
    logout(request)
    return closings.leave(request.session, left, end)
