"""Adding, renaming and removing one's factors: each change is journaled, and told to the person by e-mail."""

import base64
import hmac
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django_otp_webauthn.models import WebAuthnCredential

from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs import passkeys
from aidants.comptes.facteurs.codes import FactorGiven, accepts
from aidants.comptes.facteurs.models import Generateur, JeuDeSecours, new_application
from aidants.comptes.models import Compte, LienProConnect
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import FACTOR_IS_LAST, SECOND_FACTOR_REFUSED, ErrorCode
from aidants.domain.events import (
    FACTOR_ADD,
    FACTOR_REFUSED,
    FACTOR_REMOVE,
    FACTOR_RENAME,
    PROCONNECT_UNLINK,
    PROCONNECT_UNLINK_REFUSED,
)
from aidants.domain.facteurs import Famille, Moyens, opens
from aidants.domain.vault import Unsealable, seal, unseal
from aidants.journal.record import record

SEED_BYTES = 20  # RFC 4226 §4, R6: 160 bits recommended
NAME_LENGTH = 64
_OFFERED = "offered_seed"
LABELS = {
    Famille.CLE: "Clé d’accès",
    Famille.APPLICATION: "Application d’authentification",
    Famille.CARTE: "Carte",
    Famille.SECOURS: "Codes de secours",
}


@dataclass(frozen=True, slots=True)
class Facteur:
    """One factor as its owner sees it; ``key`` names it in addresses (``cle-12``)."""

    device: Any
    kind: Famille

    @property
    def key(self) -> str:
        """What names it in an address; it means nothing to somebody else."""
        return f"{'cle' if self.kind is Famille.CLE else 'code'}-{self.device.pk}"

    @property
    def label(self) -> str:
        """What kind of thing it is, in French."""
        return LABELS[self.kind]


def factors_of(compte: Compte) -> list[Facteur]:
    """Return the person's passkeys and generators, oldest first within a kind."""
    cles = WebAuthnCredential.objects.filter(user=compte, confirmed=True).order_by("id")
    codes = Generateur.objects.filter(user=compte, confirmed=True).select_related("carte").order_by("id")
    return [*(Facteur(row, Famille.CLE) for row in cles), *(Facteur(row, Famille(row.kind)) for row in codes)]


def factor_of(compte: Compte, key: str) -> Facteur | None:
    """Return one of the person's own factors; somebody else's is as unknown as none."""
    return next((facteur for facteur in factors_of(compte) if facteur.key == key), None)


def has_password_or_proconnect(compte: Compte) -> bool:
    """Tell whether a code would have something known beside it."""
    return compte.has_usable_password() or LienProConnect.objects.filter(compte=compte).exists()


def new_seed() -> bytes:
    """Return a fresh secret for an application."""
    return os.urandom(SEED_BYTES)


def seed_text(seed: bytes) -> str:
    """Return the secret as it is typed into an application: base32, without padding (RFC 4648 §6)."""
    return base64.b32encode(seed).decode().rstrip("=")


def seal_seed(seed: bytes) -> str:
    """Return a secret as a session may hold it for some minutes."""
    return base64.b64encode(seal(seed, settings.VAULT_KEYS)).decode()


def unseal_seed(sealed: str) -> bytes:
    """Read what :func:`seal_seed` wrote.  Raises ``Unsealable``."""
    return unseal(base64.b64decode(sealed), settings.VAULT_KEYS)


def offered_seed(session: SessionBase) -> bytes:
    """Return the secret that this session offers to an application, the same until it is kept or forgotten."""
    sealed = session.get(_OFFERED)
    if sealed:
        return unseal_seed(sealed)
    seed = new_seed()
    session[_OFFERED] = seal_seed(seed)
    return seed


def forget_seed(session: SessionBase) -> None:
    """Forget the secret offered: it was kept."""
    session.pop(_OFFERED, None)


def key_uri(compte: Compte, seed: bytes) -> str:
    """Return what the QR code says (the Key URI Format that every application reads)."""
    issuer = settings.SERVICE_NAME.replace(":", " ")
    label = quote(f"{issuer}:{compte.email}", safe="@")
    return f"otpauth://totp/{label}?" + urlencode({"secret": seed_text(seed), "issuer": issuer}, quote_via=quote)


def add_application(
    compte: Compte, seed: bytes, code: str, name: str, acteur: Acteur, now: datetime
) -> FactorGiven | Denied:
    """Keep an application whose first code is right; otherwise nothing is kept.

    A form sent twice keeps one: each of two would take a code that the other has taken.
    """
    made = new_application(compte, seed, name=name or LABELS[Famille.APPLICATION], created_at=now, confirmed=True)
    with transaction.atomic():
        Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
        kept = _application_of(compte, seed)
        if kept is not None:
            return FactorGiven(kept, Famille.APPLICATION)
        made.save()
        if not accepts(made, code.strip().replace(" ", ""), now):
            made.delete()
            return refuse_change(compte, Famille.APPLICATION, SECOND_FACTOR_REFUSED, acteur, now)
        _added(compte, Famille.APPLICATION, made.name, acteur, now)
    return FactorGiven(made, Famille.APPLICATION)


