"""What the service publishes verifies what it gave: the whole line, by HTTP, without the service."""

import hashlib
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.journal.proofs import proof_of
from aidants.journal.sequence import integrate
from mandats.attestation.sealing_keys import trust_timestamps
from mandats.attestation.verify import ALL_IS_WELL, REFUSED, main
from mandats.domain.events import DOCUMENT_PRODUCE, MANDAT_SIGN
from mandats.registre.papers import produce_document
from tests import builders
from tests.timestamps import LocalAuthority


def test_a_mandat_is_verified_with_what_is_published(
    committed_db: str, timestamps: LocalAuthority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust_timestamps(timestamps.root.read_text(), builders.LONG_AGO)
    place, now = builders.structure(), timezone.now()
    mandat = builders.mandat(builders.aidant(place), place, now=now)
    document = produce_document(mandat.id, SYSTEME, now)
    integrate(timezone.now())
    trust, pdf = tmp_path / "confiance.json", tmp_path / "mandat.pdf"
    trust.write_bytes(Client().get("/verifier/confiance.json").content)
    pdf.write_bytes(bytes(document.content))
    assert main([str(pdf), "--keys", str(trust)]) == ALL_IS_WELL
    for event in (MANDAT_SIGN, DOCUMENT_PRODUCE):
        proof = tmp_path / "proof"
        proof.write_text(str(proof_of(mandat.id, event)))
        assert main([str(pdf), "--keys", str(trust), "--proof", str(proof)]) == ALL_IS_WELL
    told = capsys.readouterr().out
    assert mandat.reference in told
    assert "Preuve exacte : le journal tient" in told
    proof.write_text(proof.read_text().replace("index", "Index"))
    assert main([str(pdf), "--keys", str(trust), "--proof", str(proof)]) == REFUSED
    other = builders.mandat(builders.aidant(place), place, now=now)
    integrate(timezone.now())
    proof.write_text(str(proof_of(other.id, MANDAT_SIGN)))
    assert main([str(pdf), "--keys", str(trust), "--proof", str(proof)]) == REFUSED
    assert "elle parle d’un autre document" in capsys.readouterr().out
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == document.sha256
