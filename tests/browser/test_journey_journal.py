"""The journal, read by each who may: an instructeur searches and copies, a referent reads without usagers, the usager
reads all of theirs and takes the proof; and anybody checks that proof without us.
"""

import csv
import io
import subprocess
import sys
import time
from uuid import UUID

from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Leaf
from aidants.structures.models import Affectation
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.usager import Usager
from tests.database import ROOT
from tests.stack import LiveStack
from tests.together import wait_until


def _signs_in(visit: Visit, stack: LiveStack, who: Compte) -> Conseiller:
    """Open the service in a window of their own, as somebody who has no desk."""
    person = Conseiller(visit(), stack.sites, who, builders.structure("Nulle part"))
    person.visitor.open(f"{stack.sites.service}/connexion")
    person.types_credentials()
    person.visitor.page.wait_for_url("**/accueil")
    return person


def _inscribed(event: str, mandat: UUID) -> int:
    """Wait for the worker to give the entry its number."""
    leaves = Leaf.objects.filter(entree__event=event, entree__subject_id=mandat)
    wait_until(leaves.exists, seconds=30, otherwise="the worker integrates nothing")
    return leaves.earliest("number").number


def test_an_instructeur_searches_for_a_mandat_and_takes_a_copy(
    visit: Visit, stack: LiveStack, conseiller: Conseiller
) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    number = _inscribed("mandat:sign", mandat.id)
    who = builders.compte(given_name="Inès", family_name="Roy")
    Fonction.objects.create(compte=who, role="instructeur")
    at = _signs_in(visit, stack, who).visitor
    at.open(f"{stack.sites.service}/journal/recherche")
    at.see("Rechercher dans le journal")
    at.write("Référence d’un mandat", "AAAA-AAAA-AA")
    at.press("Rechercher")
    at.read("Aucun mandat n’a cette référence")
    at.write("Référence d’un mandat", mandat.reference)
    at.press("Rechercher")
    at.read("Mandat conclu")
    at.read(f"n° {number}")
    at.read_nowhere(mandat.usager.family_name)
    content = at.take(at.button("Tout copier (CSV)")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert str(number) in {row["numero"] for row in rows}
    assert mandat.usager.family_name not in content
    at.open(f"{stack.sites.service}/journal/refus")
    at.see("Refus comptés")


def test_a_referent_reads_their_structure_without_usagers(
    visit: Visit, stack: LiveStack, conseiller: Conseiller
) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    who = builders.compte(given_name="Karim", family_name="Petit")
    Affectation.objects.create(compte=who, structure=conseiller.place, is_referent=True, started_at=builders.NOW)
    at = _signs_in(visit, stack, who).visitor
    at.follow("Journal")
    at.see("Journal de la structure")
    at.read(conseiller.place.name)
    at.read("Mandat conclu")
    at.read(conseiller.compte.full_name)
    for hidden in (mandat.usager.family_name, mandat.reference):
        at.read_nowhere(hidden)


def test_the_usager_reads_their_journal_and_anybody_checks_their_proof(
    stack: LiveStack, conseiller: Conseiller, sophie: Usager
) -> None:
    volet = conseiller.has_handed_over(conseiller.has_concluded("logement", usager="martin-sophie"))
    sophie.opens_their_page(volet)
    at = sophie.visitor
    deadline = time.monotonic() + 30
    while not at.page.locator('#inscription[data-state="verifie"]').count():
        assert time.monotonic() < deadline, "the worker integrates nothing"
        at.page.reload()
    at.read("Inscrit au journal, n°")
    proof = at.take(at.link("Télécharger la preuve"))
    at.follow("Tout ce que le journal garde")
    at.see("Tout ce que le journal garde")
    at.read(f"Votre accord, recueilli par {conseiller.compte.full_name}")
    at.read(conseiller.place.name)
    at.open(f"{stack.sites.service}/journal")
    at.see("Le journal public")
    key = at.page.locator("code.key").last.inner_text()
    command = [sys.executable, "-m", "aidants.journal.tlog_proof", "/dev/stdin", "--key", key]
    done = subprocess.run(command, cwd=ROOT, input=proof, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert volet.reference in done.stdout.decode()
