"""Passwords, where a person chooses one: checked offline, changed, replaced when forgotten.

No forced renewal (DOMAIN §4).  A new password never opens anything without the second factor.
"""

import base64
import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from zxcvbn import zxcvbn

from aidants.comptes import liens
from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs.codes import verify_code
from aidants.comptes.models import Compte
from aidants.comptes.sessions.open import close_all
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import PASSWORD_NOT_REPLACED, SIGN_IN_THROTTLED
from aidants.domain.events import PASSWORD_CHANGE, PASSWORD_FORGOTTEN, PASSWORD_LINK_REFUSED
from aidants.domain.folding import fold
from aidants.domain.vault import seal, unseal
from aidants.journal.limits import count_failure, limit, throttled
from aidants.journal.record import record

PURPOSE = "password"
LINK_LIFE = timedelta(hours=1)
_ASKED, _WINDOW, _DELAY = 20, timedelta(hours=1), timedelta(minutes=10)
# Longer ones are strong by their length; the estimate's time grows with the square of it.
_ESTIMATED = 72
_LEAST_SCORE = 3
_SHORT = 2
_LOCAL_WORDS = ["mandat", "mandats", "service", "conseiller", "numerique", "aidant", "aidants", "connect", "france"]


class OwaspArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with OWASP's first parameters (19 MiB, two passes, one lane): see the decision record."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1


def _without(own: list[str], password: str) -> str:
    """Return what a password keeps of secret once the person's names and the words of their address are left out.

    zxcvbn multiplies words by their order and the spaces between them: « nadia benali ccas » passed for strong.
    """
    words = sorted({one for text in own for one in re.split(r"[^a-z0-9]+", fold(text)) if len(one) > _SHORT}, key=len)
    folded = fold(password)
    if not any(one in folded for one in words):
        return password
    for one in reversed(words):
        folded = folded.replace(one, "")
    return folded.replace(" ", "")


class NotGuessable:
    """Refuses what leaked passwords, a keyboard walk or the person's own names give away (zxcvbn, offline)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` when fewer than about 10^8 guesses would find it."""
        own = [user.email, user.email.partition("@")[0], user.given_name, user.family_name] if user else []
        tried = (password[:_ESTIMATED], _without(own, password[:_ESTIMATED]))
        if any(
            not one or zxcvbn(one, user_inputs=[*own, *_LOCAL_WORDS])["score"] < _LEAST_SCORE
            for one in dict.fromkeys(tried)
        ):
            raise ValidationError(
                "Ce mot de passe se devine trop facilement. Prenez par exemple quatre mots sans rapport entre eux.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Say what is asked."""
        return "Un mot de passe que l’on ne devine pas : par exemple quatre mots sans rapport entre eux."


def change_password(compte: Compte, password: str, acteur: Acteur, now: datetime) -> None:
    """Set a password that was checked; the person is told, links sent for the old one die."""
    with transaction.atomic():
        compte.set_password(password)
        compte.save(update_fields=("password",))
        liens.cancel(compte, PURPOSE, now)
        record(PASSWORD_CHANGE, acteur=acteur, at=now, subject=compte.id)
        tell(compte, Avis.MOT_DE_PASSE_CHANGE, now)


def ask_link(email: str, network: str, now: datetime) -> Denied | None:
    """Have a link sent, if there is such an account: the worker looks, so that asking costs the same in either case.

    Twenty an hour from one ``network``.  The address waits sealed.
    """
    limits = [limit("adresse", f"password {network}", _ASKED, _WINDOW, _DELAY)]
    if throttled(PASSWORD_LINK_REFUSED, limits, now):
        return Denied(SIGN_IN_THROTTLED)
    sealed = base64.b64encode(seal(email.strip().lower().encode(), settings.VAULT_KEYS)).decode()
    with transaction.atomic():
        count_failure(PASSWORD_LINK_REFUSED, limits, now)
        send_link.enqueue(sealed)
    return None


@task()
def send_link(sealed: str) -> None:
    """Send a link to a new password, if there is such an account."""
    now, email = timezone.now(), unseal(base64.b64decode(sealed), settings.VAULT_KEYS).decode()
    compte = Compte.objects.filter(email=email, is_active=True).first()
    if compte is None or not liens.may_send(liens.sent_since(compte, PURPOSE, now - liens.DAY), now):
        return
    with transaction.atomic():
        code = liens.make(compte, PURPOSE, now, LINK_LIFE)
        record(PASSWORD_FORGOTTEN, acteur=ANONYME, at=now, subject=compte.id)
        link = f"{settings.ISSUER}/mot-de-passe/nouveau#{code}"
        tell(compte, Avis.MOT_DE_PASSE_OUBLIE, now, link=link, code=code)


def owner_of(code: str, now: datetime) -> Compte | None:
    """Return whose password the link may replace, and spend nothing."""
    lien = liens.find(PURPOSE, code, now)
    return lien.compte if lien else None


def replace_forgotten(*, code: str, new_password: str, factor_code: str, now: datetime) -> Compte | Denied:
    """Replace a password by a link **and** a code of the second factor: the mailbox alone opens nothing.

    A wrong code spends no link; it counts as any wrong code does.
    """
    lien = liens.find(PURPOSE, code, now)
    if lien is None:
        return Denied(PASSWORD_NOT_REPLACED)
    given = verify_code(lien.compte, factor_code, now)
    if isinstance(given, Denied):
        return Denied(PASSWORD_NOT_REPLACED)
    with transaction.atomic():
        if not liens.spend(lien, now):
            return Denied(PASSWORD_NOT_REPLACED)
        acteur = Acteur(Kind.COMPTE, lien.compte_id)
        change_password(lien.compte, new_password, acteur, now)
        close_all(lien.compte, acteur, now)
    return lien.compte
