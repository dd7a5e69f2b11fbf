"""Forms the mandat: the structure's acceptation, after the usager's consent (C. civ. 1984).

One transaction: the usager's row, the autorisations replaced, the acte signed,
the brouillon emptied, the journal entries.  The PDF holds the acte and comes
after, in its own transaction (see ``papers``).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.habilitation.selectors import may_act_for
from aidants.journal.record import record
from mandats.attestation.acte import sign_acte
from mandats.attestation.keys import active_key
from mandats.domain import errors, events
from mandats.domain.actes import Acte
from mandats.domain.durees import bounds_problem, is_adult, local_date, max_days_of
from mandats.domain.identite import Identite
from mandats.domain.motifs import MotifDeFin
from mandats.domain.papier import stands
from mandats.domain.rules import SignFacts, may_sign
from mandats.registre.coffre import FrozenTexts, identity_of, sha256_hex, texts_of
from mandats.registre.models import Autorisation, Brouillon, Document, Mandat, Usager
from mandats.registre.selectors import offered_demarches, standing_before
from mandats.registre.services.brouillons import locked, refuse
from mandats.registre.services.contacts_bureau import taken_meanwhile
from mandats.registre.services.exemplaires import await_sheet
from mandats.registre.services.personnes import waits_for_answer
from mandats.registre.services.places import draw_places
from mandats.registre.services.usagers import keep_usager
from mandats.registre.texts import acte_of, duree_of, text_for


@transaction.atomic
def sign_mandat(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Mandat | Denied:
    """Accept a consented brouillon for the structure.  The caller has just checked a fresh second factor."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None or acteur.id is None or acteur.structure_id is None:
        return refuse(events.MANDAT_SIGN_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    identite, texts = identity_of(brouillon), texts_of(brouillon)
    verdict = may_act_for(acteur.id, acteur.structure_id) and may_sign(_facts(brouillon, identite, texts, now))
    if isinstance(verdict, Denied):
        return refuse(events.MANDAT_SIGN_REFUSED, verdict.reason, acteur, now, brouillon_id)
    if identite is None or texts is None:
        return refuse(events.MANDAT_SIGN_REFUSED, errors.NOT_CONSENTED, acteur, now, brouillon_id)
    taken = taken_meanwhile(brouillon, identite)
    if taken is not None:
        return refuse(events.MANDAT_SIGN_REFUSED, taken, acteur, now, brouillon_id)
    usager = keep_usager(brouillon, identite, acteur, now)
    replaced = _close_standing(brouillon, usager, now)
    mandat = _create(brouillon, identite, texts, usager, acteur, now)
    await_sheet(brouillon, mandat)
    _tell_replaced(replaced, mandat, acteur, now)
    _empty(brouillon, mandat, now)
    return mandat


def _facts(brouillon: Brouillon, identite: Identite | None, texts: FrozenTexts | None, now: datetime) -> SignFacts:
    """Return the facts of this very second: what held when the brouillon was opened may hold no more."""
    codes = {chosen["code"] for chosen in brouillon.demarches}
    host, zone = brouillon.structure.houses_or_bills, brouillon.structure.time_zone
    today = local_date(now, zone)
    return SignFacts(
        already_signed=brouillon.signed_as_id is not None,
        has_demarche=bool(codes),
        identified=identite is not None,
        is_adult=identite is not None and is_adult(identite.birthdate, today),
        consented=brouillon.consented_at is not None,
        demarches_offered=codes <= offered_demarches(brouillon.structure_id),
        duree_problem=bounds_problem(now, duree_of(brouillon.duree), zone, max_days=max_days_of(host)),
        host=host,
        text_current=_still_true(brouillon, identite, texts),
        renewal=brouillon.renews_id is not None,
        sheet_stands=stands(brouillon.declared_at, now),
        same_person_answered=not waits_for_answer(brouillon),
    )


def _still_true(brouillon: Brouillon, identite: Identite | None, texts: FrozenTexts | None) -> bool:
    """Tell whether the text that was frozen says what it would say if it were filled now, in its own version."""
    if identite is None or texts is None:
        return True
    return texts.text == text_for(brouillon, identite, brouillon.text_version)


def _close_standing(brouillon: Brouillon, usager: Usager, now: datetime) -> list[Autorisation]:
    """End what the new mandat replaces, and what had expired unnoticed; return what was replaced."""
    standing = standing_before(brouillon, usager.pk)
    replaced = []
    # The mandat first, then its autorisation, as every end and every use lock them: two at once never wait in a ring.
    for row in standing.select_for_update(of=("mandat", "self")).order_by("mandat_id", "id"):
        if row.mandat.expires_at <= now:
            row.ended_at, row.motif = row.mandat.expires_at, MotifDeFin.TERME
        else:
            row.ended_at, row.motif = now, MotifDeFin.REMPLACEMENT
            replaced.append(row)
        row.save(update_fields=("ended_at", "motif"))
    return replaced


def _create(
    brouillon: Brouillon,
    identite: Identite,
    texts: FrozenTexts,
    usager: Usager,
    acteur: Acteur,
    now: datetime,
) -> Mandat:
    """Sign the acte and write mandat, autorisations and journal entry."""
    codes = [chosen["code"] for chosen in brouillon.demarches]
    indexes = dict(zip(codes, draw_places(len(codes)), strict=True))
    acceptor = Compte.objects.get(pk=acteur.known_id)
    acte = acte_of(brouillon, identite, acceptor, indexes, now)
    mandat = _write_mandat(brouillon, acte, texts, usager, acceptor)
    Autorisation.objects.bulk_create(
        Autorisation(
            mandat=mandat,
            structure_id=brouillon.structure_id,
            usager=usager,
            demarche=chosen["code"],
            formalites=chosen["formalites"],
            status_list=indexes[chosen["code"]][0],
            status_index=indexes[chosen["code"]][1],
        )
        for chosen in brouillon.demarches
    )
    _journal_signature(mandat, brouillon, acteur, now)
    return mandat


def _write_mandat(brouillon: Brouillon, acte: Acte, texts: FrozenTexts, usager: Usager, acceptor: Compte) -> Mandat:
    """Write the row: its columns repeat what the acte says, so that they can be searched."""
    signing = active_key("acte", "ES256", acte.accepted_at)
    return Mandat.objects.create(
        reference=acte.reference,
        structure_id=brouillon.structure_id,
        usager=usager,
        aidant=acceptor,
        duree=brouillon.duree,
        single_use=acte.single_use,
        reserved_acts=list(acte.reserved_acts),
        elsewhere=brouillon.elsewhere,
        cites=brouillon.cites,
        renews=brouillon.renews,
        time_zone=acte.time_zone,
        place=acte.place,
        identity=acte.identity.kind,
        identity_level=acte.identity.level,
        identity_piece=brouillon.identity_piece,
        identified_at=acte.identity.at,
        consentement=acte.consentement.kind,
        consent_method=acte.consentement.method,
        consented_at=acte.consented_at,
        accepted_at=acte.accepted_at,
        expires_at=acte.expires_at,
        text_version=acte.text.version,
        text_sha256=texts.text_sha256,
        frozen_text=texts.text,
        summary=texts.summary,
        acte=sign_acte(acte, signing.ec, signing.kid),
    )


def _journal_signature(mandat: Mandat, brouillon: Brouillon, acteur: Acteur, now: datetime) -> None:
    facts = {
        "reference": mandat.reference,
        "acte_sha256": sha256_hex(mandat.acte.encode()),
        "text_sha256": mandat.text_sha256,
        "demarches": [chosen["code"] for chosen in brouillon.demarches],
        "expires_at": int(mandat.expires_at.timestamp()),
        "consentement": mandat.consentement,
        "identity": mandat.identity,
        "brouillon": str(brouillon.id),
    }
    record(events.MANDAT_SIGN, acteur=acteur, at=now, subject=mandat.id, facts=facts)


def _tell_replaced(replaced: list[Autorisation], mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """Link each replaced autorisation to its successor; a mandat with none left has ended too."""
    if not replaced:
        return
    successors = {row.demarche: row for row in mandat.autorisations.all()}
    for old in replaced:
        old.replaced_by = successors[old.demarche]
        old.save(update_fields=("replaced_by",))
        facts = {"by": mandat.reference, "demarche": old.demarche, "reference": old.mandat.reference}
        record(events.AUTORISATION_REPLACE, acteur=acteur, at=now, subject=old.mandat_id, facts=facts)
    for mandat_id in {old.mandat_id for old in replaced}:
        if not Autorisation.objects.filter(mandat=mandat_id, ended_at__isnull=True).exists():
            Mandat.objects.filter(pk=mandat_id, ended_at__isnull=True).update(
                ended_at=now, motif=MotifDeFin.REMPLACEMENT
            )


def _empty(brouillon: Brouillon, mandat: Mandat, now: datetime) -> None:
    """Move the papers to the mandat and forget the identity that the brouillon sealed.

    A drawing that the acte does not name, of a try that was done again or given up, is kept nowhere.
    """
    drawings = Document.objects.filter(brouillon=brouillon, kind="signature")
    drawings.exclude(sha256=brouillon.consent_proof.get("drawing_sha256", "")).delete()
    Document.objects.filter(brouillon=brouillon).update(mandat=mandat, brouillon=None)
    brouillon.signed_as = mandat
    brouillon.identity_sealed = brouillon.frozen_sealed = None
    brouillon.identity_proof, brouillon.consent_proof, brouillon.code_digest = {}, {}, ""
    brouillon.updated_at = now
    brouillon.save()
