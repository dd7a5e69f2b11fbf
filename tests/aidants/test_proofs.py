"""The proof that an act is in the journal: C2SP tlog-proof, read without us, and good after the salt is gone."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from aidants.journal import tlog_proof
from aidants.journal.digest import salted_digest
from aidants.journal.models import Sel
from aidants.journal.notes import parse_note
from aidants.journal.proofs import proof_of
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tlog_proof import BadProof, Proof
from mandats.domain.events import MANDAT_SIGN
from mandats.registre.models import Mandat
from tests import builders
from tests.aidants.entries import append
from tests.aidants.leaves import accepted_by_sigstore
from tests.builders import NOW
from tests.database import ROOT

pytestmark = pytest.mark.django_db
KEY = journal_signer().verifier


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place)


def proof(mandat: Mandat) -> Proof:
    """Return the proof of a mandat's signature."""
    found = proof_of(mandat.id, MANDAT_SIGN)
    assert found is not None
    return found


@pytest.mark.spec("C2SP tlog-proof", "Format")
def test_a_proof_has_the_form_of_the_specification_and_convinces_sigstore(mandat: Mandat) -> None:
    append(300)
    integrate(NOW)
    text = str(proof(mandat))
    header, extra, index, *path = text.partition("\n\n")[0].split("\n")
    assert header == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ")
    assert index == f"index {proof(mandat).index}"
    checkpoint = parse_note(text.partition("\n\n")[2]).text.split("\n")
    read = Proof.parse(text)
    hashes = [base64.b64decode(line) for line in path]
    root = base64.b64decode(checkpoint[2])
    accepted_by_sigstore(read.index, int(checkpoint[1]), salted_digest(read.salt, read.content), hashes, root)
    assert read.verify(KEY) == int(checkpoint[1])


def test_the_holder_s_copy_verifies_after_the_salt_is_destroyed(mandat: Mandat) -> None:
    assert proof_of(mandat.id, MANDAT_SIGN) is None
    integrate(NOW)
    kept = str(proof(mandat))
    Sel.objects.filter(entree__subject_id=mandat.id).delete()
    assert proof_of(mandat.id, MANDAT_SIGN) is None
    append(5)
    integrate(NOW)
    assert Proof.parse(kept).verify(KEY) > 0


def test_a_changed_proof_proves_nothing(mandat: Mandat) -> None:
    append(5)
    integrate(NOW)
    good = proof(mandat)
    size = good.verify(KEY)
    spoilt = [
        Proof(good.content + b" ", good.salt, good.index, good.path, good.note),
        Proof(good.content, bytes(32), good.index, good.path, good.note),
        Proof(good.content, good.salt, good.index + 1, good.path, good.note),
        Proof(good.content, good.salt, good.index, good.path[1:], good.note),
    ]
    for one in spoilt:
        with pytest.raises(BadProof):
            one.verify(KEY)
    with pytest.raises(ValueError, match="does not verify"):
        Proof(good.content, good.salt, good.index, good.path, good.note.replace(f"\n{size}\n", "\n1\n", 1)).verify(KEY)
    with pytest.raises(BadProof, match="0 witnesses"):
        good.verify(KEY, (), 1)


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v1\nindex 0\n\n", "c2sp.org/tlog-proof@v1\nextra x\nindex 0\n\n"]
)
def test_other_files_are_no_proofs(text: str) -> None:
    with pytest.raises(BadProof):
        Proof.parse(text)


def test_the_program_stands_alone(mandat: Mandat, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    integrate(NOW)
    file = tmp_path / "mandat.tlog-proof"
    file.write_text(str(proof(mandat)))
    program = (
        "import sys; sys.modules.update(django=None, psycopg=None);"
        "from aidants.journal.tlog_proof import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", program, str(file), "--key", str(KEY)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("OK: entry ")
    assert str(mandat.id) in done.stdout
    file.write_text(file.read_text().replace("index ", "index 1", 1))
    assert tlog_proof.main([str(file), "--key", str(KEY)]) == 1
    assert "NOT PROVED" in capsys.readouterr().err


def test_the_structure_downloads_its_own_mandat_s_proof_and_nobody_else_s(mandat: Mandat) -> None:
    client = builders.signed_in(mandat.aidant)
    assert client.get(f"/mandats/{mandat.id}/preuve").status_code == 404
    integrate(NOW)
    answer = client.get(f"/mandats/{mandat.id}/preuve")
    assert answer["Content-Disposition"] == f'attachment; filename="mandat-{mandat.reference}.tlog-proof"'
    assert Proof.parse(answer.content.decode()).verify(KEY) > 0
    stranger = builders.aidant(builders.structure("Ailleurs", siret="99999920400012"))
    assert builders.signed_in(stranger).get(f"/mandats/{mandat.id}/preuve").status_code == 404
