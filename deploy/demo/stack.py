"""The running processes of a demonstration: the service, its worker and the two simulated sites.

Owns their order of start, their health and their end.  Whoever uses it gives a database that is already served; a
process that stops by itself is told with the last thing that it wrote.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.children import start_child, stop_child
from deploy.demo.home import ROOT
from deploy.demo.horodatage.authority import Authority
from deploy.demo.sites import Sites

_PATIENCE = 120.0
_STOP_PATIENCE = 6.0


class StackFailed(RuntimeError):
    """A process of the demonstration failed; the message is one line for the person at the terminal."""


@dataclass
class Stack:
    """The processes over ``sites``, whose service uses ``database_url`` (service role).

    ``owner_url`` is given to `migrate` alone; empty, the database is migrated already.  Use as a context manager; its
    end stops everything.
    """

    sites: Sites
    database_url: str
    owner_url: str = ""
    _children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        self.logs.mkdir(mode=0o700, exist_ok=True)
        for name in ("sms", "emails"):
            (self.sites.home / name).mkdir(mode=0o700, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            stop_child(child, stop_signal=signal.SIGTERM, patience=_STOP_PATIENCE)
        self._children.clear()

    @property
    def logs(self) -> Path:
        """The folder of what each process writes."""
        return self.sites.home / "output"

    def _environment(self, own: Mapping[str, str]) -> dict[str, str]:
        local = {
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **local, **own}

    def start(self, name: str, command: Sequence[str], own: Mapping[str, str]) -> None:
        """Start ``command`` under ``name``, with ``own`` added to this process's environment."""
        output = self.logs / f"{name}.txt"
        output.unlink(missing_ok=True)
        self._children[name] = start_child(command, environment=self._environment(own), directory=ROOT, output=output)

    def _last_words(self, name: str) -> str:
        output = self.logs / f"{name}.txt"
        lines = [line for line in output.read_text(errors="replace").splitlines() if line.strip()]
        return f"{lines[-1] if lines else 'rien écrit'} (tout est dans {output})"

    def finish(self, name: str) -> str:
        """Wait for the end of the child ``name``; return what it wrote, or raise :class:`StackFailed`."""
        child = self._children[name]
        if child.wait() != 0:
            raise StackFailed(f"{name} : {self._last_words(name)}")
        del self._children[name]
        return (self.logs / f"{name}.txt").read_text()

    def _manage(self, *arguments: str, **more: str) -> None:
        own = {**self.sites.service_environment(self.database_url), **more}
        self.start(arguments[0], [sys.executable, "manage.py", *arguments], own)

    def prepare(self) -> None:
        """Collect static files, migrate as the owner (when its address is given), load the demo data."""
        if self.authority is not None:
            self.authority.prepare()
        collected = self.start_collecting()
        if self.owner_url:
            self._manage("migrate", "--verbosity=0", DATABASE_OWNER_URL=self.owner_url)
            self.finish("migrate")
        self.load_demo()
        collected()

    def start_collecting(self) -> Callable[[], None]:
        """Start collecting static files unless they are those collected before; return what waits for them."""
        told, sources = self.sites.home / "static.txt", _static_sources()
        if told.exists() and told.read_text() == sources:
            return lambda: None
        self._manage("collectstatic", "--noinput", "--verbosity=0")

        def wait() -> None:
            self.finish("collectstatic")
            told.write_text(sources)

        return wait

    def load_demo(self) -> None:
        """Fill the database and write the records by which the sites know each other."""
        state, administration = str(self.sites.state_file), self.sites.administration
        arguments = ["--state", state, "--administration", administration]
        if self.authority is not None:
            arguments += ["--timestamps", str(self.authority.root)]
        self._manage("load_demo", *arguments)
        self.finish("load_demo")
        self.sites.write_registry()

    @property
    def authority(self) -> Authority | None:
        """The local time-stamping authority; ``None`` on a machine without openssl: papers then wait for theirs."""
        return Authority(self.sites.timestamps_folder) if shutil.which("openssl") else None

    def start_authority(self) -> None:
        """Start the local time-stamping authority, if this machine can."""
        if self.authority is not None:
            command = [sys.executable, "-m", "deploy.demo.horodatage"]
            self.start("horodatage", command, self.sites.timestamps_environment())

    def start_sites(self, *, pannes: bool = False) -> None:
        """Start the authority and the two simulated sites; with ``pannes``, FranceConnect fails on demand."""
        self.start_authority()
        python = sys.executable
        self.start(
            "franceconnect",
            [python, "-m", "deploy.demo.franceconnect", *(["--pannes"] if pannes else [])],
            self.sites.franceconnect_environment(),
        )
        self.start(
            "administration",
            [python, "-m", "deploy.demo.administration"],
            self.sites.administration_environment(),
        )

    def start_witnesses(self) -> None:
        """Start the witnesses of the journal, if these sites have any."""
        temoins = self.sites.temoins
        if temoins is not None:
            for name, port in temoins:
                self.start(name, temoins.command(name, port, self.sites.journal_verifier), {})

    def start_service(self, *, workers: int = 2, threads: int = 8) -> None:
        """Start the service, on this machine's own address only."""
        gunicorn = [sys.executable, "-m", "gunicorn", "deploy.wsgi:application", "--no-control-socket"]
        gunicorn += [
            f"--bind=127.0.0.1:{self.sites.service_port}",
            f"--workers={workers}",
            f"--threads={threads}",
        ]
        gunicorn += [
            "--worker-class=deploy.serving.StayingWorker",
            "--graceful-timeout=3",
            "--log-level=warning",
            "--preload",
        ]
        gunicorn += ["--limit-request-line=8190"]  # as deploy/start.sh
        self.start("service", gunicorn, self.sites.service_environment(self.database_url))

    def start_worker(self) -> None:
        """Start `manage.py work`."""
        self._manage("work")

    def wait_until_healthy(self) -> None:
        """Return once the three sites answer on /sante; raise :class:`StackFailed` when one cannot."""
        deadline = time.monotonic() + _PATIENCE
        for origin in (self.sites.franceconnect, self.sites.administration, self.sites.service):
            while not _answers(f"{origin}/sante"):
                self.refuse_if_one_died()
                if time.monotonic() > deadline:
                    raise StackFailed(f"{origin} ne répond pas après {_PATIENCE:.0f} s (voir {self.logs})")
                time.sleep(0.1)
        self.refuse_if_one_died()

    def refuse_if_one_died(self) -> None:
        """Raise :class:`StackFailed` when a process that should run has ended."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise StackFailed(f"{name} s'est arrêté : {self._last_words(name)}")


def _static_sources() -> str:
    """Describe what `collectstatic` reads: our own static files and the packages installed."""
    ours = (file for app in ("aidants", "mandats", "oidc", "deploy") for file in (ROOT / app).glob("static/**/*"))
    lines = [f"{file} {file.stat().st_mtime_ns}" for file in sorted(ours) if file.is_file()]
    return "\n".join([*lines, (ROOT / "requirements.txt").read_text()])


def _answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
