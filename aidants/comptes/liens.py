"""Links sent by e-mail.  The code stands in the fragment, which reaches no server and no trace of one.

A GET spends nothing, whoever makes it: a mail scanner, a preview, an impatient click.  Only a POST does.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from aidants.batches import delete_by_batches
from aidants.comptes.models import Compte, Lien
from aidants.domain.vault import keyed_digest

DAY = timedelta(days=1)
# After as many in a day, one an hour: whoever asks in a person's name fills no mailbox, and the person always has a
# link or gets one.
_A_DAY, _BETWEEN, _THEN = 5, timedelta(minutes=2), timedelta(hours=1)
# No 0, 1, i, l, o: it may be copied by hand.  31^20 ≈ 2^99.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 20


def new_code() -> str:
    """Return twenty random signs in groups of five."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(text[at : at + 5] for at in range(0, _LENGTH, 5))


def code_digest(purpose: str, code: str) -> str:
    """Return what is kept of a code, whatever hyphens, spaces and capitals it is typed with."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return keyed_digest(settings.DIGEST_KEY, f"lien:{purpose}", plain)


def make(compte: Compte, purpose: str, now: datetime, life: timedelta) -> str:
    """Make a link's code for the person; earlier ones stand until one serves: anybody may ask for another."""
    code = new_code()
    digest = code_digest(purpose, code)
    Lien.objects.create(compte=compte, purpose=purpose, digest=digest, created_at=now, expires_at=now + life)
    return code


def find(purpose: str, code: str, now: datetime) -> Lien | None:
    """Return the link that still stands for this code, and spend nothing."""
    standing = Lien.objects.filter(purpose=purpose, digest=code_digest(purpose, code), used_at__isnull=True)
    return standing.filter(expires_at__gt=now, compte__is_active=True).select_related("compte").first()


def spend(lien: Lien, now: datetime) -> bool:
    """Use the link; of two at once, one wins."""
    return bool(Lien.objects.filter(pk=lien.pk, used_at__isnull=True).update(used_at=now))


def cancel(compte: Compte, purpose: str, now: datetime) -> None:
    """Make every standing link of this purpose useless."""
    Lien.objects.filter(compte=compte, purpose=purpose, used_at__isnull=True).update(used_at=now)


def sent_since(compte: Compte, purpose: str, since: datetime) -> list[datetime]:
    """Return when links of this purpose were made after ``since``, the last one first."""
    made = Lien.objects.filter(compte=compte, purpose=purpose, created_at__gt=since)
    return list(made.order_by("-created_at").values_list("created_at", flat=True))


def may_send(sent: Sequence[datetime], now: datetime) -> bool:
    """Tell whether one more link leaves for somebody, from when those of the last :data:`DAY` left, the last first."""
    return not sent or sent[0] <= now - (_BETWEEN if len(sent) < _A_DAY else _THEN)


def purge_links(now: datetime) -> None:
    """Forget links a day after their end."""
    delete_by_batches(Lien.objects.filter(expires_at__lt=now - timedelta(days=1)))
