"""The questions asked of the register.  Never writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from aidants.compiled import CompiledRead
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.demarches import DEMARCHES
from aidants.domain.folding import fold
from aidants.habilitation.selectors import entitled, standing_habilitations
from aidants.journal.models import Entree
from aidants.journal.record import entries_about
from aidants.structures.models import Affectation, Structure
from mandats.domain.durees import NOTICE_DAYS, NOTICE_FROM_DAYS
from mandats.domain.identite import Identite
from mandats.domain.references import normalise
from mandats.domain.rules import UseFacts
from mandats.registre.models import Autorisation, Brouillon, Mandat, Usager, Utilisation

SEEN_AFTER_END = timedelta(days=365)
"""How long a structure still sees a mandat that ended; then it is in the archive only (DOMAIN §3.4)."""
SERVED_WITHIN = timedelta(days=90)
"""Whom an aidant served lately: the usagers of their list (DOMAIN §3.4)."""
ENDING_WITHIN = timedelta(days=NOTICE_DAYS)
_LONG = timedelta(days=NOTICE_FROM_DAYS, hours=-1)
"""An hour less than 182 days: clocks may change meanwhile."""
AT_THE_DESK = timedelta(days=1)
STATES = {"actif": "En cours", "suspendu": "Suspendu", "expire": "Arrivé à son terme", "termine": "Arrêté"}


def offered_demarches(structure_id: UUID) -> frozenset[str]:
    """Return the themes that a structure offers; an empty list in its row means all ten."""
    narrowed = Structure.objects.values_list("demarches", flat=True).get(pk=structure_id)
    return frozenset(narrowed or DEMARCHES)


def state_of(mandat: Mandat, now: datetime) -> str:
    """Return a key of :data:`STATES`, derived from dates and motif."""
    if mandat.ended_at is not None:
        return "expire" if mandat.motif in ("terme", "usage_unique") else "termine"
    if now >= mandat.expires_at:
        return "expire"
    late = mandat.scan_due_at is not None and now >= mandat.scan_due_at
    return "suspendu" if mandat.suspended_at or late else "actif"


def stopped(now: datetime, prefix: str = "") -> Q:
    """Return the condition « suspended »: by somebody, or because the signed sheet did not come in its days."""
    late = {f"{prefix}scan_due_at__isnull": False, f"{prefix}scan_due_at__lte": now}
    return Q(**{f"{prefix}suspended_at__isnull": False}) | Q(**late)


def _in_state(state: str, now: datetime) -> Q:
    """Return the condition of one state, the same as :func:`state_of`, of « bientot », or none for an empty one.

    Raises ``KeyError`` for any other: the page validates what it is given.
    """
    ended_by_term = Q(motif__in=("terme", "usage_unique"))
    standing = Q(ended_at__isnull=True, expires_at__gt=now)
    conditions = {
        "actif": standing & ~stopped(now),
        "suspendu": standing & stopped(now),
        "expire": Q(ended_at__isnull=True, expires_at__lte=now) | ended_by_term,
        "termine": Q(ended_at__isnull=False) & ~ended_by_term,
        "bientot": standing & Q(expires_at__lte=now + ENDING_WITHIN, expires_at__gte=F("accepted_at") + _LONG),
    }
    return conditions[state] if state else Q()


def _names_starting(query: str, prefix: str = "") -> Q:
    """Return the condition « birth name or first name starts with », or both in either order (« du an »).

    Accents and case do not count.
    """
    folded = fold(query)
    if not folded:
        return Q()
    family, given = f"{prefix}folded_family_given__startswith", f"{prefix}folded_given_family__startswith"
    found = Q(**{family: folded}) | Q(**{given: folded})
    first, _, second = folded.partition(" ")
    if second:
        found |= Q(**{family: first, given: second}) | Q(**{family: second, given: first})
    return found


def _seen(now: datetime) -> Q:
    """Return the condition « the structure still sees it »: it stands, or ended less than 365 days ago.

    What was archived before that is out of its sight too (RGPD 18).
    """
    limit = now - SEEN_AFTER_END
    recent = Q(ended_at__isnull=True, expires_at__gt=limit) | Q(ended_at__gt=limit)
    return Q(archived_at__isnull=True) & recent


def mandats_of(
    structure_id: UUID, aidant_id: UUID, now: datetime, query: str = "", state: str = ""
) -> QuerySet[Mandat]:
    """Return the mandats of the usagers whom an aidant served lately, newest first, by name and by state.

    Served: a mandat accepted or a use made by the aidant for the structure within 90 days.  A whole reference finds
    its mandat in the whole structure: who types it was given it.
    """
    seen = Mandat.objects.filter(_seen(now), _in_state(state, now), structure=structure_id)
    if reference := normalise(query):
        found = seen.filter(reference=reference)
    else:
        found = seen.filter(_served(structure_id, aidant_id, now), _names_starting(query, "usager__"))
    return found.select_related("usager", "aidant").order_by("-accepted_at", "id")


def _served(structure_id: UUID, aidant_id: UUID, now: datetime) -> Q:
    since = now - SERVED_WITHIN
    accepted = Mandat.objects.filter(
        structure=structure_id, usager=OuterRef("usager"), aidant=aidant_id, accepted_at__gte=since
    )
    used = Utilisation.objects.filter(
        mandat__structure=structure_id, mandat__usager=OuterRef("usager"), aidant=aidant_id, created_at__gte=since
    )
    return Q(Exists(accepted)) | Q(Exists(used))


def mandats_of_person(structure_id: UUID, family_name: str, birthdate: str, now: datetime) -> QuerySet[Mandat]:
    """Return the structure's mandats of whoever bears this birth name and birth date, both whole."""
    folded = fold(family_name)
    born = Usager.objects.filter(mandats__structure=structure_id, birthdate=birthdate).distinct().order_by("id")
    people = [one.pk for one in born.only("family_name") if folded and fold(one.family_name) == folded]
    found = Mandat.objects.filter(_seen(now), structure=structure_id, usager__in=people)
    return found.select_related("usager", "aidant").order_by("-accepted_at", "id")


