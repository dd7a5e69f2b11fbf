"""The link from the desk's screen to the usager's own telephone: opened, taken by one telephone, matched, ended.

Owns ``LienTelephone``.  The code of a link is drawn with 50 random bits, lives ten minutes and serves once; what it
opens is a sign-in, in which the person proves by themselves who they are.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from aidants.batches import delete_by_batches
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.roles import Role
from aidants.domain.vault import seal, unseal
from aidants.journal.record import record, record_counted
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.registre.services import brouillons
from oidc.franceconnect import errors, events, logins
from oidc.franceconnect.models import FranceConnectLogin, LienTelephone

TO_TAKE = timedelta(minutes=10)
TO_SIGN_IN = timedelta(minutes=20)
IDENTIFIED, CANCELLED, WRONG_NUMBER = "identifie", "annule", "nombre"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 10
_SESSION = "lien_telephone"
_OTHERS = 2


def _typed(code: str) -> str:
    return "".join(one for one in code.upper() if one.isalnum())


def grouped(code: str) -> str:
    """Return a code as it is read aloud: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def code_of(lien: LienTelephone) -> str:
    """Return the code that the desk's page shows, while nobody took it; else ``""``."""
    return unseal(bytes(lien.token_sealed), settings.VAULT_KEYS).decode() if lien.token_sealed else ""


def acteur_of_link(lien: LienTelephone) -> Acteur:
    """Return the aidant who opened the link."""
    return Acteur(Kind.COMPTE, lien.compte_id, lien.structure_id, Role.AIDANT.value)


@transaction.atomic
def open_link(brouillon_id: UUID, acteur: Acteur, now: datetime) -> LienTelephone | None:
    """Open a link for a brouillon of the acteur's structure; one that was open before is over.

    ``None`` once the brouillon is signed or gone.  Its row is held first, here and by :func:`identify`: of two links
    asked for at once, the second ends the first.
    """
    if brouillons.locked(brouillon_id, acteur) is None:
        return None
    before = LienTelephone.objects.select_for_update().filter(brouillon_id=brouillon_id, ended_at__isnull=True).first()
    if before is not None:
        _end(before, CANCELLED, now)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    numbers = secrets.SystemRandom().sample(range(10, 100), _OTHERS + 1)
    lien = LienTelephone.objects.create(
        brouillon_id=brouillon_id,
        compte_id=acteur.known_id,
        structure_id=acteur.known_structure_id,
        token_digest=logins.digest(code),
        token_sealed=seal(code.encode(), settings.VAULT_KEYS),
        number=numbers[0],
        choices=sorted(numbers),
        created_at=now,
        expires_at=now + TO_TAKE,
    )
    record(events.PHONE_OPEN, acteur=acteur, at=now, subject=brouillon_id)
    return lien


def latest_link(brouillon_id: UUID, structure_id: UUID | None) -> LienTelephone | None:
    """Return the last link of a brouillon within a structure, whatever became of it."""
    if structure_id is None:
        return None
    found = LienTelephone.objects.filter(brouillon_id=brouillon_id, structure_id=structure_id)
    return found.order_by("-created_at", "-id").first()


def word_of(lien: LienTelephone | None, now: datetime) -> str:
    """Return in one word how a link stands: ``ouvert``, ``pris``, ``parti``, ``expire``, or how it ended."""
    if lien is None:
        return "aucun"
    if lien.outcome:
        return lien.outcome
    if now >= lien.expires_at:
        return "expire"
    return "parti" if lien.matched_at else "pris" if lien.claimed_at else "ouvert"


@transaction.atomic
def take(code: str, session: SessionBase, now: datetime) -> LienTelephone | Denied:
    """Bind the link to this telephone's browser; the first one has it."""
    lien = LienTelephone.objects.select_for_update().filter(token_digest=logins.digest(_typed(code))).first()
    if lien is None or (now >= lien.expires_at and not lien.claimed_at):
        return _not_taken(errors.PHONE_LINK_UNKNOWN, lien, now)
    if lien.claimed_at and not _is_bound(lien, session):
        return _not_taken(errors.PHONE_LINK_TAKEN, lien, now)
    if lien.ended_at or now >= lien.expires_at:
        return _not_taken(errors.PHONE_LINK_ENDED, lien, now)
    lien.claimed_at, lien.binding_digest = now, logins.digest(logins.binding_of(session))
    lien.token_sealed = None
    lien.save(update_fields=("claimed_at", "binding_digest", "token_sealed"))
    session[_SESSION] = str(lien.id)
    return lien


