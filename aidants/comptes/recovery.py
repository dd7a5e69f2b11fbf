"""Lost device: two persons bring somebody back (DOMAIN §4).

One is a garant, who recognised them and says how; the other is who holds the mailbox, or opens the letter, where the
code goes.  The garant never sees the code.  What comes of it is an enrolment, and nothing more.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte, Recuperation
from aidants.domain.acteur import ANONYME, SYSTEME, Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import RECOVERY_CODE_REFUSED, RECOVERY_OF_ONESELF, SIGN_IN_THROTTLED
from aidants.domain.events import (
    RECOVERY_END,
    RECOVERY_ENTER,
    RECOVERY_OPEN,
    RECOVERY_OPEN_REFUSED,
    RECOVERY_PRINT,
    RECOVERY_REFUSED,
)
from aidants.domain.vault import keyed_digest
from aidants.journal.limits import Limit, count_failure, limit, throttled
from aidants.journal.record import record

_DIGITS = 8
# Wrong codes: five of one network for one address, then a wait that ends nothing; a thousand from everywhere end the
# recovery, so that it is guessed once in a hundred thousand (10^3 of 10^8).
_TRIES, _WAIT = 5, timedelta(minutes=15)
_TRIES_IN_ALL = 1000


class Channel(StrEnum):
    """How the code reaches the person."""

    EMAIL = "email"
    POST = "courrier"


class Recognised(StrEnum):
    """How the garant knew who it was."""

    IN_PERSON = "en_personne"
    VOICE = "voix"


LIVES = {Channel.EMAIL: timedelta(hours=1), Channel.POST: timedelta(days=15)}


def open_recovery(
    compte: Compte, garant: Compte, *, channel: Channel, recognised: Recognised, acteur: Acteur, now: datetime
) -> Recuperation | Denied:
    """Open a recovery for ``compte`` and send its code; whether ``garant`` may vouch was decided by the caller.

    A new one replaces the one before.  The person's own factors go on: nothing is taken away until a new one stands.
    """
    if compte.pk == garant.pk:
        reason = RECOVERY_OF_ONESELF.code
        with transaction.atomic():
            record(RECOVERY_OPEN_REFUSED, acteur=acteur, at=now, subject=compte.pk, reason=reason)
        return Denied(RECOVERY_OF_ONESELF)
    with transaction.atomic():
        Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
        end(compte, "remplacee", acteur, now)
        made = Recuperation.objects.create(
            compte=compte,
            garant=garant,
            channel=channel.value,
            recognised=recognised.value,
            created_at=now,
            expires_at=now + LIVES[channel],
        )
        facts = {"channel": channel.value, "recognised": recognised.value}
        record(RECOVERY_OPEN, acteur=acteur, at=now, subject=compte.id, facts=facts)
        if channel is Channel.EMAIL:
            tell(compte, Avis.RECUPERATION, now, code=_give_code(made), garant=garant.full_name)
        else:
            tell(compte, Avis.RECUPERATION_COURRIER, now, garant=garant.full_name)
    return made


def _give_code(made: Recuperation) -> str:
    """Make the code, keep its digest alone, return it for the one message that carries it."""
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    made.code_digest = _digest(made, code)
    made.save(update_fields=("code_digest",))
    return f"{code[:4]} {code[4:]}"


def _digest(made: Recuperation, code: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, f"recuperation:{made.pk}", code)


def letters_to_print(now: datetime) -> list[Recuperation]:
    """Return the recoveries by post whose letter is not printed yet."""
    waiting = Recuperation.objects.filter(channel=Channel.POST.value, printed_at__isnull=True, ended_at__isnull=True)
    return list(waiting.filter(expires_at__gt=now).select_related("compte").order_by("created_at", "id"))


def print_letter(made: Recuperation, printer: Acteur, now: datetime) -> str | None:
    """Make the code of a letter at its printing and return it once; never for who vouched, never twice."""
    if made.garant_id == printer.id:
        return None
    with transaction.atomic():
        taken = Recuperation.objects.filter(pk=made.pk, printed_at__isnull=True, ended_at__isnull=True)
        if not taken.update(printed_at=now):
            return None
        record(RECOVERY_PRINT, acteur=printer, at=now, subject=made.compte_id)
        return _give_code(made)


def stands(compte: Compte) -> bool:
    """Tell whether a recovery of the person was entered and is not over."""
    return Recuperation.objects.filter(compte=compte, used_at__isnull=False, ended_at__isnull=True).exists()


def enter(email: str, code: str, network: str, now: datetime) -> Compte | Denied:
    """Check a recovery's code.  The answer never tells which part was wrong, nor whether there is a recovery.

    Somebody else's wrong codes, from another ``network``, make nobody wait.
    """
    address, plain = email.strip().lower(), "".join(sign for sign in code if sign.isdigit())
    limits = [limit("adresse", f"recuperation {address} {network}", _TRIES, _WAIT, _WAIT)]
    if throttled(RECOVERY_REFUSED, limits, now):
        return Denied(SIGN_IN_THROTTLED)
    with transaction.atomic():
        standing = Recuperation.objects.select_for_update(no_key=True, of=("self",)).select_related("compte")
        made = standing.filter(
            compte__email=address,
            compte__is_active=True,
            ended_at__isnull=True,
            used_at__isnull=True,
            expires_at__gt=now,
        ).first()
        if made is None or not made.code_digest or not secrets.compare_digest(made.code_digest, _digest(made, plain)):
            return _refuse(made, limits, now)
        made.used_at = now
        made.save(update_fields=("used_at",))
        record(RECOVERY_ENTER, acteur=ANONYME, at=now, subject=made.compte_id)
    return made.compte


def _refuse(made: Recuperation | None, limits: list[Limit], now: datetime) -> Denied:
    """Count a wrong code, of an unknown address too; the first of a minute is an entry."""
    is_first = count_failure(RECOVERY_REFUSED, limits, now)
    if made is not None:
        made.tries += 1
        made.save(update_fields=("tries",))
        if is_first:
            record(RECOVERY_REFUSED, acteur=ANONYME, at=now, subject=made.compte_id)
        if made.tries >= _TRIES_IN_ALL:
            end(made.compte, "essais", SYSTEME, now)
    return Denied(RECOVERY_CODE_REFUSED)


def end(compte: Compte, motif: str, acteur: Acteur, now: datetime) -> None:
    """End the person's recovery, if one is open: it came to its end, was replaced, cancelled, or guessed at."""
    with transaction.atomic():
        if Recuperation.objects.filter(compte=compte, ended_at__isnull=True).update(ended_at=now):
            record(RECOVERY_END, acteur=acteur, at=now, subject=compte.id, facts={"motif": motif})
            if motif == "aboutie":
                tell(compte, Avis.RECUPERATION_FINIE, now)


def end_expired(now: datetime) -> None:
    """End the recoveries that nobody used in time; forget those that ended a year ago."""
    Recuperation.objects.filter(ended_at__lt=now - timedelta(days=365)).delete()
    late = Recuperation.objects.filter(ended_at__isnull=True, expires_at__lt=now - timedelta(hours=1))
    for made in late.select_related("compte").order_by("id"):
        end(made.compte, "delai", SYSTEME, now)
