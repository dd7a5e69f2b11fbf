"""The whole life of a mandat: an outage, consent, uses told, a replacement, stops, its proofs, then its erasure."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.envois.models import Envoi
from aidants.journal.models import Entree, Sel
from deploy.demo.data.mandats import demo_identite
from deploy.demo.operateur.app import shown
from deploy.periods import JOBS
from mandats.attestation.verify_pdf import ACTE_NAME, open_paper
from mandats.domain.conservation import end_of, years_after
from mandats.registre.models import Avis, Document, Mandat, Usager
from tests import builders, database
from tests.browser.papers import Volet, volet_of
from tests.browser.signing import code_in, read_message
from tests.dump import places_of
from tests.journeys.walker import Walker
from tests.mandats.pdf_readers import words_of
from tests.stack import LiveStack, running_stack
from tests.together import wait_until

NUMBER = "+33639983355"
BORN = {"day": "17", "month": "06", "year": "1975"}
NEEDLES = ["Nicolas", "1975-06-17", "17/06/1975", "17 juin 1975", "639983355", shown(int(NUMBER))]


@pytest.fixture
def stack(django_db_setup: None, django_db_blocker: Any) -> Iterator[LiveStack]:
    """Give a demonstration that no other test uses: six years pass in its database."""
    with running_stack() as running, django_db_blocker.unblock(), database.connected_to(running.database):
        own = running.sites.service_environment("")
        names = ("ISSUER", "JOURNAL_KEY", "FRANCECONNECT_CLIENT_ID")
        with override_settings(**{name: own[name] for name in names}):
            yield running


def _soon(true: Callable[[], bool]) -> None:
    """Wait for what the worker does by itself."""
    wait_until(true, seconds=60, otherwise="the worker does nothing")


def _fault(stack: LiveStack, mode: str) -> None:
    asked = {"mode": mode, "endpoint": "all"}
    requests.post(f"{stack.sites.franceconnect}/_panne", json=asked, timeout=5).raise_for_status()


def _sign_in(walker: Walker, stack: LiveStack, who: Compte) -> None:
    walker.open(stack.sites.service)
    walker.follow("Se connecter")
    walker.press("Se connecter", email=who.email, password=builders.PASSWORD, code=builders.totp_code(who))
    assert "Bonjour" in walker.words


def _conclude_through_an_outage(walker: Walker, stack: LiveStack, who: Compte) -> Mandat:
    """FranceConnect is down: the brouillon waits on the home page, and nothing typed is lost."""
    walker.follow("Nouveau mandat")
    walker.press("Continuer", demarches=["logement", "famille"], duree="J31")
    walker.press("Aucune ne parle de moi")
    waiting = walker.answer.url
    _fault(stack, "down_503")
    walker.press("S’identifier avec")
    _fault(stack, "none")
    walker.open(f"{stack.sites.service}/accueil")
    assert "À reprendre" in walker.words
    assert "Famille - Scolarité" in walker.words
    walker.follow("Reprendre")
    assert walker.answer.url == waiting
    walker.press("S’identifier avec")
    walker.press("Nicolas Martin")
    walker.follow("Oui, c’est moi")
    walker.press("Envoyer le code", telephone=NUMBER)
    walker.press("Je signe", agree="on", code=code_in(read_message(stack.sms_folder, NUMBER)))
    walker.press("Accepter et conclure", code=builders.totp_code(who))
    assert "Le mandat est conclu" in walker.words
    return Mandat.objects.get(structure__affectations__compte=who)


def _use_three_times(walker: Walker, stack: LiveStack, mandat: Mandat) -> None:
    """Once through the bridge, twice declared: three avis, no more."""
    walker.open(stack.sites.administration)
    walker.follow("S’identifier avec FranceConnect")
    walker.press("Utiliser Aidants Connect")
    chosen = mandat.autorisations.get(demarche="famille")
    walker.press("Continuer vers FranceConnect", autorisation=str(chosen.id))
    assert "Dossier de Nicolas Martin" in walker.words
    builders.utilisation(mandat, now=timezone.now())
    builders.utilisation(mandat, now=timezone.now(), manner="place")
    told = Avis.objects.filter(mandat=mandat, kind="utilisation")
    assert told.count() == mandat.utilisations.count() == 3


def _enter(stack: LiveStack, volet: Volet) -> Walker:
    walker = Walker()
    walker.open(f"{stack.sites.service}/usager")
    walker.press("Ouvrir ma page", reference=volet.reference, code=volet.revocation, **BORN)
    assert "Mon mandat" in walker.words
    return walker


def test_the_whole_life_of_a_mandat(stack: LiveStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = builders.structure("Maison des services de Gap", city="Gap", postcode="05000", insee_code="05061")
    who, walker = builders.aidant(place), Walker()
    _sign_in(walker, stack, who)
    mandat = _conclude_through_an_outage(walker, stack, who)
    walker.follow("Imprimer le volet")
    walker.press("Imprimer le volet")
    volet = volet_of(walker.answer.content)
    _use_three_times(walker, stack, mandat)

    # A new mandat replaces one demarche; the other goes on.
    assert mandat.usager.sub_digest
    nicolas_again = replace(demo_identite("martin-nicolas"), sub_digest=mandat.usager.sub_digest)
    newer = builders.mandat(who, place, nicolas_again, now=timezone.now(), demarches=("logement",))
    replaced = mandat.autorisations.get(demarche="logement")
    assert (replaced.motif, replaced.replaced_by) == ("remplacement", newer.autorisations.get())

    # The usager suspends, then resumes; then ends it by text message.
    nicolas = _enter(stack, volet)
    nicolas.press("Suspendre pour le moment")
    assert "Ce mandat est suspendu" in nicolas.words
    nicolas.follow("Remettre en route")
    nicolas.press("Oui, remettre en route")
    assert "Ce mandat est en cours" in nicolas.words
    Usager.objects.filter(pk=mandat.usager_id).update(telephone=NUMBER)
    _ends_by_text_message(stack, mandat)
    assert Mandat.objects.get(pk=newer.pk).ended_at is None
    _proves_it(nicolas, stack, mandat)

    # Six years and a day after the last end, the person is gone and what they took home still proves it all.
    kept = _takes_home(nicolas, stack, mandat, tmp_path)
    _soon(lambda: not Envoi.objects.filter(sealed__isnull=False).exists())
    late = _six_years_pass(mandat.usager_id)
    assert places_of(NEEDLES) == set()
    # A PDF's words are compressed, where no needle is found: no byte of one stays.
    papers = Document.objects.filter(mandat__usager=mandat.usager_id)
    assert {bytes(paper.content) for paper in papers} == {b""}
    _still_proves_it(stack, kept)
    _journal_agrees(mandat, capsys)
    assert Mandat.objects.get(pk=newer.pk).erased_at == Mandat.objects.get(pk=mandat.pk).erased_at == late


def _proves_it(nicolas: Walker, stack: LiveStack, mandat: Mandat) -> None:
    """What proves it: the certificate, the journal's order, and the tree that holds each act."""
    nicolas.open(f"{stack.sites.service}/usager/mandats/{mandat.id}")
    nicolas.follow("Télécharger l’attestation de fin")
    assert mandat.reference in words_of(nicolas.answer.content)
    _soon(lambda: _says_inscribed(nicolas, stack, mandat))
    nicolas.follow("Télécharger la preuve")
    assert nicolas.answer.text.startswith("c2sp.org/tlog-proof@v1")
    acts = [event for event in _acts(mandat) if event.startswith(("mandat:", "autorisation:", "utilisation:"))]
    kept = [event for event in acts if event != "mandat:consult"]
    assert kept == [
        "mandat:sign",
        "utilisation:bridge",
        "utilisation:declare",
        "utilisation:declare",
        "autorisation:replace",
        "mandat:suspend",
        "mandat:resume",
        "mandat:revoke",
    ]


