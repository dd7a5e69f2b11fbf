"""Who may declare which end, and how it is told: the closed list of DOMAIN §3.1 as a table."""

import pytest

from aidants.domain.decisions import Denied
from mandats.domain import errors
from mandats.domain.fins import FOLLOWS, EndFacts, Told, end_told, may_end, may_suspend, suspension_told
from mandats.domain.motifs import LABELS, MotifDeFin

WHO = ("usager", "aidant", "referent", "accueil", "instructeur", "administrateur", "prefecture", "systeme", "")
TABLE = {
    MotifDeFin.TERME: set(),
    MotifDeFin.USAGE_UNIQUE: set(),
    MotifDeFin.REVOCATION: {"usager", "aidant"},
    MotifDeFin.RENONCIATION: {"referent"},
    MotifDeFin.REMPLACEMENT: set(),
    MotifDeFin.DECES: {"administrateur"},
    MotifDeFin.TUTELLE: {"administrateur"},
    MotifDeFin.INSOLVABILITE: {"administrateur"},
    MotifDeFin.FERMETURE: {"instructeur", "administrateur", "systeme"},
    MotifDeFin.LIQUIDATION: {"instructeur", "administrateur", "systeme"},
    MotifDeFin.HABILITATION: {"instructeur", "administrateur", "systeme"},
}


def test_every_motif_has_its_row_and_its_words() -> None:
    assert set(TABLE) == set(MotifDeFin) == set(LABELS)
    assert {motif for motif, who in TABLE.items() if not who} == FOLLOWS


@pytest.mark.parametrize("motif", MotifDeFin)
@pytest.mark.parametrize("who", WHO)
def test_may_end(motif: MotifDeFin, who: str) -> None:
    verdict = may_end(EndFacts(motif, who, "page_usager"))
    assert bool(verdict) == (who in TABLE[motif])
    assert verdict or verdict == Denied(errors.END_NOT_YOURS)


@pytest.mark.parametrize(
    ("who", "motif", "way", "granted"),
    [
        ("accueil", MotifDeFin.REVOCATION, "formulaire", True),
        ("accueil", MotifDeFin.REVOCATION, "accueil", False),
        ("accueil", MotifDeFin.DECES, "formulaire", False),
        ("instructeur", MotifDeFin.REVOCATION, "formulaire", False),
    ],
)
def test_the_accueil_enters_a_signed_form_and_nothing_else(
    who: str, motif: MotifDeFin, way: str, granted: bool
) -> None:
    assert bool(may_end(EndFacts(motif, who, way))) == granted


@pytest.mark.parametrize("who", WHO)
def test_may_suspend(who: str) -> None:
    assert bool(may_suspend(who)) == (who in {"usager", "aidant", "accueil", "administrateur", "systeme"})


@pytest.mark.parametrize(
    ("motif", "who", "how"),
    [
        (MotifDeFin.REVOCATION, "usager", Told.NOT),
        (MotifDeFin.REVOCATION, "aidant", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.REVOCATION, "accueil", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.RENONCIATION, "referent", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.DECES, "administrateur", Told.BY_LETTER),
        (MotifDeFin.TUTELLE, "administrateur", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.INSOLVABILITE, "administrateur", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.FERMETURE, "systeme", Told.BY_THEIR_CHANNEL),
        (MotifDeFin.TERME, "systeme", Told.NOT),
        (MotifDeFin.USAGE_UNIQUE, "systeme", Told.NOT),
    ],
)
def test_whatever_the_usager_did_not_ask_is_told(motif: MotifDeFin, who: str, how: Told) -> None:
    assert end_told(motif, who) is how


@pytest.mark.parametrize(
    ("who", "how"),
    [
        ("usager", Told.NOT),
        ("accueil", Told.BY_LETTER),
        ("aidant", Told.BY_THEIR_CHANNEL),
        ("systeme", Told.BY_THEIR_CHANNEL),
    ],
)
def test_a_suspension_on_a_weak_identity_is_followed_by_a_letter(who: str, how: Told) -> None:
    assert suspension_told(who) is how
