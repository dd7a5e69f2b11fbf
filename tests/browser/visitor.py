"""One person in front of one window: what they see, press, write and take away.

Every page seen is inspected.  Knows nothing of any page: those who act (`conseiller`, `usager`, ...) do.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.browser.actors import Actor, Keyboard, Mouse
from tests.browser.inspection import Inspection


@dataclass(frozen=True)
class Way:
    """How a journey is made: the window's width in CSS pixels, its zoom, the actor; ``also`` a width to look at."""

    width: int
    zoom: int = 1
    keyboard: bool = False
    also: int = 0

    def __str__(self) -> str:
        actor = f"{self.width}px-{'keyboard' if self.keyboard else 'mouse'}"
        return actor + f"-x{self.zoom}" * (self.zoom > 1) + f"-seen-at-{self.also}px" * bool(self.also)


DESK = Way(1280)
NARROW = Way(360)
# 200 % zoom in a window of 1280 pixels leaves 640 CSS pixels of two device pixels each.
KEYBOARD_ZOOMED = Way(640, zoom=2, keyboard=True)
# By keyboard alone on a telephone's width; each page seen is judged at a desk's width too.
KEYBOARD_BOTH = Way(360, keyboard=True, also=1280)


# Milliseconds; a busy machine is slow, and that is no fault of the pages.
_PATIENCE = 20_000
_HEIGHT = 800
expect.set_options(timeout=_PATIENCE)

Name = str | re.Pattern[str]


def _named(name: Name) -> re.Pattern[str]:
    """Return what matches a name that begins so; people read the beginning first."""
    return re.compile(f"^{re.escape(name)}") if isinstance(name, str) else name


class Visitor:
    """A person at a fresh window, without cookies."""

    def __init__(self, browser: Browser, way: Way, story: str) -> None:
        self.way = way
        self.window = browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": way.width, "height": _HEIGHT},
            device_scale_factor=way.zoom,
        )
        self.window.set_default_timeout(_PATIENCE)
        self._downloads: list[Download] = []
        self._story = story
        self.window.on("page", self._expect_files)
        self.page = self.window.new_page()
        self._inspection = Inspection(self.page, f"{story}-{way}")
        self.actor: Actor = Keyboard(self.page) if way.keyboard else Mouse(self.page)

    def _expect_files(self, page: Page) -> None:
        page.on("download", self._keep)

    def _keep(self, file: Download) -> None:
        self._downloads.append(file)

    def close(self) -> None:
        """Close the window."""
        self.window.close()

    def open(self, address: str) -> None:
        """Type an address."""
        self.page.goto(address)

    def see(self, heading: str) -> None:
        """Wait for the page whose main title begins so, and inspect it."""
        expect(self.page.locator("h1")).to_contain_text(heading)
        self.page.wait_for_load_state()
        self._inspection.look()
        if self.way.also:
            self._look_at(self.way.also)

    def _look_at(self, width: int) -> None:
        """Judge the same page in a window of this width, then come back."""
        for wide in (width, self.way.width):
            self.page.set_viewport_size({"width": wide, "height": _HEIGHT})
            if wide == width:
                self._inspection.look()

    def read(self, text: str) -> None:
        """Find this text on the page."""
        expect(self.page.locator("main, [role=main]").first).to_contain_text(text)

    def hear(self, message: str) -> None:
        """Be told, above the page, what just happened."""
        expect(self.page.locator(".flash[role=status]")).to_contain_text(message)

    def read_nowhere(self, text: str) -> None:
        """Make sure that the page does not say this."""
        expect(self.page.locator("body")).not_to_contain_text(text)

    def link(self, name: Name) -> Locator:
        """Return the link of this name."""
        return self.page.get_by_role("link", name=_named(name)).first

    def button(self, name: Name) -> Locator:
        """Return the button of this name."""
        return self.page.get_by_role("button", name=_named(name)).first

    def field(self, label: Name) -> Locator:
        """Return the field with this label."""
        return self.page.get_by_label(_named(label)).first

    def follow(self, name: Name) -> None:
        """Follow a link; one of the menu that is folded is looked for in it."""
        folded = self.page.locator("#menu a", has_text=_named(name)).first
        if self.page.locator("#menu").is_hidden() and folded.count():
            self.press("Menu")
        self.actor.press(self.link(name))

    def press(self, name: Name) -> None:
        """Press a button."""
        self.actor.press(self.button(name))

    def write(self, label: Name, text: str) -> None:
        """Write into a field."""
        self.actor.write(self.field(label), text)

    def tick(self, label: Name) -> None:
        """Tick the box, or choose the radio button, of this label."""
        name = _named(label)
        box = self.page.get_by_role("checkbox", name=name).or_(self.page.get_by_role("radio", name=name))
        self.actor.tick(box.filter(visible=True).first)

    def untick(self, label: Name) -> None:
        """Take the tick of this label away."""
        self.actor.untick(self.page.get_by_role("checkbox", name=_named(label)).filter(visible=True).first)

    def write_day(self, label: Name, day: date) -> None:
        """Type a date: its parts stand in the order of the browser's own language, which is the machine's."""
        field = self.field(label)
        for order in ("%d%m%Y", "%m%d%Y"):
            self.actor.write_keys(field, f"{day:{order}}")
            if field.input_value() == day.isoformat():
                return
        raise AssertionError(f"{label} holds {field.input_value()}")

    def unfold(self, name: str) -> None:
        """Open a fold of the page, unless it stands open."""
        fold = self.page.locator("details", has=self.page.locator("summary", has_text=name)).first
        if fold.get_attribute("open") is None:
            self.actor.press(fold.locator("summary").first)
        expect(fold).to_have_attribute("open", "")

    def choose(self, label: Name, option: str) -> None:
        """Choose in the list of this label."""
        self.actor.choose(self.field(label), option)

    def hand_over(self, label: Name, file: Path) -> None:
        """Choose a file for the field of this label."""
        self.actor.hand_over(self.field(label), file)

    def take(self, target: Locator) -> bytes:
        """Press what gives a file; return its bytes once it is there."""
        self._downloads.clear()
        self.actor.press(target)
        for _ in range(_PATIENCE // 50):
            if self._downloads:
                return Path(self._downloads.pop().path()).read_bytes()
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{target} gave no file")
