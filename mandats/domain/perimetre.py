"""What may be asked in a brouillon: themes, formalities, reserved acts, single use, a duration.  Pure.

A mandat covers what it names and nothing else (C. civ. 1987-1989).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict

from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.demarches import DEMARCHES
from mandats.domain import errors, perimetre_errors
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.durees import Duree, bounds_problem, max_days_of
from mandats.domain.rules import duree_verdict

FORMALITES_PER_THEME: Final = 10
FORMALITE_LENGTH: Final = 200


class DemarcheChoisie(TypedDict):
    """One theme chosen and the formalities named within it."""

    code: str
    formalites: Sequence[str]


@dataclass(frozen=True, slots=True)
class Perimetre:
    """What the usager asks: ``duree`` is stored as ``J31`` or ``DATE:2027-03-03``."""

    demarches: tuple[DemarcheChoisie, ...]
    duree: str
    single_use: bool = False
    reserved_acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrepareFacts:
    """What must be known to prepare a mandat: what is asked, by whom it would be received, now.

    ``duree`` is None when what was asked is no duration of ours; ``shown_structure`` tells whether the page that was
    filled in named the structure acted for.
    """

    asked: Perimetre
    duree: Duree | None
    offered: frozenset[str]
    host: bool
    time_zone: str
    now: datetime
    shown_structure: bool


def _shown_structure(facts: PrepareFacts) -> Decision:
    """Never created for another structure than the one shown (DOMAIN §3.4)."""
    return GRANTED if facts.shown_structure else Denied(perimetre_errors.OTHER_STRUCTURE)


def _has_demarche(facts: PrepareFacts) -> Decision:
    """A mandat names what may be done, among ten themes (DOMAIN §3.2)."""
    codes = {chosen["code"] for chosen in facts.asked.demarches}
    return GRANTED if codes and codes <= DEMARCHES.keys() else Denied(errors.NO_DEMARCHE)


def _offered(facts: PrepareFacts) -> Decision:
    """A structure may narrow its themes (DOMAIN §3.2)."""
    codes = {chosen["code"] for chosen in facts.asked.demarches}
    return GRANTED if codes <= facts.offered else Denied(errors.DEMARCHE_NARROWED)


def _formalites(facts: PrepareFacts) -> Decision:
    """Ten formalities a theme, each short enough for the paper."""
    for chosen in facts.asked.demarches:
        named = chosen["formalites"]
        if len(named) > FORMALITES_PER_THEME or any(len(text) > FORMALITE_LENGTH for text in named):
            return Denied(perimetre_errors.FORMALITES_REFUSED)
    return GRANTED


def _reserved_acts(facts: PrepareFacts) -> Decision:
    """Only the six acts of the table may be named (DOMAIN §3.2)."""
    return (
        GRANTED
        if set(facts.asked.reserved_acts) <= RESERVED_ACTS.keys()
        else Denied(perimetre_errors.RESERVED_ACT_UNKNOWN)
    )


def _duree(facts: PrepareFacts) -> Decision:
    """One of our durations, that could be had if the mandat were accepted now (DOMAIN §3.3)."""
    if facts.duree is None:
        return Denied(perimetre_errors.DUREE_UNKNOWN)
    most = max_days_of(facts.host)
    return duree_verdict(bounds_problem(facts.now, facts.duree, facts.time_zone, max_days=most), facts.host)


_MAY_PREPARE = (_shown_structure, _has_demarche, _offered, _formalites, _reserved_acts, _duree)


def may_prepare(facts: PrepareFacts) -> Decision:
    """Return whether a brouillon may ask this now."""
    return decide(_MAY_PREPARE, facts)


def cleaned(asked: Perimetre) -> list[dict[str, object]]:
    """Return each theme once, in the table's order, with its formalities: no blanks, none twice."""
    chosen = {item["code"]: _once(item["formalites"]) for item in asked.demarches}
    return [{"code": code, "formalites": chosen[code]} for code in DEMARCHES if code in chosen]


def ordered_reserved_acts(codes: Sequence[str]) -> list[str]:
    """Return reserved acts once each, in the table's order."""
    return [code for code in RESERVED_ACTS if code in set(codes)]


def _once(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def narrower(older: Sequence[str], newer: Sequence[str]) -> bool:
    """Tell whether a demarche's newer formalities leave out some of the older; none named means the whole theme."""
    if not newer:
        return False
    return not older or not set(older) <= set(newer)
