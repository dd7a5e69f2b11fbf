"""Ten single-use recovery codes, printed once and kept as keyed digests."""

import secrets
from datetime import datetime
from string import digits

from django.conf import settings
from django.db import transaction

from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs.models import CodeDeSecours, JeuDeSecours
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.events import RECOVERY_CODES_MAKE
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record

COUNT = 10
# Digits alone: telephones show their numeric keypad for a code.  10^12 ≈ 2^40, throttled, and kept under a key.
_LENGTH = 12


def is_recovery_code(text: str) -> bool:
    """Tell whether this has a recovery code's shape: twelve digits, where an application shows six or eight."""
    return len(_plain(text)) == _LENGTH


def make_codes(compte: Compte, acteur: Acteur, now: datetime) -> list[str]:
    """Replace the recovery codes by ten new ones, shown this once; return them, and tell who had others already."""
    codes = [_new_code() for _ in range(COUNT)]
    with transaction.atomic():
        jeu, is_first = JeuDeSecours.objects.update_or_create(
            user=compte, defaults={"created_at": now, "name": "Codes de secours", "confirmed": True}
        )
        jeu.codes.all().delete()
        CodeDeSecours.objects.bulk_create(CodeDeSecours(jeu=jeu, digest=_digest(jeu, code)) for code in codes)
        record(RECOVERY_CODES_MAKE, acteur=acteur, at=now, subject=compte.id, facts={"count": COUNT})
        if not is_first:
            tell(compte, Avis.CODES_REFAITS, now)
    return codes


def use_code(compte: Compte, text: str, now: datetime) -> JeuDeSecours | None:
    """Spend one recovery code of the person; return the sheet it stood on, or ``None``.

    One UPDATE decides, so that of two parallel tries one wins.
    """
    jeu = JeuDeSecours.objects.filter(user=compte, confirmed=True).first()
    if jeu is None:
        return None
    spent = jeu.codes.filter(digest=_digest(jeu, text), used_at__isnull=True).update(used_at=now)
    if not spent:
        return None
    jeu.last_used_at = now
    jeu.save(update_fields=("last_used_at",))
    return jeu


def codes_left(compte: Compte) -> int:
    """Return how many recovery codes may still serve."""
    return CodeDeSecours.objects.filter(jeu__user=compte, used_at__isnull=True).count()


def _new_code() -> str:
    text = f"{secrets.randbelow(10**_LENGTH):0{_LENGTH}d}"
    return " ".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign in digits)


def _digest(jeu: JeuDeSecours, code: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, f"secours:{jeu.pk}", _plain(code))
