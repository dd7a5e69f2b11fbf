"""Each page of the scheme with the demonstration's data on it, at 200 %, by keyboard: judged, and walked with Tab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import MembreOrganisme, Organisme, SessionFormation
from aidants.dispositif.models import AvisPrefet, Campagne, Candidature, Comite, Contrat, MiseEnRelation, Poste
from aidants.habilitation.models import Dossier
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.recruiting import holder, signs_in
from tests.browser.visitor import KEYBOARD_ZOOMED
from tests.stack import LiveStack

# What a keyboard must reach, one radio button a group; what is folded or hidden is not on the page.
_TO_REACH = """() => { const groups = new Set(); return Array.from(document.querySelectorAll(
  "main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary"))
  .filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0)
  .filter(e => e.type !== "radio" || !groups.has(e.name) && groups.add(e.name)).length; }"""
_LISTENS = """() => { const reached = window.reached = new Set();
  document.addEventListener("focusin", ({ target: e }) => {
    if (!e.closest("main") || e.matches("[role=region], .fr-table__container")) return;
    reached.add(e.type === "radio" ? e.name : e); }); }"""


def _walks(page: Page) -> None:
    """Press Tab until the whole page was gone through: nothing that serves is out of the keyboard's reach."""
    wanted, reached = int(page.evaluate(_TO_REACH)), 0
    page.evaluate(_LISTENS)
    for count in range(1, wanted + 60):
        page.keyboard.press("Tab")
        if count % 10 == 0 or count > wanted + 40:
            reached = int(page.evaluate("() => window.reached.size"))
            if reached >= wanted:
                return
    raise AssertionError(f"{page.url}: Tab reaches {reached} of {wanted}")


def _anct() -> Iterator[str]:
    waiting = AvisPrefet.objects.exclude(sens="").filter(candidature__state="deposee").first()
    assert waiting is not None
    yield "/instruction/candidatures"
    yield f"/instruction/candidatures/{waiting.candidature_id}"
    yield "/instruction/comites"
    yield f"/instruction/comites/{Comite.objects.filter(closed_at__isnull=False).order_by('held_on')[0].id}"
    yield "/instruction/quotas"
    yield from ("/instruction/parametres", "/instruction/vivier", "/instruction/appels")
    yield f"/instruction/appels/{Campagne.objects.order_by('id')[0].id}"
    yield "/budget"
    yield "/organismes"
    yield f"/organismes/{Organisme.objects.get(name='Greta des Alpes').id}"
    yield f"/habilitations/{Compte.objects.get(email='nadia@ccas.example').id}"
    yield "/habilitation/dossiers"
    yield f"/habilitation/dossiers/{Dossier.objects.filter(etat='en_instruction').order_by('id')[0].id}"
    yield from ("/kits/envois", "/pilotage", "/pilotage/departements", "/pilotage/departements/05")


def _prefecture() -> Iterator[str]:
    yield "/prefecture"
    yield f"/prefecture/{Candidature.objects.get(name='Commune de Val-des-Sources').id}"
    yield "/pilotage/mon-departement"


def _operateur() -> Iterator[str]:
    yield "/conventions"
    yield f"/conventions/{Contrat.objects.filter(ended_on__isnull=False).order_by('id')[0].id}"


def _organisme() -> Iterator[str]:
    begun = SessionFormation.objects.get(organisme__name="Greta des Alpes", cadre="conseiller")
    yield from ("/organisme", f"/organisme/sessions/{begun.id}", "/organisme/sessions/nouvelle", "/organisme/resultats")


def _referent(place: Structure) -> Iterator[str]:
    yield from ("/postes", "/postes/vivier?postcode=05000&city=Gap&km=100", "/structure/habilitation", "/kits")
    yield f"/postes/relations/{MiseEnRelation.objects.filter(structure=place).order_by('id')[0].id}"
    yield f"/postes/{Poste.objects.filter(structure=place, mises_en_relation=None).order_by('id')[0].id}/restitution"
    yield f"/postes/contrats/{Contrat.objects.filter(structure=place, ended_on__isnull=True).order_by('id')[0].id}"
    yield "/activite/chiffres"


_CONSEILLER = ("/formation", "/mon-droit", "/conditions", "/activite", "/activite/chiffres", "/appels-solidarite")
_NOBODY = ("/candidature", "/vivier", "/habilitation")


def _member(place: Structure, **roles: bool) -> Compte:
    made = builders.compte(given_name="Anne-Charlotte", family_name="de Saint-Exupéry-Montmorency")
    Affectation.objects.create(compte=made, structure=place, started_at=builders.NOW, **roles)
    return made


def _agent() -> Compte:
    made, body = builders.compte(), Organisme.objects.get(name="Greta des Alpes")
    Fonction.objects.create(compte=made, role="organisme")
    MembreOrganisme.objects.create(organisme=body, compte=made, started_at=builders.NOW)
    return made


@pytest.mark.parametrize("way", [KEYBOARD_ZOOMED], indirect=True, ids=str)
def test_each_page_of_the_scheme_is_read_and_walked(visit: Visit, stack: LiveStack) -> None:
    valley = Structure.objects.get(name="France Services de la Vallée")
    hiring = Contrat.objects.filter(ended_on__isnull=True).values("structure")
    free = Poste.objects.filter(mises_en_relation=None, withdrawn_at=None, structure__in=hiring)
    department = free.order_by("structure__name", "number")[0].structure
    for who, pages in (
        (None, _NOBODY),
        (holder("instructeur"), _anct()),
        (holder("prefecture", "05"), _prefecture()),
        (holder("operateur"), _operateur()),
        (_agent(), _organisme()),
        (_member(department, is_referent=True), _referent(department)),
        (_member(valley, is_aidant=True, is_conseiller=True), _CONSEILLER),
    ):
        at = signs_in(visit, stack, who) if who else visit()
        for path in pages:
            at.open(f"{stack.sites.service}{path}")
            at.see("")
            assert at.page.locator("h1").inner_text() != "Page introuvable", path
            _walks(at.page)
