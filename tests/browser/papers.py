"""What is printed, read by programs that others wrote: poppler for the text, zbar for the QR code."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.machine import program

_SPACED_CODE = r"(\d{4}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{4})"


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF."""
    done = subprocess.run([program("pdftotext"), "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def qr_text(pdf: bytes, folder: Path) -> str:
    """Return what the QR code of the PDF says, its pages rendered at 300 dots an inch."""
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run([program("pdftoppm"), "-r", "300", "-png", "paper.pdf", "page"], cwd=folder, check=True)
    pages = sorted(file.name for file in folder.glob("page*.png"))
    command = [program("zbarimg"), "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *pages]
    # Its status is 4 when one of the pages has no code, which is so of an ordinary mandat.
    read = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = [line for line in read.stdout.splitlines() if line.strip()]
    assert len(lines) == 1, f"one QR code was expected: {lines}"
    return lines[0]


@dataclass(frozen=True)
class Volet:
    """What the usager's own sheet tells them."""

    reference: str
    verification: str
    revocation: str
    text: str


def volet_of(pdf: bytes) -> Volet:
    """Read the usager's own sheet."""
    text = text_of(pdf)
    to_stop, _, to_verify = text.partition("Pour faire vérifier")
    reference = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b", to_stop)
    revocation, verification = re.search(_SPACED_CODE, to_stop), re.search(_SPACED_CODE, to_verify)
    assert reference, text
    assert revocation, text
    assert verification, text
    return Volet(reference.group(), verification.group(), revocation.group(), text)
