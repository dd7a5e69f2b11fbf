"""Two ways to act on a page: with a mouse, or with a keyboard alone.

A journey says what is done; the actor says how.  The keyboard never jumps: it presses Tab until what it wants has the
focus, as a person would.
"""

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page

_TABS = 250
# Tabs pressed before the page is asked how far they went: asking costs as much as pressing several.
_BURST = 8

# What the Tab key can reach for a target: itself, or the radio button of its group that stands for it.  A person stops
# there; so do the presses of a burst, which the page no longer hears once it is reached.
_WATCH = """target => {
  const reached = () => {
    const here = document.activeElement;
    return here === target || (target.type === "radio" && here?.type === "radio"
      && here.name === target.name && here.form === target.form);
  };
  const hold = press => {
    if (press.key !== "Tab" || !reached()) return;
    press.preventDefault();
    press.stopImmediatePropagation();
  };
  window.addEventListener("keydown", hold, true);
  return {reached, leave: () => window.removeEventListener("keydown", hold, true)};
}"""


class Actor(Protocol):
    """Acts on one page."""

    name: str

    def press(self, target: Locator) -> None:
        """Follow a link, press a button, open a fold."""

    def write(self, target: Locator, text: str) -> None:
        """Replace what a field holds."""

    def tick(self, target: Locator) -> None:
        """Tick a box, or choose a radio button."""

    def untick(self, target: Locator) -> None:
        """Take the tick of a box away."""

    def write_keys(self, target: Locator, keys: str) -> None:
        """Type into a field that has parts of its own, from its first one."""

    def choose(self, target: Locator, label: str) -> None:
        """Choose in a list."""

    def hand_over(self, target: Locator, file: Path) -> None:
        """Choose a file."""


def _from_first_part(page: Page, keys: str) -> None:
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type(keys)


def _watch_dialogues(page: Page) -> None:
    """Have file dialogues caught from now on: a catch asked for at the gesture itself may come after it."""
    page.on("filechooser", lambda _dialogue: None)


class Mouse:
    """Clicks; types in what was clicked."""

    name = "mouse"

    def __init__(self, page: Page) -> None:
        self.page = page
        _watch_dialogues(page)

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.click()
        target.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self, target: Locator) -> None:
        if not target.is_checked():
            self.page.locator(f'label[for="{target.get_attribute("id")}"]').click()
        assert target.is_checked()

    def untick(self, target: Locator) -> None:
        if target.is_checked():
            self.page.locator(f'label[for="{target.get_attribute("id")}"]').click()
        assert not target.is_checked()

    def write_keys(self, target: Locator, keys: str) -> None:
        target.focus()
        _from_first_part(self.page, keys)

    def choose(self, target: Locator, label: str) -> None:
        target.select_option(label=label)

    def hand_over(self, target: Locator, file: Path) -> None:
        with self.page.expect_file_chooser() as asked:
            target.click()
        asked.value.set_files(file)


class Keyboard:
    """Tab, Enter, Space, arrows and letters."""

    name = "keyboard"

    def __init__(self, page: Page) -> None:
        self.page = page
        _watch_dialogues(page)

    def _reach(self, target: Locator) -> None:
        target.wait_for(state="attached")
        watch = target.evaluate_handle(_WATCH)
        for _ in range(0, _TABS, _BURST):
            if watch.evaluate("watch => watch.reached()"):
                watch.evaluate("watch => watch.leave()")
                return
            for _ in range(_BURST):
                self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard cannot reach {target}")

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self, target: Locator) -> None:
        self._reach(target)
        for _ in range(_TABS):
            if target.evaluate("e => e === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")
        assert target.is_checked()

    def untick(self, target: Locator) -> None:
        self._reach(target)
        if target.is_checked():
            self.page.keyboard.press("Space")
        assert not target.is_checked()

    def write_keys(self, target: Locator, keys: str) -> None:
        self._reach(target)
        _from_first_part(self.page, keys)

    def choose(self, target: Locator, label: str) -> None:
        self._reach(target)
        for _ in range(_TABS):
            if target.locator("option:checked").inner_text().strip() == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} cannot be chosen in {target}")

    def hand_over(self, target: Locator, file: Path) -> None:
        self._reach(target)
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files(file)