def _not_taken(reason: ErrorCode, lien: LienTelephone | None, now: datetime) -> Denied:
    """Count a telephone that takes no link: by link, or for all codes that nobody drew together."""
    bucket, subject = logins.digest(str(lien.id) if lien else ""), lien.brouillon_id if lien else None
    record_counted(events.PHONE_REFUSED, bucket=bucket, at=now, reason=reason.code, subject=subject)
    return Denied(reason)


def _is_bound(lien: LienTelephone, session: SessionBase) -> bool:
    return bool(lien.binding_digest) and hmac.compare_digest(
        lien.binding_digest, logins.digest(logins.binding_of(session))
    )


def taken_by(session: SessionBase, now: datetime) -> LienTelephone | Denied:
    """Return the link that this telephone took, while it lives."""
    kept = session.get(_SESSION)
    lien = LienTelephone.objects.filter(pk=kept).first() if kept else None
    if lien is None or not _is_bound(lien, session):
        return Denied(errors.PHONE_LINK_UNKNOWN)
    if lien.ended_at or now >= lien.expires_at:
        return Denied(errors.PHONE_NUMBER_WRONG if lien.outcome == WRONG_NUMBER else errors.PHONE_LINK_ENDED)
    return lien


@transaction.atomic
def match(lien_id: UUID, number: str, now: datetime) -> Denied | None:
    """Compare the number chosen on the telephone with the desk's; a wrong one ends the link.  ``None``: the same."""
    lien = LienTelephone.objects.select_for_update().get(pk=lien_id)
    if lien.ended_at or now >= lien.expires_at:
        return Denied(errors.PHONE_LINK_ENDED)
    if number != str(lien.number):
        _end(lien, WRONG_NUMBER, now)
        return Denied(errors.PHONE_NUMBER_WRONG)
    lien.matched_at, lien.expires_at = now, now + TO_SIGN_IN
    lien.save(update_fields=("matched_at", "expires_at"))
    return None


def _end(lien: LienTelephone, outcome: str, now: datetime) -> None:
    lien.ended_at, lien.outcome, lien.token_sealed = now, outcome, None
    lien.save(update_fields=("ended_at", "outcome", "token_sealed"))
    if outcome != IDENTIFIED:
        facts = {"outcome": outcome}
        record(events.PHONE_END, acteur=acteur_of_link(lien), at=now, subject=lien.brouillon_id, facts=facts)


@transaction.atomic
def end_by_id(lien_id: UUID, outcome: str, now: datetime) -> None:
    """End a link that still lives: cancelled at the desk, or refused at FranceConnect."""
    lien = LienTelephone.objects.select_for_update().filter(pk=lien_id, ended_at__isnull=True).first()
    if lien is not None:
        _end(lien, outcome, now)


@transaction.atomic
def identify(login: FranceConnectLogin, identite: Identite, preuve: PreuveIdentite, now: datetime) -> Denied | None:
    """Hand the identity to the brouillon, if the desk still waits for it.  ``None``: taken.

    The link's row is held meanwhile: a cancellation at the desk comes before or after, never between.
    """
    asked = LienTelephone.objects.filter(pk=login.lien_id).first() if login.lien_id else None
    if asked is not None:
        brouillons.locked(asked.brouillon_id, acteur_of_link(asked))
    living = LienTelephone.objects.select_for_update().filter(ended_at__isnull=True)
    lien = living.filter(pk=asked.pk).first() if asked is not None else None
    if lien is None or lien.matched_at is None or now >= lien.expires_at:
        return Denied(errors.PHONE_LINK_ENDED)
    answer = brouillons.identify(lien.brouillon_id, identite, preuve, acteur_of_link(lien), now)
    if isinstance(answer, Denied):
        return answer
    _end(lien, IDENTIFIED, now)
    return None


def purge_phone_links(now: datetime) -> int:
    """Delete links that expired a day ago; return how many."""
    return delete_by_batches(LienTelephone.objects.filter(expires_at__lt=now - timedelta(days=1)))