def _application_of(compte: Compte, seed: bytes) -> Generateur | None:
    """Return the person's application that was given this secret; one whose seal no key opens is another."""
    for mine in Generateur.objects.filter(user=compte, kind=Famille.APPLICATION.value).order_by("id"):
        with suppress(Unsealable):
            if hmac.compare_digest(mine.seed, seed):
                return mine
    return None


def add_passkey(
    request: HttpRequest, compte: Compte, answer: str, name: str, acteur: Acteur, now: datetime
) -> FactorGiven | Denied:
    """Keep the passkey that the browser made in answer to our question."""
    with transaction.atomic():
        made = passkeys.enrol(request, compte, answer, name or LABELS[Famille.CLE], now)
        if isinstance(made, Denied):
            return refuse_change(compte, Famille.CLE, made.reason, acteur, now)
        _added(compte, Famille.CLE, made.name, acteur, now)
    return FactorGiven(made, Famille.CLE)


def _added(compte: Compte, kind: Famille, name: str, acteur: Acteur, now: datetime) -> None:
    record(FACTOR_ADD, acteur=acteur, at=now, subject=compte.id, facts={"factor": kind.value})
    tell(compte, Avis.FACTEUR_AJOUTE, now, label=LABELS[kind], factor_name=name)


def refuse_change(compte: Compte, kind: Famille, reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    """Journal, in the caller's transaction, that a factor was neither added nor removed."""
    facts = {"factor": kind.value}
    record(FACTOR_REFUSED, acteur=acteur, at=now, subject=compte.id, reason=reason.code, facts=facts)
    return Denied(reason)


def rename(compte: Compte, facteur: Facteur, name: str, acteur: Acteur, now: datetime) -> None:
    """Call a factor otherwise."""
    with transaction.atomic():
        facteur.device.name = name
        facteur.device.save(update_fields=("name",))
        record(FACTOR_RENAME, acteur=acteur, at=now, subject=compte.id, facts={"factor": facteur.kind.value})


def remove(compte: Compte, facteur: Facteur, acteur: Acteur, now: datetime, motif: str = "retire") -> Decision:
    """Remove a factor, and every session that it opened; never the last way in.

    The account's row is locked: two removals at once cannot each leave the other's.
    """
    with transaction.atomic():
        Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
        left = [other for other in factors_of(compte) if other.key != facteur.key]
        if not opens(_moyens(compte, left)):
            return refuse_change(compte, facteur.kind, FACTOR_IS_LAST, acteur, now)
        name = facteur.device.name
        facteur.device.delete()
        record(FACTOR_REMOVE, acteur=acteur, at=now, subject=compte.id, facts=_facts(facteur, motif))
        tell(compte, Avis.FACTEUR_RETIRE, now, label=facteur.label, factor_name=name)
    return GRANTED


def unlink_proconnect(compte: Compte, acteur: Acteur, now: datetime) -> Decision:
    """Part the account from ProConnect, unless it is the last thing beside a code."""
    with transaction.atomic():
        Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
        held = replace(_moyens(compte, factors_of(compte)), premier=compte.has_usable_password())
        if not opens(held):
            record(PROCONNECT_UNLINK_REFUSED, acteur=acteur, at=now, subject=compte.id, reason=FACTOR_IS_LAST.code)
            return Denied(FACTOR_IS_LAST)
        if LienProConnect.objects.filter(compte=compte).delete()[0]:
            record(PROCONNECT_UNLINK, acteur=acteur, at=now, subject=compte.id)
            tell(compte, Avis.FACTEUR_RETIRE, now, label="ProConnect", factor_name="compte professionnel")
    return GRANTED


def remove_all_but(compte: Compte, kept: FactorGiven, acteur: Acteur, now: datetime, motif: str) -> None:
    """Remove every other factor, recovery codes included: the device that held them is lost."""
    for facteur in factors_of(compte):
        if facteur.device != kept.device:
            facteur.device.delete()
            record(FACTOR_REMOVE, acteur=acteur, at=now, subject=compte.id, facts=_facts(facteur, motif))
    JeuDeSecours.objects.filter(user=compte).delete()


def _facts(facteur: Facteur, motif: str) -> dict[str, str]:
    return {"factor": facteur.kind.value, "motif": motif}


def _moyens(compte: Compte, factors: list[Facteur]) -> Moyens:
    cles = sum(facteur.kind is Famille.CLE for facteur in factors)
    return Moyens(cles, len(factors) - cles, has_password_or_proconnect(compte))
