"""How mandats end or stop, by whom, in how many seconds, and how the usager learns it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from aidants.domain.acteur import SYSTEME
from aidants.domain.decisions import Denied
from aidants.domain.errors import STRUCTURE_NOT_HABILITEE
from aidants.domain.roles import Role
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from mandats.domain import errors
from mandats.domain.fins import EXEMPLAIRE, PAPER
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Avis, Mandat, Usager
from mandats.registre.plis import plis_of_structure
from mandats.registre.selectors import state_of
from mandats.registre.services.closure import end_mandats_of_closed, end_structure
from mandats.registre.services.many import (
    acteur_usager,
    revoke_all,
    revoke_by_number,
    suspend_all,
    suspend_number,
)
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from tests import builders
from tests.aidants.mailbox import messages_to
from tests.builders import NOW
from tests.mandats.declarants import aidant, by, national

pytestmark = pytest.mark.django_db

NUMBER = "+33612345678"


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure(email="mandats@ccas.example.org")
    return builders.mandat(builders.aidant(place), place, demarches=("logement", "social"))


def fresh(mandat: Mandat) -> Mandat:
    return Mandat.objects.get(pk=mandat.pk)


def reach(mandat: Mandat, *, email: str = "", telephone: str = "") -> None:
    Usager.objects.filter(pk=mandat.usager_id).update(email=email, telephone=telephone)


def last_event() -> tuple[str, str]:
    entry = Entree.objects.latest("id")
    return entry.event, entry.reason


@pytest.mark.parametrize(
    ("who", "way", "motif", "channel"),
    [
        ("usager", "page_usager", MotifDeFin.REVOCATION, ""),
        ("usager", "sms", MotifDeFin.REVOCATION, ""),
        ("aidant", "aidant", MotifDeFin.REVOCATION, "email"),
        ("aidant", PAPER, MotifDeFin.REVOCATION, "email"),
        ("accueil", PAPER, MotifDeFin.REVOCATION, "email"),
        ("referent", "referent", MotifDeFin.RENONCIATION, "email"),
        ("administrateur", "administrateur", MotifDeFin.DECES, "courrier"),
        ("administrateur", "administrateur", MotifDeFin.TUTELLE, "email"),
        ("administrateur", "administrateur", MotifDeFin.INSOLVABILITE, "email"),
        ("systeme", "structure", MotifDeFin.FERMETURE, "email"),
    ],
)
def test_each_person_and_channel_ends_at_once_and_is_told(
    mandat: Mandat, who: str, way: str, motif: MotifDeFin, channel: str
) -> None:
    acteur, row = by(mandat, who), mandat.autorisations.order_by("demarche")[0]
    assert builders.decided_use(row.id, acteur=aidant(mandat), now=NOW)
    assert revoke_mandat(mandat.id, acteur, way=way, now=NOW, motif=motif)
    assert builders.decided_use(row.id, acteur=aidant(mandat), now=NOW) == Denied(errors.AUTORISATION_ENDED)
    assert fresh(mandat).motif == motif
    assert list(Avis.objects.values_list("channel", flat=True)) == ([channel] if channel else [])
    assert not any(motif.value in told.texte.casefold() for told in Avis.objects.order_by("id"))
    told = [message_of(sent) for sent in Envoi.objects.filter(purpose="fin_structure").order_by("id")]
    assert [one.to for one in told if one] == ([] if who in ("aidant", "referent") else ["mandats@ccas.example.org"])


def test_a_structure_without_an_address_learns_an_end_through_its_referents(mandat: Mandat) -> None:
    Structure.objects.update(email="")
    mandat.structure.refresh_from_db()
    referente = builders.compte("referente@ccas.example")
    Affectation.objects.create(compte=referente, structure=mandat.structure, is_referent=True, started_at=NOW)
    assert revoke_mandat(mandat.id, by(mandat, "usager"), way="page_usager", now=NOW)
    (sent,) = [message_of(one) for one in Envoi.objects.filter(purpose="fin_structure")]
    assert sent is not None
    assert sent.to == "referente@ccas.example"
    assert mandat.usager.family_name not in sent.text


@pytest.mark.parametrize(
    ("who", "motif"),
    [
        ("aidant", MotifDeFin.RENONCIATION),
        ("aidant", MotifDeFin.DECES),
        ("referent", MotifDeFin.REVOCATION),
        ("accueil", MotifDeFin.REVOCATION),
        ("usager", MotifDeFin.TUTELLE),
    ],
)
def test_an_end_that_is_not_theirs_is_refused_and_journaled(mandat: Mandat, who: str, motif: MotifDeFin) -> None:
    verdict = revoke_mandat(mandat.id, by(mandat, who), way="page_usager", now=NOW, motif=motif)
    assert verdict == Denied(errors.END_NOT_YOURS)
    assert last_event() == ("mandat:revoke_refused", "mandat.end_not_yours")
    assert fresh(mandat).ended_at is None
    assert not Avis.objects.exists()


@pytest.mark.writes("mandat:revoke_refused", "mandat:suspend_refused")
def test_another_usager_and_another_structure_reach_nothing(mandat: Mandat) -> None:
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    for acteur in (acteur_usager(uuid4()), builders.acteur(builders.aidant(elsewhere), elsewhere)):
        for verdict in (
            revoke_mandat(mandat.id, acteur, way="page_usager", now=NOW),
            suspend_mandat(mandat.id, acteur, way="page_usager", now=NOW),
        ):
            assert verdict == Denied(errors.AUTORISATION_UNKNOWN)
    assert fresh(mandat).suspended_at is None


def test_one_demarche_ended_by_the_aidant_is_told_and_the_last_one_ends_the_mandat(mandat: Mandat) -> None:
    first, last = mandat.autorisations.order_by("demarche")
    assert revoke_autorisation(first.id, aidant(mandat), way="aidant", now=NOW)
    assert Avis.objects.get().kind == "fin_partielle"
    assert revoke_autorisation(last.id, aidant(mandat), way="aidant", now=NOW)
    assert set(Avis.objects.values_list("kind", flat=True)) == {"fin_partielle", "fin"}


def test_a_telephone_call_suspends_at_once_and_a_letter_follows_from_the_accueil(mandat: Mandat) -> None:
    reach(mandat)
    row = mandat.autorisations.order_by("demarche")[0]
    assert suspend_mandat(mandat.id, national(Role.ACCUEIL), way="accueil", now=NOW)
    assert builders.decided_use(row.id, acteur=aidant(mandat), now=NOW) == Denied(errors.MANDAT_SUSPENDED)
    (letter,) = Avis.objects.order_by("id")
    assert (letter.channel, letter.office, letter.kind) == ("courrier", "accueil", "suspension")
    assert plis_of_structure(mandat.structure_id) == []


def test_the_letter_is_written_even_to_who_has_an_address_and_a_message_goes_too(mandat: Mandat) -> None:
    suspend_mandat(mandat.id, national(Role.ACCUEIL), way="accueil", now=NOW)
    assert sorted(Avis.objects.values_list("channel", flat=True)) == ["courrier", "email"]


@pytest.mark.parametrize("who", ["aidant", "accueil", "administrateur", "systeme"])
def test_only_the_usager_resumes_and_learns_it(mandat: Mandat, who: str) -> None:
    suspend_mandat(mandat.id, acteur_usager(mandat.usager_id), way="page_usager", now=NOW)
    assert not resume_mandat(mandat.id, by(mandat, who), way="aidant", now=NOW)
    assert last_event()[0] == "mandat:resume_refused"
    assert fresh(mandat).suspended_at == NOW
    assert resume_mandat(mandat.id, acteur_usager(mandat.usager_id), way="page_usager", now=NOW)
    assert state_of(fresh(mandat), NOW) == "actif"
    assert Avis.objects.get().kind == "reprise"


@pytest.mark.writes("mandat:resume_refused")
def test_a_missing_sheet_is_lifted_by_the_sheet_alone(mandat: Mandat) -> None:
    usager = acteur_usager(mandat.usager_id)
    assert suspend_mandat(mandat.id, SYSTEME, way=EXEMPLAIRE, now=NOW)
    assert resume_mandat(mandat.id, usager, way="page_usager", now=NOW) == Denied(errors.SUSPENDED_FOR_SCAN)
    assert resume_mandat(mandat.id, aidant(mandat), way=EXEMPLAIRE, now=NOW)
    assert fresh(mandat).suspended_at is None


def test_what_the_usager_stopped_is_not_lifted_by_the_sheet(mandat: Mandat) -> None:
    usager = acteur_usager(mandat.usager_id)
    suspend_mandat(mandat.id, SYSTEME, way=EXEMPLAIRE, now=NOW)
    assert suspend_mandat(mandat.id, usager, way="sms", now=NOW)
    assert not resume_mandat(mandat.id, aidant(mandat), way=EXEMPLAIRE, now=NOW)
    assert resume_mandat(mandat.id, usager, way="page_usager", now=NOW)


def elsewhere(mandat: Mandat) -> Mandat:
    """Return another mandat of the same person, in another structure."""
    place = builders.structure("Médiathèque", siret="99999930300013")
    person = builders.identite(sub_digest=mandat.usager.sub_digest)
    return builders.mandat(builders.aidant(place), place, person)


def test_all_mandats_in_all_structures_stop_or_end_together(mandat: Mandat) -> None:
    other, stranger = elsewhere(mandat), builders.mandat(mandat.aidant, mandat.structure)
    assert suspend_all(mandat.usager_id, way="page_usager", now=NOW) == 2
    assert revoke_all(mandat.usager_id, way="page_usager", now=NOW) == 2
    assert {fresh(one).motif for one in (mandat, other)} == {"revocation"}
    assert fresh(stranger).ended_at is None


def test_fin_ends_the_only_one_asks_among_several_and_ends_the_one_named(mandat: Mandat) -> None:
    reach(mandat, telephone=NUMBER)
    other = elsewhere(mandat)
    Usager.objects.filter(pk=mandat.usager_id).update(telephone=NUMBER)
    for named in ("", "GAP7-K3XW-9B"):
        which = revoke_by_number(NUMBER, named, NOW)
        assert isinstance(which, list)
        assert set(which) == {mandat, other}
    assert revoke_by_number(NUMBER, other.reference.lower(), NOW) == other
    assert revoke_by_number(NUMBER, "", NOW) == mandat
    assert revoke_by_number(NUMBER, "", NOW) == []
    assert revoke_by_number("+33600000000", "", NOW) == []


def test_stop_suspends_all_of_the_number_and_lists_them(mandat: Mandat) -> None:
    reach(mandat, telephone=NUMBER)
    other = elsewhere(mandat)
    Usager.objects.filter(pk=mandat.usager_id).update(telephone=NUMBER)
    assert set(suspend_number(NUMBER, NOW)) == {mandat, other}
    assert {fresh(one).suspension_way for one in (mandat, other)} == {"sms"}
    assert set(suspend_number(NUMBER, NOW + timedelta(minutes=1))) == {mandat, other}
    assert fresh(mandat).suspended_at == NOW


@pytest.mark.parametrize("motif", [MotifDeFin.FERMETURE, MotifDeFin.LIQUIDATION, MotifDeFin.HABILITATION])
def test_a_structure_that_is_no_more_ends_all_its_mandats_batch_after_batch(mandat: Mandat, motif: MotifDeFin) -> None:
    others = [builders.mandat(mandat.aidant, mandat.structure) for _ in range(3)]
    spared, row = elsewhere(mandat), mandat.autorisations.order_by("demarche")[0]
    reach(mandat)
    builders.utilisation(mandat)
    assert len(plis_of_structure(mandat.structure_id)) == 1
    assert end_structure(mandat.structure_id, national(Role.INSTRUCTEUR), motif, NOW)
    assert builders.decided_use(row.id, acteur=aidant(mandat), now=NOW) == Denied(STRUCTURE_NOT_HABILITEE)
    assert [end_mandats_of_closed(NOW, batch=3) for _ in range(3)] == [3, 1, 0]
    assert {fresh(one).motif for one in (mandat, *others)} == {motif.value}
    assert fresh(spared).ended_at is None
    ended = Avis.objects.filter(kind="fin")
    assert ended.count() == 4
    assert set(Avis.objects.filter(mandat=mandat).values_list("channel", "office")) == {("courrier", "accueil")}
    assert plis_of_structure(mandat.structure_id) == []
    assert "n’est plus habilitée" in messages_to(mandat.aidant.email)[-1].text


@pytest.mark.writes("mandat:revoke")
def test_a_habilitation_lost_elsewhere_ends_them_too(mandat: Mandat) -> None:
    HabilitationStructure.objects.update(ended_at=NOW, motif="autre")
    assert end_mandats_of_closed(NOW) == 1
    assert fresh(mandat).motif == "habilitation"


def test_a_structure_whose_right_was_given_again_keeps_its_mandats(mandat: Mandat) -> None:
    HabilitationStructure.objects.update(ended_at=NOW)
    HabilitationStructure.objects.create(structure=mandat.structure, validee_at=NOW)
    assert end_mandats_of_closed(NOW) == 0


@pytest.mark.writes("structure:end_refused")
@pytest.mark.parametrize(
    ("role", "motif"), [(Role.ACCUEIL, MotifDeFin.FERMETURE), (Role.INSTRUCTEUR, MotifDeFin.DECES)]
)
def test_who_may_not_close_a_structure(mandat: Mandat, role: Role, motif: MotifDeFin) -> None:
    assert end_structure(mandat.structure_id, national(role), motif, NOW) == Denied(errors.END_NOT_YOURS)
    assert last_event()[0] == "structure:end_refused"
    assert HabilitationStructure.objects.get().ended_at is None


@pytest.mark.writes("structure:end")
def test_closing_twice_says_so(mandat: Mandat) -> None:
    doer = national(Role.ADMINISTRATEUR)
    assert end_structure(mandat.structure_id, doer, MotifDeFin.FERMETURE, NOW)
    assert end_structure(mandat.structure_id, doer, MotifDeFin.FERMETURE, NOW) == Denied(errors.STRUCTURE_ALREADY_ENDED)
    assert Structure.objects.filter(pk=mandat.structure_id).exists()