def _says_inscribed(nicolas: Walker, stack: LiveStack, mandat: Mandat) -> bool:
    nicolas.open(f"{stack.sites.service}/usager/mandats/{mandat.id}")
    return "Inscrit au journal" in nicolas.words


def _acts(mandat: Mandat) -> list[str]:
    return list(Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True))


def _ends_by_text_message(stack: LiveStack, mandat: Mandat) -> None:
    """Answer from the telephone of the simulated provider, which signs what it tells the service."""
    telephone = Walker()
    telephone.open(stack.sites.operateur)
    telephone.press(
        f"Envoyer la réponse du {shown(int(NUMBER))}", texte=f"FIN {mandat.reference}", telephone=NUMBER[1:]
    )
    _soon(lambda: Mandat.objects.get(pk=mandat.pk).motif == "revocation")


@dataclass(frozen=True)
class _Kept:
    """What the usager holds on their own disk."""

    mandat: Path
    acte: Path
    proof: Path


def _takes_home(nicolas: Walker, stack: LiveStack, mandat: Mandat, folder: Path) -> _Kept:
    """Take the proof and the sealed mandat from the usager's page."""
    kept = _Kept(folder / "mandat.pdf", folder / "acte.jws", folder / "mandat.tlog-proof")
    for link, file in (("Télécharger la preuve", kept.proof), ("Télécharger le mandat (PDF)", kept.mandat)):
        nicolas.open(f"{stack.sites.service}/usager/mandats/{mandat.id}")
        nicolas.follow(link)
        file.write_bytes(nicolas.answer.content)
    kept.acte.write_bytes(open_paper(kept.mandat.read_bytes())[ACTE_NAME])
    return kept


def _six_years_pass(usager_id: UUID) -> datetime:
    """Run, at the end of keeping of the last mandat of the person, the jobs that let go of things."""
    seen = places_of(NEEDLES)
    assert {"usager.given_name", "usager.birthdate", "mandat.acte"} <= seen
    ends = [end_of(row.ended_at, row.expires_at) for row in Mandat.objects.filter(usager=usager_id)]
    late = years_after(max(ends), 6) + timedelta(days=1)
    for job in JOBS:
        if job.name == "keep" or job.name.startswith("purge_"):
            job.run(late)
    return late


def _still_proves_it(stack: LiveStack, kept: _Kept) -> None:
    """Whoever holds the files verifies them with what the service publishes, and without the service."""
    trust = kept.proof.with_name("confiance.json")
    trust.write_bytes(requests.get(f"{stack.sites.service}/verifier/confiance.json", timeout=20).content)
    command = [sys.executable, "-m", "mandats.attestation.verify", "--keys", str(trust), "--proof", str(kept.proof)]
    for file in (kept.acte, kept.mandat):
        done = subprocess.run([*command, str(file)], cwd=database.ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Nicolas" in done.stdout


def _journal_agrees(mandat: Mandat, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal forgot its salts and nothing else: its tree holds every act, the erasure included."""
    assert _acts(mandat)[-2:] == ["mandat:archive", "mandat:erase"]
    about = Sel.objects.filter(entree__subject_id__in=[mandat.id, mandat.usager_id])
    assert not about.exclude(entree__event__in=("mandat:erase", "usager:erase"))
    _soon(lambda: not Entree.objects.filter(subject_id=mandat.id, leaf__isnull=True).exists())
    capsys.readouterr()
    builders.journal_rights()
    call_command("verify_journal")
    assert "tout concorde" in capsys.readouterr().out