def mandat_of(structure_id: UUID, mandat_id: UUID, now: datetime) -> Mandat | None:
    """Return one mandat that the structure still sees; a foreign one is as unknown as none."""
    return (
        Mandat.objects.filter(_seen(now), pk=mandat_id, structure=structure_id)
        .select_related("usager", "aidant", "structure")
        .first()
    )


def mandat_by_reference(typed: str) -> Mandat | None:
    """Return the mandat whose reference was typed, whoever asks: callers must check a code too."""
    reference = normalise(typed)
    if not reference:
        return None
    return _BY_REFERENCE.first(reference)


def _of_reference(reference: str) -> QuerySet[Mandat]:
    kept = Mandat.objects.filter(reference=reference, erased_at__isnull=True)
    return kept.select_related("usager", "structure", "aidant")


_BY_REFERENCE = CompiledRead(_of_reference, "the reference")


def brouillons_of(structure_id: UUID) -> QuerySet[Brouillon]:
    """Return the brouillons that can be resumed by the structure, last touched first."""
    return (
        Brouillon.objects.filter(structure=structure_id, signed_as__isnull=True)
        .select_related("aidant")
        .order_by("-updated_at", "id")
    )


def brouillon_of(structure_id: UUID, brouillon_id: UUID) -> Brouillon | None:
    """Return one brouillon of the structure, signed or not (``signed_as`` tells)."""
    return (
        Brouillon.objects.filter(pk=brouillon_id, structure=structure_id)
        .select_related("structure", "aidant", "signed_as", "cites", "renews")
        .first()
    )


def other_of(brouillon: Brouillon) -> Brouillon | None:
    """Return the other brouillon of a couple's appointment while there is one, signed or not."""
    if brouillon.couple is None:
        return None
    pair = Brouillon.objects.filter(couple=brouillon.couple, structure=brouillon.structure_id)
    return pair.exclude(pk=brouillon.pk).select_related("signed_as__usager").first()


