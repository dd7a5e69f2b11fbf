"""A code sent to the invited address at the first visit: who holds only the message's link opens nothing.

The link may have been forwarded or copied; the code leaves when somebody says « c’est moi », serves in that browser
alone, for fifteen minutes and five tries.  Who has an account signs in instead, and needs none.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from aidants.comptes.avis import Avis, write
from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import INVITATION_CODE_REFUSED, INVITATION_CODES_TOO_MANY, ErrorCode
from aidants.domain.events import INVITATION_CODE_REFUSE, INVITATION_CODE_SEND
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record, record_counted
from aidants.structures.models import Invitation

LIFE = timedelta(minutes=15)
_DIGITS = 6
_TRIES = 5
# Whoever holds the link can make messages leave: one a minute, ten in all, then the referent invites again.
_SENDS, _PAUSE = 10, timedelta(minutes=1)


def send_code(invitation: Invitation, browser: str, now: datetime) -> Decision:
    """Send a code to the invited address, for the session ``browser`` alone; the one before dies."""
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, code_sends__lt=_SENDS)
        may_leave = rows.filter(Q(code_sent_at__isnull=True) | Q(code_sent_at__lte=now - _PAUSE))
        digest = _digest(invitation, browser, code)
        if not may_leave.update(code_digest=digest, code_sent_at=now, code_tries=0, code_sends=F("code_sends") + 1):
            return _refuse(invitation, INVITATION_CODES_TOO_MANY, now)
        facts = {"count": invitation.code_sends + 1}
        about = invitation.structure_id
        record(INVITATION_CODE_SEND, acteur=ANONYME, at=now, subject=invitation.id, structure=about, facts=facts)
        name = f"{invitation.given_name} {invitation.family_name}"
        shown = f"{code[:3]} {code[3:]}"
        write(invitation.email, Avis.INVITATION_CODE, now, about=invitation.id, name=name, code=shown)
    return GRANTED


def check_code(invitation: Invitation, browser: str, code: str, now: datetime) -> Decision:
    """Tell whether this is the code that the invited address received for this browser; each try is counted first."""
    plain = "".join(sign for sign in code if sign.isdigit())
    with transaction.atomic():
        standing = Invitation.objects.filter(pk=invitation.pk, code_tries__lt=_TRIES, code_sent_at__gt=now - LIFE)
        counted = standing.update(code_tries=F("code_tries") + 1)
        kept = Invitation.objects.only("code_digest").get(pk=invitation.pk).code_digest
        if counted and kept and secrets.compare_digest(kept, _digest(invitation, browser, plain)):
            Invitation.objects.filter(pk=invitation.pk).update(code_digest="")
            return GRANTED
        return _refuse(invitation, INVITATION_CODE_REFUSED, now)


def _refuse(invitation: Invitation, reason: ErrorCode, now: datetime) -> Denied:
    """Count a refusal of whoever holds the link, which they may repeat at will; the first of a minute is an entry."""
    record_counted(
        INVITATION_CODE_REFUSE,
        bucket=keyed_digest(settings.DIGEST_KEY, "limit-invitation", str(invitation.pk)),
        at=now,
        reason=reason.code,
        subject=invitation.id,
        structure=invitation.structure_id,
    )
    return Denied(reason)


def _digest(invitation: Invitation, browser: str, code: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, f"invitation-code:{invitation.pk}:{browser}", code)
