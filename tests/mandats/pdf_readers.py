"""What others wrote, reading what we print: poppler, qpdf, zbar, pikepdf."""

import io
import re
import subprocess
from pathlib import Path

import pikepdf


def words_of(pdf: bytes) -> str:
    """Return the text that poppler reads, one space between words, ligatures and no-break spaces undone."""
    run = subprocess.run(["pdftotext", "-raw", "-nopgbrk", "-", "-"], input=pdf, capture_output=True, check=True)
    return one_space(run.stdout.decode())


def one_space(text: str) -> str:
    """Return ``text`` with every run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()


def qpdf_check(pdf: bytes, folder: Path) -> str:
    """Return what ``qpdf --check`` says; fails if it finds anything."""
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=True)
    return run.stdout


def qr_codes(pdf: bytes, folder: Path, dpi: int = 300) -> list[str]:
    """Return the texts that zbar reads on the first page, printed at ``dpi`` in grey."""
    path, page = folder / "scanned.pdf", folder / "page"
    path.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-f", "1", "-l", "1", "-singlefile", str(path), str(page)],
        check=True,
        capture_output=True,
    )
    return zbar(page.with_suffix(".pgm"))


def zbar(image: Path) -> list[str]:
    """Return the texts of the QR codes of an image."""
    run = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(image)],
        check=False,
        capture_output=True,
        text=True,
    )
    return run.stdout.splitlines()


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the files attached, by name."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}


def page_count(pdf: bytes) -> int:
    """Return how many pages the document has."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def font_sizes(pdf: bytes) -> set[float]:
    """Return the sizes of type, in points, that poppler sees (heights of words' boxes are not sizes)."""
    sizes: set[float] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for instruction in pikepdf.parse_content_stream(page):
                if str(instruction.operator) == "Tf":
                    sizes.add(float(instruction.operands[1]))
    return sizes


def word_boxes(pdf: bytes, folder: Path) -> dict[str, tuple[float, float, float, float]]:
    """Return where each word first stands on the first page: left, top, right, foot, in millimetres."""
    path = folder / "boxes.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(
        ["pdftotext", "-bbox", "-f", "1", "-l", "1", str(path), "-"], capture_output=True, text=True, check=True
    )
    found: dict[str, tuple[float, float, float, float]] = {}
    for left, top, right, foot, word in re.findall(
        r'xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">([^<]+)<', run.stdout
    ):
        box = tuple(float(number) / 72 * 25.4 for number in (left, top, right, foot))
        found.setdefault(word, (box[0], box[1], box[2], box[3]))
    return found
