"""The machine's Chromium, as Playwright drives it.

Owns how it starts: never a browser that a tool downloads, never a word to the world.  PDF files are saved rather than
shown, so that a test reads the very bytes that a person would print.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.machine import browser

_SILENT = (
    "--no-sandbox",  # tests run as root too
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    "--lang=fr-FR",
)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run one browser; each window opened in it starts without any cookie."""
    with tempfile.TemporaryDirectory(prefix="mandats-chromium-", dir="/var/tmp") as folder, sync_playwright() as tool:
        preferences = Path(folder) / "Default" / "Preferences"
        preferences.parent.mkdir()
        preferences.write_text(json.dumps({"plugins": {"always_open_pdf_externally": True}}))
        first = tool.chromium.launch_persistent_context(
            folder, executable_path=browser(), args=list(_SILENT), ignore_default_args=["--enable-automation"]
        )
        try:
            assert first.browser is not None
            yield first.browser
        finally:
            first.close()
