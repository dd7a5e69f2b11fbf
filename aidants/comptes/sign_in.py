"""Opening and closing a session: e-mail, password and code, all three or nothing.

Owns the one generic refusal and its count.  Never says which of the three was
wrong, nor whether the account exists: Django runs the hasher for unknown
addresses too.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest

from aidants.comptes.address import client_address
from aidants.comptes.models import Compte
from aidants.comptes.second_factor import mark_verified, verify_code
from aidants.domain import errors, events
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.vault import keyed_digest
from aidants.journal.record import count_refusal, record


def sign_in(request: HttpRequest, *, email: str, password: str, code: str, now: datetime) -> Compte | Denied:
    """Open a session for who gives the three right answers; its key is a new one.

    A right password with a wrong code counts as a failure like any other.
    """
    credentials = {"email": email.strip().lower(), "password": password}
    compte = authenticate(request, **credentials)
    if not isinstance(compte, Compte):
        return _refuse(request, now)
    if not verify_code(compte, code, now):
        user_login_failed.send(sender=__name__, credentials={"email": credentials["email"]}, request=request)
        return _refuse(request, now)
    login(request, compte)
    mark_verified(request.session, compte, now)
    with transaction.atomic():
        acteur = Acteur(Kind.COMPTE, compte.id)
        record(events.SIGN_IN, acteur=acteur, at=now, subject=compte.id, facts={"factor": "totp"})
    return compte


def _is_locked_out(request: HttpRequest) -> bool:
    """Tell whether django-axes slows this address and e-mail down."""
    return bool(getattr(request, "axes_locked_out", False))


def _refuse(request: HttpRequest, now: datetime) -> Denied:
    """Count the refusal by address; only the first of a minute is journaled."""
    reason = errors.SIGN_IN_THROTTLED if _is_locked_out(request) else errors.SIGN_IN_REFUSED
    bucket = keyed_digest(settings.DIGEST_KEY, "sign_in", client_address(request))
    with transaction.atomic():
        if count_refusal(events.SIGN_IN_REFUSED, bucket=bucket, at=now, reason=reason.code) == 1:
            record(events.SIGN_IN_REFUSED, acteur=ANONYME, at=now, reason=reason.code)
    return Denied(reason)


def confirm_code(request: HttpRequest, compte: Compte, code: str, now: datetime) -> bool:
    """Check the second factor again in an open session; the session's key changes when it is right."""
    if not verify_code(compte, code, now):
        return False
    request.session.cycle_key()
    mark_verified(request.session, compte, now)
    return True


def sign_out(request: HttpRequest, now: datetime) -> None:
    """Close the session and forget all that it held."""
    compte = request.user
    if isinstance(compte, Compte):
        with transaction.atomic():
            record(events.SIGN_OUT, acteur=Acteur(Kind.COMPTE, compte.id), at=now, subject=compte.id)
    logout(request)
