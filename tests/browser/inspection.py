"""What every page of every journey must be: accessible, no wider than the window, free of errors.

Owns the looking; never acts.  A page whose shape was found good at the same width in this run is not judged again by
axe-core, which takes half a second: the shape is its elements, their attributes and classes, without what is written.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Response

from aidants.domain.folding import fold
from tests import database

# A folder where each page seen leaves a picture, for whoever wants to look at them.
PICTURES = os.environ.get("MANDATS_PICTURES", "")

_SHAPE = """() => Array.from(document.querySelectorAll("*"), e =>
  e.tagName + Array.from(e.attributes, a => ["class", "role", "type", "hidden", "open", "disabled"].includes(a.name)
    || a.name.startsWith("aria-") && !a.name.endsWith("by") ? a.name + "=" + a.value : a.name).sort().join(",")
).join(";")"""
_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return Array.from(document.body.querySelectorAll("*")).filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.right > width + 1 && getComputedStyle(e).position !== "fixed";
  }).slice(-5).map(e => e.outerHTML.slice(0, 160));
}"""
_LEFT_OUT = """() => Array.from(document.querySelectorAll("link[rel=stylesheet]"))
  .filter(e => !e.sheet).map(e => e.href)"""
_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(v =>
  v.id + ": " + v.help + "\\n" + v.nodes.map(n => "    " + n.html.slice(0, 200) + "\\n      " +
  n.failureSummary.replaceAll("\\n", " ")).join("\\n"))"""


def _shapes_found_good() -> Path:
    """Return the folder, shared by this run's processes, of the shapes that axe-core found good: an empty file each."""
    folder = database.the_server().home / "shapes"
    folder.mkdir(exist_ok=True)
    return folder


class Inspection:
    """Watches one page; :meth:`look` judges what it shows now."""

    def __init__(self, page: Page, story: str) -> None:
        self.page = page
        self.story = story
        self.complaints: list[str] = []
        self._seen, self._last = 0, ""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        # A document's own status is part of the story (422, 403); what fails to load besides is watched below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _watch(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.url} answered {response.status}")

    def look(self) -> None:
        """Judge the page as it is now."""
        self._keep_picture()
        assert self.page.title().strip(), f"{self.page.url} has no title"
        assert self.page.locator("html").get_attribute("lang") == "fr"
        assert self.page.locator("h1").count() == 1, f"{self.page.url} wants one h1"
        left_out: Sequence[str] = self.page.evaluate(_LEFT_OUT)
        assert not left_out, f"style sheets that the browser refused: {left_out}"
        wide: Sequence[str] = self.page.evaluate(_OVERFLOW)
        assert not wide, f"{self.page.url} is wider than its window:\n" + "\n".join(wide)
        self._ask_axe()
        assert not self.complaints, "\n".join(self.complaints)

    def _ask_axe(self) -> None:
        shape = f"{self.page.viewport_size} {self.page.evaluate(_SHAPE)}"
        found_good = _shapes_found_good() / hashlib.sha256(shape.encode()).hexdigest()
        if found_good.exists():
            return
        self.page.evaluate(AXE_SCRIPT)
        violations: Sequence[str] = self.page.evaluate(_AXE)
        assert not violations, f"axe on {self.page.url} ({self.page.title()}):\n" + "\n".join(violations)
        found_good.touch()

    def _keep_picture(self) -> None:
        if not PICTURES:
            return
        name = re.sub(r"[^a-z0-9]+", "-", fold(self.page.title().partition(" – ")[0])).strip("-")
        folder = Path(PICTURES) / self.story
        folder.mkdir(parents=True, exist_ok=True)
        width = f"-{self.page.viewport_size['width']}" if self.page.viewport_size else ""
        if self._last != name:
            self._seen, self._last = self._seen + 1, name
        self.page.screenshot(path=folder / f"{self._seen:02d}-{name}{width}.png", full_page=True)
