"""Who holds a shared contact agrees with their volet, where no code can be sent: a couple's landline (DOMAIN §3.5).

They type it themselves, at the desk or on the other's page.  One generic refusal: a wrong code, a wrong date and
somebody else's contact answer alike, so that nobody learns whose a contact is, nor of which structure.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.limits import Throttled
from aidants.journal.record import record
from mandats.domain import contact_errors, errors, events
from mandats.registre.models import Mandat
from mandats.registre.services.accords import BY_VOLET, keep_accord
from mandats.registre.services.many import acteur_usager
from mandats.verification.usager_access import prove_by_code


@transaction.atomic
def agree_by_volet(
    subject_id: UUID,
    shared: tuple[str, str],
    volet: tuple[str, str, str],
    acteur: Acteur,
    address: str,
    now: datetime,
) -> Decision:
    """Keep the accord of who holds a contact, proven by their volet.

    ``subject_id``  the brouillon or the usager whose contact it becomes too; ``shared``: its kind and value
    ``volet``       reference, revocation code and birth date of who holds it
    ``acteur``      who asks: the aidant at the desk, or the usager on their page; ``address``: of the browser
    """
    kind, value = shared
    found = prove_by_code(*volet, address, now, holds=shared)
    if not isinstance(found, Mandat):
        reason = errors.TOO_MANY_LOOKUPS if isinstance(found, Throttled) else contact_errors.CONTACT_HOLDER_REFUSED
        record(
            events.CONTACT_REFUSED, acteur=acteur, at=now, subject=subject_id, reason=reason.code, facts={"kind": kind}
        )
        return Denied(reason)
    facts = {"kind": kind, "way": BY_VOLET}
    record(events.CONTACT_AGREE, acteur=acteur_usager(found.usager_id), at=now, subject=found.usager_id, facts=facts)
    keep_accord(subject_id, kind, value, acteur, now, way=BY_VOLET)
    return GRANTED