def brouillon_beside(mandat: Mandat) -> Brouillon | None:
    """Return the brouillon of the other person of a couple, while it waits beside the mandat just concluded."""
    mine = Brouillon.objects.filter(signed_as=mandat, couple__isnull=False).values("couple")
    waiting = Brouillon.objects.filter(couple__in=mine, structure=mandat.structure_id, signed_as__isnull=True)
    return waiting.order_by("created_at", "id").first()


def _habilitations(structure: UUID | OuterRef | None, compte_id: UUID | None) -> dict[str, Exists]:
    """Return what :class:`UseFacts` needs of a structure and of the person who acts for it."""
    place = Affectation.objects.filter(
        structure=structure,
        compte=compte_id,
        compte__is_active=True,
        ended_at__isnull=True,
        is_aidant=True,
    )
    return {
        "structure_habilitee": Exists(standing_habilitations(structure)),
        "actor_is_aidant": Exists(place),
        "aidant_habilite": Exists(entitled(structure, compte_id)),
    }


def facts_of(
    row: Autorisation, now: datetime, *, crosses_to_franceconnect: bool = False, single_use_spent: bool = False
) -> UseFacts:
    """Return the facts of a row that :func:`annotated_autorisations` fetched.

    ``single_use_spent`` is told by who decides a new use; whether a mandat still covers a demarche does not hang on it.
    """
    narrowed = row.structure.demarches
    return UseFacts(
        now=now,
        expires_at=row.mandat.expires_at,
        mandat_ended_at=row.mandat.ended_at,
        autorisation_ended_at=row.ended_at,
        suspended_at=row.mandat.suspended_at,
        demarche_offered=not narrowed or row.demarche in narrowed,
        structure_habilitee=row.structure_habilitee,  # type: ignore[attr-defined]
        actor_is_aidant=row.actor_is_aidant,  # type: ignore[attr-defined]
        aidant_habilite=row.aidant_habilite,  # type: ignore[attr-defined]
        crosses_to_franceconnect=crosses_to_franceconnect,
        identity=row.mandat.identity,
        has_email=bool(row.usager.email or row.usager.franceconnect_email),
        sheet_due_at=row.mandat.scan_due_at,
        single_use_spent=single_use_spent,
    )


def autorisation_asked_about(mandat_id: UUID, demarche: str) -> Autorisation | None:
    """Return what a mandat gives for a demarche, with all that :func:`facts_of` reads; nobody in particular acts."""
    return _ASKED_ABOUT.first(mandat_id, demarche)


def _asked_about(mandat_id: UUID, demarche: str) -> QuerySet[Autorisation]:
    return annotated_autorisations(None).filter(mandat=mandat_id, demarche=demarche)


_ASKED_ABOUT = CompiledRead(_asked_about, UUID(int=1), "the demarche")


def annotated_autorisations(acteur: Acteur | None) -> QuerySet[Autorisation]:
    """Return autorisations joined with all that :func:`facts_of` reads: one query decides a use."""
    rows = Autorisation.objects.select_related("mandat", "usager", "structure")
    facts: dict[str, Any] = {**_habilitations(OuterRef("structure"), acteur.id if acteur else None)}
    if acteur is None:
        yes = Value(True, output_field=BooleanField())
        facts |= {"actor_is_aidant": yes, "aidant_habilite": yes}
    return rows.annotate(**facts)


def usable_autorisations(
    acteur: Acteur,
    *,
    demarches: set[str] | None,
    query: str,
    now: datetime,
    crosses_to_franceconnect: bool = False,
) -> QuerySet[Autorisation]:
    """Return what the acteur may use now in their structure, for the themes asked (``None``: all).

    Sorted by usager, those first whose mandat the acteur concluded within a day: they are at the desk.  The caller
    slices it.  Each choice is decided again with ``services.uses.may_use_once`` when it is made.
    """
    offered = offered_demarches(acteur.structure_id) if acteur.structure_id else frozenset()
    wanted = sorted(offered if demarches is None else offered & demarches)
    crosses = crosses_to_franceconnect
    since = now - AT_THE_DESK
    return standing_autorisations(acteur.structure_id, acteur.id, wanted, now, since, query=query, crosses=crosses)


