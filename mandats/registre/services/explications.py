"""Prints the explanations of a mandat, from what was signed; never kept: they bind nobody."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.journal.record import record
from mandats.document.explications import LARGE_PRINT, Explained, forms
from mandats.document.render import render_explanation, render_large_summary
from mandats.document.textes import DemarcheAsked
from mandats.document.textes.filling import full_name
from mandats.domain import events
from mandats.domain.durees import local_date
from mandats.registre.models import Mandat
from mandats.registre.texts import acte_in, service_contact


def explanation_choices() -> list[tuple[str, str, str]]:
    """Return what may be asked: code, name in its own words, language (BCP 47)."""
    return [(LARGE_PRINT, "Résumé en gros caractères", "fr"), *((one.code, one.name, one.lang) for one in forms())]


def print_explanation(mandat: Mandat, code: str, acteur: Acteur, now: datetime) -> bytes:
    """Return the explanation ``code`` of a mandat as a PDF, and journal that it was printed.

    The entry of an usager is about themselves, so that the structure does not see it.  Raises ``NoSuchForm``.
    """
    acte = acte_in(mandat.acte)
    service = service_contact()
    if code == LARGE_PRINT:
        pdf = render_large_summary(mandat.reference, mandat.summary, now, mandat.time_zone, service)
    else:
        explained = Explained(
            reference=mandat.reference,
            mandant=full_name(acte.mandant),
            structure=acte.structure.name,
            demarches=tuple(DemarcheAsked(one.code, one.formalites) for one in acte.demarches),
            single_use=acte.single_use,
            reserved=bool(acte.reserved_acts),
            last_day=local_date(mandat.expires_at.astimezone(UTC) - timedelta(seconds=1), mandat.time_zone),
            service=service,
        )
        pdf = render_explanation(code, explained, now, mandat.time_zone)
    ours = acteur.structure_id is not None
    subject, place = (mandat.id, mandat.structure_id) if ours else (mandat.usager_id, None)
    with transaction.atomic():
        record(events.FORM_PRINT, acteur=acteur, at=now, subject=subject, structure=place, facts={"form": code})
    return pdf
