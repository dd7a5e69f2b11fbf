"""Writes what becomes of the sheet signed by hand: declared kept, brought later, replaced, or missed.

A scan that is replaced is a new version: no bytes ever change.  A mandat suspended for want of its sheet, and for
that alone, resumes when the sheet comes: the usager signed it (decision 22).
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.envois.outbox import post_email
from aidants.structures.models import Affectation
from mandats.domain import errors, events
from mandats.domain.fins import EXEMPLAIRE
from mandats.domain.papier import DECLARATION_STANDS
from mandats.registre.coffre import sha256_hex
from mandats.registre.models import Brouillon, Document, Mandat
from mandats.registre.services.avis import signed
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.consent import give, moment_of, printed_sheet, ready
from mandats.registre.services.reach import locked_mandat, tell
from mandats.registre.services.suspend import resume_mandat, suspend_mandat

DECLARATION = (
    "Je garde l’exemplaire signé de la main de la personne. Je l’ajouterai dans les 7 jours ; "
    "passé ce délai, le mandat est suspendu."
)


@transaction.atomic
def consent_by_declaration(
    brouillon_id: UUID, text_sha256: str, acteur: Acteur, now: datetime, *, signed_on: date | None = None
) -> Decision:
    """The aidant declares that the signed sheet is kept; dated, it stands for 7 days."""
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    printed = printed_sheet(brouillon, signed_on, now)
    if isinstance(printed, Denied):
        return refuse(events.CONSENT_REFUSED, printed.reason, acteur, now, brouillon_id)
    declared = f"{DECLARATION} {brouillon.reference} {acteur.known_id} {int(now.timestamp())}"
    proof = {"printed_sha256": printed.sha256, "declaration_sha256": sha256_hex(declared.encode())}
    signed_at = moment_of(brouillon, signed_on, now)
    return give(
        brouillon, "papier", "declaration", proof, acteur, now, main_proof="declaration_sha256", signed_at=signed_at
    )


def await_sheet(brouillon: Brouillon, mandat: Mandat) -> None:
    """Write until when the sheet of a mandat concluded on a declaration is awaited."""
    if brouillon.declared_at is not None:
        mandat.scan_due_at = brouillon.declared_at + DECLARATION_STANDS
        mandat.save(update_fields=("scan_due_at",))


@transaction.atomic
def add_sheet(mandat_id: UUID, scan: bytes, content_type: str, acteur: Acteur, now: datetime) -> Decision:
    """Keep the signed sheet of a concluded mandat, as its next version; resume what only waited for it."""
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None or mandat.consentement != "papier" or mandat.erased_at is not None:
        return refuse(events.SCAN_REFUSED, errors.AUTORISATION_UNKNOWN, acteur, now, None)
    version = Document.objects.filter(mandat=mandat, kind="scan").aggregate(last=Max("version"))["last"] or 0
    kept = Document.objects.create(
        mandat=mandat,
        kind="scan",
        version=version + 1,
        content=scan,
        content_type=content_type,
        sha256=sha256_hex(scan),
        created_by_id=acteur.known_id,
        created_at=now,
    )
    tell(events.SCAN_ADD, mandat, acteur, now, sha256=kept.sha256, version=kept.version)
    mandat.scan_due_at = None
    mandat.save(update_fields=("scan_due_at",))
    if mandat.suspended_at and mandat.suspension_way == EXEMPLAIRE:
        resume_mandat(mandat.id, acteur, way=EXEMPLAIRE, now=now)
    return GRANTED


def suspend_unscanned(now: datetime) -> int:
    """Suspend the mandats whose sheet did not come in 7 days, and tell the usager, the aidant and the referents."""
    overdue = Mandat.objects.filter(scan_due_at__lte=now, ended_at__isnull=True, suspended_at__isnull=True)
    found = overdue.filter(expires_at__gt=now).order_by("scan_due_at", "id")
    return sum(_suspend(pk, now) for pk in list(found.values_list("pk", flat=True)))


@transaction.atomic
def _suspend(mandat_id: UUID, now: datetime) -> bool:
    waiting = Mandat.objects.select_for_update(of=("self",)).select_related("aidant")
    mandat = waiting.filter(pk=mandat_id, scan_due_at__lte=now).first()
    if mandat is None or isinstance(suspend_mandat(mandat_id, SYSTEME, way=EXEMPLAIRE, now=now), Denied):
        return False
    _tell_structure(mandat, now)
    return True


def _tell_structure(mandat: Mandat, now: datetime) -> None:
    """Write to the aidant who declared it, and to the structure's referents."""
    referents = Affectation.objects.filter(structure=mandat.structure_id, is_referent=True, ended_at__isnull=True)
    addresses = {mandat.aidant.email, *referents.values_list("compte__email", flat=True)}
    text = (
        f"Bonjour,\n\nLe mandat {mandat.reference} est suspendu : la feuille signée par la personne n’a pas été "
        "ajoutée dans les 7 jours qui ont suivi votre déclaration. Personne ne peut s’en servir.\n\n"
        "Ouvrez le mandat, puis « Ajouter la feuille signée » : il reprend aussitôt. Si la feuille est perdue, "
        "faites signer un nouveau mandat."
    )
    subject = f"Mandat {mandat.reference} suspendu : feuille signée manquante"
    for address in sorted(addresses):
        post_email(address, subject, text + signed(), purpose="scan_manquant", now=now, about=mandat.id)
