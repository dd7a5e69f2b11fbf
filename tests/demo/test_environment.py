"""The environment of the two commands: what a machine lacks is told in one line, and nothing is made twice."""

import errno
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from deploy.demo import environment

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with the locks of this one, whose tools are counted and not run."""
    for name in environment.LARGER_SETS:
        lock = f"requirements-{name}.txt"
        (tmp_path / lock).write_bytes((ROOT / lock).read_bytes())
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(sys, "argv", ["environment.py", "demo"])
    return tmp_path


def _fails_with(number: int) -> object:
    def create(folder: Path, **options: object) -> None:
        raise OSError(number, errno.errorcode[number], str(folder))

    return create


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_told_in_one_line(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    monkeypatch.setattr("venv.create", _fails_with(number))
    assert environment.main() == 1
    told = capsys.readouterr().err
    assert told.startswith(f"Cannot make the environment: {errno.errorcode[number]}")
    assert told.count("\n") == 1


def test_a_missing_venv_module_is_told_with_its_package(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert environment.main() == 1
    assert "apt-get install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Temporary failure in name resolution", "the package index cannot be reached"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "a package is not the one that the lock names"),
    ],
)
def test_a_failed_installation_is_told_by_its_cause(
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    output: str,
    hint: str,
) -> None:
    monkeypatch.setattr("venv.create", lambda folder, **options: folder.mkdir())
    failed = subprocess.CompletedProcess([], 1, stdout=f"many\nlines\n{output}\nand more\n")
    monkeypatch.setattr(environment, "subprocess", _only_run(failed))
    assert environment.main() == 1
    told = capsys.readouterr().err
    assert hint in told
    assert told.count("\n") == 1


def _only_run(answer: "subprocess.CompletedProcess[str]") -> ModuleType:
    fake = ModuleType("subprocess")
    fake.__dict__.update(subprocess.__dict__, run=lambda *_arguments, **_options: answer)
    return fake


def _makes(made: list[Path]) -> object:
    def create(folder: Path, **options: object) -> None:
        folder.mkdir()
        made.append(folder)

    return create


def test_nothing_is_installed_twice_and_the_larger_set_serves_the_smaller(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    ran: list[list[str]] = []
    monkeypatch.setattr("venv.create", _makes(made))
    monkeypatch.setattr(environment, "_run", lambda command, *_more: ran.append(command))
    assert environment.main() == environment.main() == 0
    assert (len(made), len(ran)) == (1, 1)
    assert "--require-hashes" in ran[0]
    (checkout / "requirements-demo.txt").write_text("changed")
    environment._install_packages("dev")
    environment._install_packages("dev")
    environment._install_packages("demo")
    assert len(ran) == 2


def test_an_old_python_is_told_in_one_line() -> None:
    done = subprocess.run(["make", "PYTHON=", "demo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("Python 3.11 or later is needed")
