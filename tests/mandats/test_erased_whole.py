"""Whatever the identity and the consent were, and whatever was written since: six years and a day later, no trace.

`test_keeping` writes the rows that a mandat's life leaves; here the desk itself leaves them, kind by kind.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from aidants.journal.proofs import proof_of
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tlog_proof import Proof
from deploy.periods import JOBS
from mandats.attestation.keys import published_keys
from mandats.attestation.verify import verify_bytes
from mandats.attestation.verify_pdf import Trust
from mandats.domain.conservation import years_after
from mandats.domain.droits import Droit
from mandats.domain.events import MANDAT_SIGN
from mandats.pilotage.fuite import TABLES, touched_by_table
from mandats.registre.models import Brouillon, Document, Mandat, Usager, Utilisation
from mandats.registre.services.volet import renew_codes
from tests import builders
from tests.dump import places_of
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.droits_desk import asked
from tests.mandats.pages_desk import Desk
from tests.oidc import flow

PERSON = {"given_name": "Perpétue Zénaïde", "family_name": "QUERBEZ-LUZARCHES"}
DAYS = iter(range(1, 29))
NEEDLES = [
    "Perpétue",
    "perpetue",
    "QUERBEZ",
    "LUZARCHES",
    "-02-1948",
    *(f"1948-02-{day:02d}" for day in range(1, 29)),
    *(f"{day} février 1948" for day in range(1, 29)),
    "639980042",
    "06 39 98 00 4",
    *(f"63998{rank:02d}77" for rank in range(12)),
    "12 impasse des Lilas",
    "Lucie Berthelot",
]


def _by_franceconnect(desk: Desk) -> Brouillon:
    birthdate = f"1948-02-{next(DAYS):02d}"
    email = f"perpetue.{birthdate}@example.org"
    return desk.identified(builders.identite(**PERSON, birthdate=birthdate, email=email))


def _by_document(desk: Desk) -> Brouillon:
    return ways.by_document(desk, **PERSON, day=str(next(DAYS)), month="2", year="1948")


def _draws(desk: Desk, brouillon: Brouillon) -> None:
    ways.draws(desk, brouillon)


def _gives_code(desk: Desk, brouillon: Brouillon) -> None:
    ways.gives_code(desk, brouillon, _last_sms)


def _before_witness(desk: Desk, brouillon: Brouillon) -> None:
    ways.reads_aloud(desk, brouillon)
    ways.has_witness(desk, brouillon)


def _by_sms(desk: Desk, brouillon: Brouillon) -> None:
    ways.asks_by_sms(desk, brouillon)
    ways.answers("Perpétue dit oui")
    ways.answers("oui")


CONSENTS: dict[str, Callable[[Desk, Brouillon], Any]] = {
    "dessin": _draws,
    "code": _gives_code,
    "temoin": _before_witness,
    "scan": ways.hands_scan,
    "declaration": ways.declares,
    "reponse": _by_sms,
}


def _last_sms() -> str:
    return max(Path(settings.SMS_DIR).glob("*.json"), key=lambda one: one.stat().st_mtime_ns).read_text()


def _lives(desk: Desk, mandat: Mandat, rank: int) -> None:
    """Leave what a life leaves: codes, uses of both channels, contacts that changed, requests, messages sent."""
    page = f"/mandats/{mandat.id}"
    Usager.objects.filter(pk=mandat.usager_id).update(postal_address="12 impasse des Lilas, 05000 Gap")
    renew_codes(mandat.id, desk.acteur, timezone.now())
    builders.utilisation(mandat, now=timezone.now(), description="Appel pour Perpétue", body="Chez Mme QUERBEZ")
    given = {"email": mandat.usager.email, "telephone": f"06 39 98 {rank:02d} 77"}
    assert desk.client.post(f"{page}/contacts", given).status_code == 302
    changed = {"email": f"perpetue.{mandat.reference}@famille-querbez.fr", "telephone": ""}
    assert desk.client.post(f"{page}/contacts", changed).status_code == 302
    if not mandat.usager.sub_digest:
        asked(mandat, Droit.RECTIFICATION, now=timezone.now(), changes={"family_name": "QUERBEZ-RECTIFIÉE"})
    send_due(timezone.now())


def _drill_names_them(folder: Path, persons: int) -> None:
    """Run the drill over each table that leads to persons: every one is named, by how they are reached."""
    told = {table: touched_by_table(table, None, None) for table in TABLES}
    of_all = {
        "usager",
        "mandat",
        "document",
        "autorisation",
        "utilisation",
        "avis",
        "changement_contact",
        "code_usager",
    }
    assert {table for table, touched in told.items() if len(touched.persons) == persons} == of_all
    assert len(told["demande_droit"].persons) == persons // 2
    for table in TABLES:
        said, file = StringIO(), folder / f"{table}.csv"
        call_command("breach_drill", table=table, out=file, stdout=said, drill=True)
        assert f"Personnes touchées : {len(told[table].persons)}" in said.getvalue()
        assert len(file.read_text().splitlines()) == len(told[table].persons) + 1
        assert "QUERBEZ" not in said.getvalue()


def _crosses_the_bridge(desk: Desk, mandat: Mandat) -> None:
    """Have the mandat used by a site: its connexion, its tokens, its pairwise names."""
    scene = flow.Desk(desk.place, desk.who, mandat, desk.client)
    asked_by = flow.site()
    assert flow.userinfo(flow.tokens_of(scene, asked_by)["access_token"]).status_code == 200


@pytest.fixture
def desk(committed_db: str, tmp_path: Path) -> Iterator[Desk]:
    builders.keys()
    with override_settings(SMS_BACKEND="file", SMS_DIR=tmp_path):
        yield pages_desk.desk()


def _concluded(desk: Desk, identity: str, consent: str) -> Mandat:
    brouillon = {"franceconnect": _by_franceconnect, "piece_vue": _by_document}[identity](desk)
    CONSENTS[consent](desk, brouillon)
    mandat = ways.accepts(desk, brouillon)
    assert (mandat.identity, mandat.consent_method) == (identity, consent)
    return mandat


def test_every_identity_and_consent_leaves_nothing_and_its_proofs_hold(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = [(identity, consent) for identity in ("franceconnect", "piece_vue") for consent in CONSENTS]
    made = [_concluded(desk, *kind) for kind in kinds]
    for rank, mandat in enumerate(made):
        _lives(desk, mandat, rank)
    _crosses_the_bridge(desk, made[0])
    assert Utilisation.objects.filter(channel="bridge").exists()
    _drill_names_them(tmp_path, len(made))
    integrate(timezone.now())
    kept = [(mandat.acte.encode(), str(proof_of(mandat.id, MANDAT_SIGN))) for mandat in made]
    digests = set(Document.objects.values_list("sha256", flat=True))
    kinds_of_papers = {"mandat", "signature", "temoin", "exemplaire", "scan", "echange"}
    assert kinds_of_papers <= set(Document.objects.values_list("kind", flat=True))
    seen = places_of(NEEDLES)
    assert {"usager.family_name", "changement_contact.contacts_sealed", "demande_droit.sealed", "mandat.acte"} <= seen

    late = years_after(max(mandat.expires_at for mandat in made), 6) + timedelta(days=1)
    for job in JOBS:
        if job.name in ("keep", "sheets_and_requests", "close_expired") or job.name.startswith("purge_"):
            job.run(late)
    integrate(late)

    assert places_of(NEEDLES) == set()
    assert {bytes(content) for content in Document.objects.values_list("content", flat=True)} == {b""}
    assert set(Document.objects.values_list("sha256", flat=True)) == digests
    assert not Envoi.objects.filter(sealed__isnull=False).exists()
    assert not Usager.objects.filter(erased_at__isnull=True).exists()
    for acte, proof in kept:
        assert verify_bytes(acte, Trust(published_keys(late))).well
        assert Proof.parse(proof).verify(journal_signer().verifier) > 0
    capsys.readouterr()
    builders.journal_rights()
    call_command("verify_journal")
    assert "tout concorde" in capsys.readouterr().out
    assert Entree.objects.filter(event="mandat:erase").count() == len(made)
