"""The seal: what others read of it, and that a paper stays what it was."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from mandats.attestation.horodatage import trusting
from mandats.attestation.sceau import NotSealed, seal_in, seal_pdf
from mandats.document.render import render_mandat
from tests import builders
from tests.builders import NOW
from tests.mandats.document_examples import ordinary_mandat
from tests.mandats.pdf_readers import attachments, qpdf_check


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return seal_pdf(render_mandat(ordinary_mandat()), builders.sealer(), NOW, name="Essais", reason="Mandat")


def test_pyhanko_s_bottom_line(sealed: bytes) -> None:
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]
    status = validate_pdf_signature(signature, trusting(builders.sealer().certificates[-1:], NOW))
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE


def test_poppler_reads_the_seal(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Signature Validation: Signature is Valid." in told
    assert "ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    assert "Nov 22 2026" in told


def test_a_sealed_paper_stays_archival_accessible_and_whole(sealed: bytes, tmp_path: Path) -> None:
    assert "No syntax or stream encoding errors found" in qpdf_check(sealed, tmp_path)
    assert set(attachments(sealed)) == {"acte.jws", "texte.txt", "resume.txt"}
    with pikepdf.open(io.BytesIO(sealed)) as document:
        metadata = document.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
        assert document.pdf_version == "1.7"
        field = document.Root.AcroForm.Fields[0]
        assert field.TU == "Sceau du service des mandats"
        assert all(float(side) < 0 for side in field.Rect)


def test_sealing_leaves_the_metadata_as_they_were(sealed: bytes) -> None:
    before, after = (pikepdf.open(io.BytesIO(one)) for one in (render_mandat(ordinary_mandat()), sealed))
    assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
    assert {name: str(value) for name, value in after.docinfo.items()} == {
        name: str(value) for name, value in before.docinfo.items()
    }


def test_a_paper_that_is_not_sealed_says_so() -> None:
    with pytest.raises(NotSealed):
        seal_in(render_mandat(ordinary_mandat()))
