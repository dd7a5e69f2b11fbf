"""Every door to a mandat, tried by a conseiller without a certificate: none opens; each opens and shuts with it."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.dispositif.formation.certification import withdraw
from aidants.dispositif.formation.models import Certification, MembreOrganisme, Parcours
from aidants.domain.activite.errors import CERTIFICATION_MISSING, FORMATION_MISSING, OWN_RESULT
from aidants.domain.decisions import Denied
from aidants.envois import sms as senders
from aidants.habilitation.selectors import may_act_for
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.brouillons import identify
from mandats.registre.services.renew import start_renewal
from tests import builders
from tests.access.partner import calling_partner
from tests.aidants import training_desk
from tests.aidants.dispositif import scheme
from tests.aidants.training_desk import TrainingDesk
from tests.domain.fiches import AIDANT
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text
from tests.oidc import flow

WORDS = CERTIFICATION_MISSING.message
ASKED = {"demarches": ["logement"], "duree": "J31"}


@pytest.fixture
def desk(db: None) -> Desk:
    """Seat a conseiller who has everything; each test takes the certificate away when its story says so."""
    builders.keys()
    made = pages_desk.desk(email="accueil@ccas-demonstration.fr", telephone="01 99 00 12 34")
    Affectation.objects.filter(compte=made.who).update(is_conseiller=True)
    return made


def loses_certificate(desk: Desk) -> None:
    held = Certification.objects.get(compte=desk.who)
    assert withdraw(held.id, "Erreur", builders.acteur(builders.compte(), desk.place), timezone.now())


def finds_it_again(desk: Desk) -> None:
    Certification.objects.filter(compte=desk.who).update(withdrawn_at=None, withdrawn_why="")


def drawn(desk: Desk) -> Brouillon:
    made = desk.identified()
    assert ways.draws(desk, made).status_code == 302
    return made


def coded(desk: Desk) -> Brouillon:
    made = desk.identified()
    left: list[str] = []

    def send(_self: object, _telephone: str, words: str) -> str:
        left.append(words)
        return "essai-1"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(senders.ConsoleSender, "send", send)
        assert ways.gives_code(desk, made, lambda: left[-1]).status_code == 302
    return made


def witnessed(desk: Desk) -> Brouillon:
    made = desk.identified()
    ways.reads_aloud(desk, made)
    assert ways.has_witness(desk, made).status_code == 302
    return made


def scanned(desk: Desk) -> Brouillon:
    made = desk.identified()
    assert ways.hands_scan(desk, made).status_code == 302
    return made


def declared(desk: Desk) -> Brouillon:
    made = desk.identified()
    assert ways.declares(desk, made).status_code == 302
    return made


def answered(desk: Desk) -> Brouillon:
    made = desk.identified()
    ways.asks_by_sms(desk, made)
    assert ways.answers("oui") == "accord"
    return made


def by_document(desk: Desk) -> Brouillon:
    made = ways.by_document(desk)
    desk.client.post(ways.address(made, "contacts"), {})
    assert ways.draws(desk, made).status_code == 302
    return made


def of_a_couple(desk: Desk) -> Brouillon:
    asked = ASKED | {"couple": "on", "structure": str(desk.place.id)}
    assert desk.client.post("/mandats/nouveau", asked).status_code == 302
    for made in Brouillon.objects.order_by("created_at", "id"):
        desk.client.post(ways.address(made, "carte"), {"reponse": "aucune"})
        person = builders.identite(given_name=f"Zoé {made.reference}")
        assert identify(made.id, person, builders.PREUVE, desk.acteur, timezone.now())
        assert ways.draws(desk, made).status_code == 302
    return made


def renewed(desk: Desk) -> Brouillon:
    person = builders.identite()
    old = desk.mandat(person)
    made = start_renewal(old.id, desk.acteur, {"logement": "aide"}, timezone.now())
    assert isinstance(made, Brouillon)
    desk.client.post(ways.address(made, "carte"), {"reponse": "aucune"})
    assert identify(made.id, person, builders.PREUVE, desk.acteur, timezone.now())
    assert ways.draws(desk, made).status_code == 302
    return made


def begun_by_a_colleague(desk: Desk) -> Brouillon:
    return builders.consented(builders.aidant(desk.place), desk.place, now=timezone.now())


@pytest.mark.parametrize(
    "prepare",
    [drawn, coded, witnessed, scanned, declared, answered, by_document, of_a_couple, renewed, begun_by_a_colleague],
    ids=lambda one: one.__name__,
)
def test_whatever_was_prepared_before_is_not_accepted_after(desk: Desk, prepare: Callable[[Desk], Brouillon]) -> None:
    ready = prepare(desk)
    standing = Mandat.objects.count()
    loses_certificate(desk)
    answer = desk.client.post(ways.address(ready, "acceptation"), {"code": desk.code()})
    assert (answer.status_code, WORDS in text(answer)) == (422, True)
    assert Mandat.objects.count() == standing
    refused = Entree.objects.filter(event="mandat:sign_refused", subject_id=ready.id)
    assert [one.reason for one in refused] == [CERTIFICATION_MISSING.code]
    finds_it_again(desk)
    assert isinstance(ways.accepts(desk, ready), Mandat)


def test_nothing_is_begun_changed_nor_renewed_without_it(desk: Desk) -> None:
    old, begun = desk.mandat(), desk.brouillon()
    loses_certificate(desk)
    asked = ASKED | {"structure": str(desk.place.id)}
    for path, given in (
        ("/mandats/nouveau", asked),
        ("/mandats/nouveau", asked | {"couple": "on"}),
        (ways.address(begun, "demarches"), asked | {"duree": "J365"}),
        (f"/mandats/{old.id}/renouveler", {"present": "oui", "autonomie_logement": "aide"}),
    ):
        answer = desk.client.post(path, given)
        assert (answer.status_code, WORDS in text(answer)) == (422, True), path
    assert list(Brouillon.objects.filter(signed_as=None)) == [begun]
    begun.refresh_from_db()
    assert begun.duree == "J31"


def test_a_mandat_that_stands_is_used_by_no_way_and_every_way_opens_again(desk: Desk) -> None:
    mandat = desk.mandat()
    at, site = flow.Desk(desk.place, desk.who, mandat, desk.client), flow.site()
    token = flow.tokens_of(at, site)["access_token"]
    waiting = flow.code_of(at, site)
    choice = flow.choice_page(desk.client, site)
    first = mandat.autorisations.get()
    use = {
        "autorisation": first.id,
        "channel": "telephone",
        "body": "CAF",
        "description": "Appel",
        "used_on": timezone.localdate().isoformat(),
        "manner": "avec",
        "confirmed": "1",
    }
    before = mandat.utilisations.count()
    loses_certificate(desk)
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(site, token).json() == {"active": False}
    assert flow.exchange(site, waiting).status_code == 400
    assert desk.client.post(choice, {"autorisation": str(first.id)}).status_code == 403
    desk.client.post(f"/mandats/{mandat.id}/utilisation", use)
    assert desk.client.post("/appels", {"autorisation": first.id}).status_code != 302
    assert mandat.utilisations.count() == before
    finds_it_again(desk)
    assert flow.userinfo(flow.tokens_of(at, site)["access_token"]).status_code == 200


def conseiller_of_one_day(desk: Desk) -> Affectation:
    """Give the conseiller the training of one day alone, and the contract that makes a conseiller of them."""
    place = Affectation.objects.get(compte=desk.who)
    Parcours.objects.filter(compte=desk.who).update(cadre="aidant")
    scheme.contrat(desk.place, desk.who)
    return place


def test_a_partner_who_forgets_the_post_lightens_nobody_s_training(desk: Desk) -> None:
    conseiller_of_one_day(desk)
    other = builders.structure("Ailleurs", siret="99999920500029")
    places = {"own": desk.place, "colleague": desk.place, "foreign": other}
    people = {"own": desk.who, "colleague": builders.aidant(desk.place), "foreign": builders.aidant(other)}
    partner = calling_partner(places, people, timezone.now())
    fiche = AIDANT | {"courriel": desk.who.email, "conseiller": False}
    answer = partner.put("/api/v1/partenaire/structures/mine/aidants/a", fiche, content_type="application/json")
    assert (answer.status_code, answer.json()["habilite"]) == (200, False), answer.json()
    assert may_act_for(desk.who.id, desk.place.id) == Denied(FORMATION_MISSING)


def test_no_referent_and_no_second_place_gives_what_is_missing(desk: Desk) -> None:
    loses_certificate(desk)
    chief, elsewhere = scheme.referent(desk.place), builders.structure("Ailleurs", siret="99999920500029")
    browser = builders.signed_in(chief)
    names = {"given_name": desk.who.given_name, "family_name": desk.who.family_name, "profession": "Agent"}
    given = {"roles": ["aidant", "referent"], "code": builders.totp_code(chief), **names}
    answer = browser.post(f"/equipe/{desk.who.id}/place", given)
    assert answer.status_code == 302, text(answer)
    Affectation.objects.create(compte=desk.who, structure=elsewhere, is_aidant=True, started_at=builders.NOW)
    for place in (desk.place, elsewhere):
        assert may_act_for(desk.who.id, place.id) == Denied(CERTIFICATION_MISSING)


def test_nobody_writes_their_own_result(desk: Desk) -> None:
    loses_certificate(desk)
    body = training_desk.organisme()
    trainer = TrainingDesk(desk.place, desk.who, body, desk.who)
    trainer.inscribed(trainer.session())
    Fonction.objects.create(compte=desk.who, role="organisme")
    MembreOrganisme.objects.create(organisme=body, compte=desk.who, started_at=builders.NOW)
    given = {"email": desk.who.email, "result": "obtenue", "day": timezone.localdate().isoformat()}
    answer = desk.client.post("/organisme/resultats", given)
    assert (answer.status_code, OWN_RESULT.message in text(answer)) == (403, True)
    assert may_act_for(desk.who.id, desk.place.id) == Denied(CERTIFICATION_MISSING)
