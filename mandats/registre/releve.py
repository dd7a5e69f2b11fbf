"""The account of uses that the mandataire renders (C. civ. 1993): between two dates, on screen and on paper.

What a site noted by itself and what an aidant declared stand apart; a line corrected stays, marked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from aidants.domain.demarches import DEMARCHES
from aidants.structures.models import Structure
from mandats.document.given import Letter, LetterTable
from mandats.document.render import render_letter
from mandats.domain.autonomie import AVEC_AIDE, SEULE
from mandats.domain.durees import french_date, local_date
from mandats.domain.utilisations import CHANNELS, MANNERS_TO_USAGER, sentence
from mandats.registre.models import Mandat, Usager, Utilisation
from mandats.registre.plis import recipient_of
from mandats.registre.texts import service_contact

BRIDGE, DECLARED = "Connexion à un site", "Déclarée par l’aidant"
_CLOSING = (
    "Vous n’avez pas demandé l’une de ces lignes ? Téléphonez au {telephone}. "
    "Vous pouvez arrêter un mandat à tout moment, sans dire pourquoi."
)
_USUAL = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ligne:
    """One use in the words of the account."""

    use: Utilisation
    day: str
    label: str
    channel: str
    manner: str
    kind: str
    by: str
    corrected: str

    @property
    def done(self) -> str:
        """What was done, and where, in one sentence."""
        what = f"{self.use.body}, {self.manner}{self.channel}"
        return f"{what} : {sentence(self.use.description)}" if self.use.description else f"{what}."


@dataclass(frozen=True, slots=True)
class Autonomie:
    """What the person said of one demarche at their last renewal, and when (DOMAIN §5)."""

    label: str
    level: str
    day: str

    @property
    def is_alone(self) -> bool:
        """Whether they now do it by themselves."""
        return self.level == SEULE


@dataclass(frozen=True, slots=True)
class Releve:
    """The account of one person between two days, both included; ``structure`` is ``None`` for all of them."""

    usager: Usager
    structure: Structure | None
    start: date
    end: date
    lignes: list[Ligne]
    autonomie: list[Autonomie]

    @property
    def alone(self) -> list[Autonomie]:
        """What the person now does by themselves."""
        return [one for one in self.autonomie if one.is_alone]

    @property
    def with_help(self) -> list[Autonomie]:
        """What the person does with a little help."""
        return [one for one in self.autonomie if one.level == AVEC_AIDE]

    @property
    def counted(self) -> str:
        """How many uses of each kind, in words."""
        bridge = sum(1 for one in self.lignes if one.kind == BRIDGE)
        declared = len(self.lignes) - bridge
        return f"{_many(bridge, 'connexion')} à un site, {_many(declared, 'utilisation déclarée')}"


def _many(count: int, what: str) -> str:
    words = what if count < 2 else " ".join(f"{word}s" for word in what.split())
    return f"{count or 'aucune'} {words}"


def usual_dates(now: datetime, time_zone: str) -> tuple[date, date]:
    """Return the last 365 days, today included, where the structure is."""
    today = local_date(now, time_zone)
    return today - _USUAL, today


def releve_of(
    usager: Usager,
    start: date,
    end: date,
    *,
    structure: Structure | None = None,
    mandat_id: UUID | None = None,
) -> Releve:
    """Return the uses made for an usager between two days, oldest first, and what they now do alone, by two queries.

    ``structure`` limits it to what that structure did and was told; ``mandat_id`` to one mandat.
    """
    rows = Utilisation.objects.filter(mandat__usager=usager, used_on__gte=start, used_on__lte=end)
    rows = rows.filter(mandat__structure=structure) if structure else rows
    rows = rows.filter(mandat=mandat_id) if mandat_id else rows
    rows = rows.select_related("aidant", "autorisation", "mandat__structure", "correction")
    told = Mandat.objects.filter(usager=usager, autonomy_at__isnull=False)
    told = told.filter(structure=structure) if structure else told
    told = told.filter(pk=mandat_id) if mandat_id else told
    lignes = _lignes(rows.order_by("used_on", "created_at", "id"))
    return Releve(usager, structure, start, end, lignes, _autonomie(told, end))


def _autonomie(told: QuerySet[Mandat], end: date) -> list[Autonomie]:
    """Return the last answer for each demarche, as it stood on ``end``, in the order of the themes."""
    last: dict[str, Autonomie] = {}
    rows = told.order_by("autonomy_at", "id").values_list("autonomy", "autonomy_at", "time_zone")
    for levels, at, time_zone in rows:
        if at is None:
            continue
        day = local_date(at, time_zone)
        for code, level in levels.items() if day <= end else ():
            last[code] = Autonomie(DEMARCHES[code].label, level, french_date(day))
    return [last[code] for code in DEMARCHES if code in last]


def _lignes(rows: Iterable[Utilisation]) -> list[Ligne]:
    return [
        Ligne(
            use=row,
            day=french_date(row.used_on),
            label=DEMARCHES[row.autorisation.demarche].label,
            channel=CHANNELS[row.channel],
            manner=MANNERS_TO_USAGER[row.manner],
            kind=BRIDGE if row.channel == "bridge" else DECLARED,
            by=f"{row.aidant.full_name}, {row.mandat.structure.name}",
            corrected=_correction(row),
        )
        for row in rows
    ]


def _correction(row: Utilisation) -> str:
    correction = getattr(row, "correction", None)
    return f"Notée par erreur : {correction.reason}" if correction else ""


def render_releve(releve: Releve, place: Structure, now: datetime, *, large: bool = False) -> bytes:
    """Return the account as a letter for a window envelope, sent from the town of ``place``.

    Raises ``PaperNotMade``.
    """
    lignes = releve.lignes
    table = LetterTable(("Date", "Par qui", "Ce qui a été fait"), tuple(_row(one) for one in lignes))
    whom = f"par {releve.structure.name}" if releve.structure else "par toutes les structures qui vous aident"
    paragraphs = (
        f"Voici ce qui a été fait en votre nom {whom}, du {french_date(releve.start)} au {french_date(releve.end)}.",
        f"{releve.counted[0].upper()}{releve.counted[1:]}." if lignes else "Rien n’a été fait pendant cette période.",
    )
    closing = (*_alone(releve), _CLOSING.format(telephone=service_contact().telephone))
    return render_letter(
        Letter(
            recipient=recipient_of(releve.usager, place),
            place=place.city,
            written_at=now,
            time_zone=place.time_zone,
            object="Votre relevé : ce qui a été fait en votre nom",
            paragraphs=paragraphs,
            service=service_contact(),
            signatory=releve.structure.name if releve.structure else service_contact().name,
            table=table if lignes else None,
            closing=closing,
            large=large,
        )
    )


def _alone(releve: Releve) -> Iterable[str]:
    """Yield what the person now does by themselves, then with a little help: one sentence each."""
    for words, found in (("seul", releve.alone), ("avec un peu d’aide", releve.with_help)):
        if found:
            yield f"Ce que vous faites maintenant {words} : {', '.join(f'{one.label} ({one.day})' for one in found)}."


def _row(one: Ligne) -> tuple[str, str, str]:
    done = f"{one.label}\u00a0: {one.done} {one.kind}."
    return one.day, one.by, f"{done} {one.corrected}" if one.corrected else done
