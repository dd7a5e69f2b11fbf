"""Makes the `.venv` of `make demo` and `make test` from hashed locks, again only when a lock changed.

Runs on the machine's own Python with nothing installed, so it imports the standard library only.  Every refusal is one
line for the person at the terminal.  Never changes anything outside the checkout.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
CLIENTS = ROOT / "tests" / "conformance" / "clients"
# A set of packages holds those named after it: what suits the tests suits the demo.
LARGER_SETS = {"demo": ("demo", "dev"), "dev": ("dev",)}
HINTS = {
    "No space left on device": "the disk is full",
    "Read-only file system": "the disk is read-only",
    "Permission denied": "this account may not write here",
    "NewConnectionError": "the package index cannot be reached",
    "Temporary failure in name resolution": "the package index cannot be reached",
    "DO NOT MATCH THE HASHES": "a package is not the one that the lock names",
}


class Unfit(RuntimeError):
    """The machine cannot carry the environment; the message is the one line to print."""


def fingerprint(*files: Path) -> str:
    """Return a digest of the interpreter and of the files' bytes: the environment is made again when it changes."""
    digest = hashlib.sha256(sys.version.encode() + str(VENV).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def _is_installed(name: str, wanted: str) -> bool:
    stamp = _stamp(name)
    return stamp.exists() and stamp.read_text() == wanted


def _explain(output: str) -> str:
    for sign, hint in HINTS.items():
        if sign in output:
            return hint
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _run(command: list[str], purpose: str, directory: Path) -> None:
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    result = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise Unfit(f"{purpose} failed: {_explain(result.stdout)}")


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 -- Debian ships Python without it
        import venv  # noqa: PLC0415 -- the same
    except ImportError as error:
        raise Unfit("Python has no venv module: apt-get install python3-venv (or your system's equivalent)") from error
    print("Making .venv ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        raise Unfit(f"making {VENV} failed: {_explain(str(error.output))}") from error
    _stamp("python").write_text(fingerprint())


def _install_packages(name: str) -> None:
    wanted = {larger: fingerprint(ROOT / f"requirements-{larger}.txt") for larger in LARGER_SETS[name]}
    if any(_is_installed(larger, digest) for larger, digest in wanted.items()):
        return
    if not _is_installed("python", fingerprint()):
        _make_venv()
    for other in LARGER_SETS:
        _stamp(other).unlink(missing_ok=True)
    print(f"Installing the packages of requirements-{name}.txt ...", flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    pip += ["--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    # Compiling every module takes four times as long as all the rest; Python compiles those that it imports.
    pip += ["--no-compile"]
    _run([*pip, "-r", f"requirements-{name}.txt"], "installing the packages", ROOT)
    _stamp(name).write_text(wanted[name])


def _install_clients() -> None:
    wanted = fingerprint(CLIENTS / "package-lock.json")
    if _is_installed("clients", wanted) and (CLIENTS / "node_modules").is_dir():
        return
    print("Installing the test clients from npm ...", flush=True)
    _run([str(VENV / "bin" / "npm"), "ci"], "installing the test clients", CLIENTS)
    _stamp("clients").write_text(wanted)


def main() -> int:
    """Make the environment named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", choices=sorted(LARGER_SETS))
    chosen = parser.parse_args().set
    try:
        _install_packages(chosen)
        if chosen == "dev":
            _install_clients()
    except Unfit as error:
        print(f"Cannot make the environment: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot make the environment: {error.strerror}: {error.filename or ROOT}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