def standing_autorisations(
    structure_id: UUID | None,
    compte_id: UUID | None,
    demarches: Sequence[str],
    now: datetime,
    at_desk_since: datetime,
    *,
    query: str = "",
    crosses: bool = False,
) -> QuerySet[Autorisation]:
    """Return what one person may use in one structure for exactly these themes, all of them offered there.

    ``at_desk_since``: whose mandat the person concluded after that comes first.  ``crosses``: only what may go to
    FranceConnect.
    """
    served = Utilisation.objects.filter(mandat=OuterRef("mandat"))
    found = Autorisation.objects.select_related("mandat", "usager", "structure").filter(
        Q(mandat__single_use=False) | ~Exists(served),
        ~stopped(now, "mandat__"),
        _names_starting(query, "usager__"),
        *_habilitations(structure_id, compte_id).values(),
        structure=structure_id,
        ended_at__isnull=True,
        mandat__structure=structure_id,  # the same one: said for the planner, which else reads every mandat that stands
        mandat__ended_at__isnull=True,
        mandat__expires_at__gt=now,
        demarche__in=demarches,
    )
    if crosses:
        found = found.filter(mandat__identity="franceconnect").exclude(usager__email="", usager__franceconnect_email="")
    here = Q(mandat__aidant=compte_id, mandat__accepted_at__gt=at_desk_since)
    found = found.annotate(at_the_desk=ExpressionWrapper(here, output_field=BooleanField()))
    return found.order_by("-at_the_desk", "usager__folded_family_given", "usager_id", "demarche")


def identite_of(usager: Usager) -> Identite:
    """Return an usager's row as an identity."""
    return Identite(
        sub_digest=usager.sub_digest or "",
        given_name=usager.given_name,
        family_name=usager.family_name,
        birthdate=usager.birthdate,
        gender=usager.gender,
        birthplace=usager.birthplace,
        birthcountry=usager.birthcountry,
        email=usager.email,
        preferred_username=usager.preferred_username,
        telephone=usager.telephone,
        birthplace_label=usager.birthplace_label,
    )


def standing_before(brouillon: Brouillon, usager_id: UUID | None) -> QuerySet[Autorisation]:
    """Return the open autorisations that this brouillon names again: the person's, and those of what it renews.

    Who renews may be known under another record: a document was seen then, FranceConnect vouches for them now.
    """
    codes = [chosen["code"] for chosen in brouillon.demarches]
    theirs = Q(usager=usager_id) if usager_id else Q()
    renewed = Q(mandat=brouillon.renews_id) if brouillon.renews_id else Q()
    if not theirs and not renewed:
        return Autorisation.objects.none()
    found = Autorisation.objects.filter(theirs | renewed, structure=brouillon.structure_id, demarche__in=codes)
    return found.filter(ended_at__isnull=True).select_related("mandat")


def replaced_by_signing(brouillon: Brouillon, identite: Identite, now: datetime) -> list[Autorisation]:
    """Return what signing would replace, for the person who identified themselves on the brouillon."""
    found = standing_before(brouillon, _record_of(brouillon, identite)).filter(mandat__expires_at__gt=now)
    return list(found.order_by("demarche", "id"))


def _record_of(brouillon: Brouillon, identite: Identite) -> UUID | None:
    """Return the row that the mandat would be under, if there is one: what a document says joins nothing stronger."""
    if identite.sub_digest:
        known = Usager.objects.filter(sub_digest=identite.sub_digest)
    elif brouillon.renews_id:
        known = Usager.objects.filter(mandats=brouillon.renews_id, sub_digest__isnull=True)
    else:
        return brouillon.same_as_id
    return known.values_list("pk", flat=True).first()


def timeline_of(mandat_id: UUID) -> list[tuple[Entree, str]]:
    """Return what the journal tells about a mandat, oldest first, each with the name of who acted.

    Names are read from the accounts: the journal holds references only.
    """
    entries = entries_about(mandat_id)
    people = Compte.objects.in_bulk({entry.acteur_id for entry in entries if entry.acteur_kind == "compte"})
    return [(entry, people[entry.acteur_id].full_name if entry.acteur_id in people else "") for entry in entries]
