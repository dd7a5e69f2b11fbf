"""What the usager does at the desk: draw a signature, read a text message, sign a sheet of paper."""

import json
import re
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw

from tests.browser.visitor import Visitor
from tests.machine import program

_AGREE = "J’ai lu ce mandat"


def draws_and_signs(visitor: Visitor) -> None:
    """Tick, draw in the frame with the pointer, and sign."""
    visitor.tick(_AGREE)
    frame = visitor.page.locator("canvas")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    mouse = visitor.page.mouse
    mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.7)
    mouse.down()
    for along, down in ((0.3, 0.2), (0.5, 0.8), (0.7, 0.3), (0.9, 0.6)):
        mouse.move(box["x"] + box["width"] * along, box["y"] + box["height"] * down, steps=6)
    mouse.up()
    visitor.press("Je signe")


def signs_with_code(visitor: Visitor, code: str) -> None:
    """Tick, type the code that the telephone received, and sign."""
    visitor.tick(_AGREE)
    visitor.write("Code reçu par SMS", code)
    visitor.press("Je signe")


def read_message(folder: Path, telephone: str) -> str:
    """Return the text of the last message that this telephone received."""
    messages = [
        json.loads(file.read_text()) for file in sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
    ]
    texts = [str(message["text"]) for message in messages if message["to"] == telephone]
    assert texts, f"no message for {telephone}"
    return texts[-1]


def code_in(message: str) -> str:
    """Return the six digits of a message."""
    found = re.search(r"\b\d{6}\b", message)
    assert found, message
    return found.group()


def photograph_signed(sheet: bytes, folder: Path) -> Path:
    """Print the sheet, sign it by hand, photograph it with a telephone; return the photograph."""
    (folder / "sheet.pdf").write_bytes(sheet)
    subprocess.run([program("pdftoppm"), "-r", "110", "-png", "sheet.pdf", "sheet"], cwd=folder, check=True)
    pages = [Image.open(file).convert("RGB") for file in sorted(folder.glob("sheet*.png"))]
    ImageDraw.Draw(pages[-1]).line([(560, 1000), (610, 940), (650, 1030), (760, 960)], fill="navy", width=4)
    width, height = max(page.width for page in pages), sum(page.height for page in pages)
    photograph = Image.new("RGB", (width, height), "white")
    below = 0
    for page in pages:
        photograph.paste(page, (0, below))
        below += page.height
    target = folder / "photo.jpg"
    photograph.save(target, quality=80)
    return target
