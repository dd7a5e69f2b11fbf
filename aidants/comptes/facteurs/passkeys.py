"""Passkeys (WebAuthn Level 3): what is asked of the browser, and what it answers.

The ceremonies are django-otp-webauthn's over py_webauthn; ours are the relying party (from ISSUER, never from the
request's Host), user verification at every ceremony, challenges that serve once for one purpose, and the journal.
"""

import json
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn import base64url_to_bytes, verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs.codes import FactorGiven
from aidants.comptes.models import Compte
from aidants.comptes.sessions.store import SessionStore
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import PASSKEY_NOT_ADDED, PASSKEY_REFUSED
from aidants.domain.events import PASSKEY_COPIED, SECOND_FACTOR
from aidants.domain.events import SECOND_FACTOR_REFUSED as REFUSED_EVENT
from aidants.domain.facteurs import Famille
from aidants.journal.record import record

CHALLENGE_SECONDS = 5 * 60
_STATE = "passkey_challenge"
_ENROL, _SIGN_IN = "enrol", "sign_in"
# What a browser sends that is not an answer to our question; none of it reaches the person's page.
_UNREADABLE = (WebAuthnException, OTPWebAuthnApiError, ValueError, KeyError, TypeError, RecursionError)


class Ceremonie(WebAuthnHelper):
    """The ceremonies with our relying party, user verification always required, credentials always discoverable."""

    def get_relying_party_domain(self) -> str:
        return urlsplit(settings.ISSUER).hostname or "localhost"

    def get_relying_party_name(self) -> str:
        return str(settings.SERVICE_NAME)

    def get_allowed_origins(self) -> list[str]:
        return [settings.ISSUER]

    def get_credential_display_name(self, user: Any) -> str:
        return f"{user.full_name}"

    def get_generate_registration_options_kwargs(self, *, user: Any) -> dict[str, Any]:
        asked: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        asked["authenticator_selection"] = AuthenticatorSelectionCriteria(
            user_verification=UserVerificationRequirement.REQUIRED, resident_key=ResidentKeyRequirement.REQUIRED
        )
        return asked


def ask_to_enrol(request: HttpRequest, compte: Compte, now: datetime) -> dict[str, Any]:
    """Return the creation options for a new passkey of ``compte`` and remember their challenge."""
    options, state = Ceremonie(request).register_begin(compte)
    _remember(request.session, state, f"{_ENROL}:{compte.pk}", now)
    return dict(options)


def ask_to_sign_in(request: HttpRequest, compte: Compte | None, now: datetime) -> dict[str, Any]:
    """Return the request options: any passkey of ours for a stranger, the person's own when ``compte`` is known."""
    options, state = Ceremonie(request).authenticate_begin(compte, require_user_verification=True)
    _remember(request.session, state, f"{_SIGN_IN}:{compte.pk if compte else ''}", now)
    return dict(options)


def enrol(request: HttpRequest, compte: Compte, answer: str, name: str, now: datetime) -> WebAuthnCredential | Denied:
    """Keep the passkey that the browser made for ``compte``; the caller writes the journal and the notice."""
    state = _recall(cast("SessionStore", request.session), f"{_ENROL}:{compte.pk}", now)
    if state is None:
        return Denied(PASSKEY_NOT_ADDED)
    try:
        with transaction.atomic():
            made: WebAuthnCredential = Ceremonie(request).register_complete(compte, state, json.loads(answer))
            made.name = name
            made.save(update_fields=("name",))
    except (*_UNREADABLE, IntegrityError):
        return Denied(PASSKEY_NOT_ADDED)
    return made


def verify(
    request: HttpRequest, compte: Compte | None, answer: str, now: datetime, acteur: Acteur | None = None
) -> FactorGiven | Denied:
    """Check an assertion: right key, our origin and relying party, person verified, counter not gone back.

    ``compte`` is the signed-in person, or ``None`` for who signs in by passkey alone.  The refusal of a known person
    is journaled here, a stranger's is counted by the caller.
    """
    state = _recall(cast("SessionStore", request.session), f"{_SIGN_IN}:{compte.pk if compte else ''}", now)
    given = _read(answer)
    if state is None or given is None:
        return _refuse(compte, acteur, now)
    with transaction.atomic():
        # Locked, so that of two answers with one counter the second meets the first's.
        device = _locked_device(given)
        if device is None or not (device.confirmed and device.user.is_active):
            return _refuse(compte, acteur, now)
        try:
            device = Ceremonie(request).authenticate_complete(compte, state, given)
        except _UNREADABLE:
            return _refuse_counter(device, now) if _went_back(device, state, given) else _refuse(compte, acteur, now)
        who = acteur or Acteur(Kind.COMPTE, device.user_id)
        record(SECOND_FACTOR, acteur=who, at=now, subject=device.user_id, facts={"factor": Famille.CLE.value})
    return FactorGiven(device, Famille.CLE)


def _read(answer: str) -> dict[str, Any] | None:
    """Return what the browser sent, when it has an assertion's shape."""
    try:
        given = json.loads(answer)
        parse_authentication_credential_json(given)
    except _UNREADABLE:
        return None
    return dict(given)


def _locked_device(given: dict[str, Any]) -> WebAuthnCredential | None:
    digest = WebAuthnCredential.get_credential_id_sha256(base64url_to_bytes(given["rawId"]))
    rows = WebAuthnCredential.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    found: WebAuthnCredential | None = rows.filter(credential_id_sha256=digest).first()
    return found


def _went_back(device: WebAuthnCredential, state: dict[str, Any], given: dict[str, Any]) -> bool:
    """Tell whether all is right but the counter: two authenticators hold this key (WebAuthn §6.1.1)."""
    try:
        verify_authentication_response(
            credential=parse_authentication_credential_json(given),
            expected_challenge=base64url_to_bytes(state["challenge"]),
            expected_rp_id=urlsplit(settings.ISSUER).hostname or "",
            expected_origin=[settings.ISSUER],
            credential_public_key=bytes(device.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return False
    return True


def _refuse_counter(device: WebAuthnCredential, now: datetime) -> Denied:
    """Refuse a copied key, and tell its owner: the holder of the copy has the key itself."""
    owner = Acteur(Kind.COMPTE, device.user_id)
    record(PASSKEY_COPIED, acteur=owner, at=now, subject=device.user_id)
    tell(device.user, Avis.CLE_COPIEE, now, factor_name=device.name)
    return Denied(PASSKEY_REFUSED)


def _refuse(compte: Compte | None, acteur: Acteur | None, now: datetime) -> Denied:
    if compte is not None:
        who = acteur or Acteur(Kind.COMPTE, compte.pk)
        with transaction.atomic():
            record(REFUSED_EVENT, acteur=who, at=now, subject=compte.pk, facts={"factor": Famille.CLE.value})
    return Denied(PASSKEY_REFUSED)


def _remember(session: SessionBase, state: dict[str, Any], purpose: str, now: datetime) -> None:
    session[_STATE] = {**state, "purpose": purpose, "until": int(now.timestamp()) + CHALLENGE_SECONDS}


def _recall(session: SessionStore, purpose: str, now: datetime) -> dict[str, Any] | None:
    """Return the state of this purpose's challenge and forget it, whatever comes of it: it serves once."""
    state = session.take(_STATE) if _STATE in session else None
    if state is None or state["purpose"] != purpose or now.timestamp() > state["until"]:
        return None
    return dict(state)
