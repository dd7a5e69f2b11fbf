"""`make demo`: one supervisor of the database, the service, its worker and the simulated sites.

Prints where to go and what to click, then waits.  Ctrl-C, SIGTERM and a closed terminal stop everything; whatever
cannot work is told in one line before anything is left behind.
"""

import argparse
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.demo.children import die_with_parent
from deploy.demo.home import ROOT, AlreadyRunning, demo_home, demo_secrets, sole_tenant, write_private
from deploy.demo.postgres import (
    OWNER_ROLE,
    SERVICE_ROLE,
    EmbeddedPostgres,
    PostgresUnavailable,
    private_folder,
)
from deploy.demo.sites import ADMINISTRATION, Sites
from deploy.demo.stack import Stack, StackFailed
from deploy.demo.temoins import NAMES

_DATABASE = "mandats"
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_WELCOME = """
Prêt en {seconds:.0f} s.

  Le service des mandats          {sites.service}
  FranceConnect (simulé)          {sites.franceconnect}
  {administration:<31} {sites.administration}

{accounts}

Un code de connexion :            python3 manage.py demo_otp ADRESSE

À essayer :
  1. {sites.service} : connectez-vous en conseiller (adresse, mot de passe, code ci-dessus).
  2. « Nouveau mandat » : démarches, durée ; l'usager s'identifie par FranceConnect et signe ; imprimez le volet.
  3. {sites.administration} : « S'identifier avec FranceConnect », puis « Aidants Connect » ; choisissez l'usager.
  4. {sites.service}/verifier : vérifiez le mandat avec la référence et le code du volet ; comme agent reconnu,
     « S'identifier avec ProConnect » à une adresse en @allocations.example.
  5. {sites.service}/usager : révoquez avec le code du volet ; recommencez 3 et 4, tout est refusé.

Téléphones (SMS, réponses) :      {sites.operateur}
SMS et courriels envoyés :        {home}/sms  {home}/emails
Horodatage (local) :              {timestamps}
Journal, et ses deux témoins :    {sites.service}/journal
Ctrl-C arrête tout.
"""


class Ended(BaseException):
    """Somebody asked for the end: not an error, and caught nowhere but in :func:`main`."""


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise Ended


def busy_port(ports: range) -> int | None:
    """Return the first of ``ports`` on which another program listens."""
    for port in ports:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((address, port)) == 0:
                    return port
    return None


def _free_port() -> int:
    """Return a port of this machine on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _environment_left_in(file: Path, stack: Stack) -> Iterator[None]:
    """Leave the service's environment where `manage.py` finds it in another terminal, as long as the demo runs."""
    lines = stack.sites.service_environment(stack.database_url)
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    write_private(file, text)
    try:
        yield
    finally:
        if file.exists() and file.read_text() == text:
            file.unlink()


def _accounts(sites: Sites) -> str:
    """Return the demo's accounts as lines to print."""
    state = sites.state()
    lines = [f"Comptes (mot de passe de tous : {state['password']})"]
    columns = [[account[column] for column in ("email", "role", "name", "structure")] for account in state["accounts"]]
    widths = [max(map(len, column)) + 2 for column in zip(*columns, strict=True)]
    lines += ["  " + "".join(map(str.ljust, account, widths)) for account in columns]
    return "\n".join(line.rstrip() for line in lines)


def _prepare(running: ExitStack, home: Path, port: int) -> Stack:
    postgres = running.enter_context(EmbeddedPostgres(home / "postgres"))
    if not postgres.has_database(_DATABASE):
        postgres.create_database(_DATABASE)
    timestamps, *witnesses = (_free_port() for _ in range(1 + len(NAMES)))
    sites = Sites(home, demo_secrets(home), port, port + 1, port + 2, timestamps, witness_ports=tuple(witnesses))
    urls = postgres.url(SERVICE_ROLE, _DATABASE), postgres.url(OWNER_ROLE, _DATABASE)
    stack = running.enter_context(Stack(sites, *urls))
    stack.prepare()
    stack.start_sites()
    stack.start_witnesses()
    stack.start_service()
    stack.start_worker()
    stack.wait_until_healthy()
    return stack


def run(port: int, environment_file: Path) -> None:
    """Start everything, tell the person, and wait for the end or for the first process that dies."""
    started = time.monotonic()
    if (busy := busy_port(range(port, port + 3))) is not None:
        raise StackFailed(f"le port {busy} est déjà pris ; choisissez-en trois libres de suite : make demo PORT=9000")
    with ExitStack() as running:
        home = private_folder(demo_home(port))
        running.enter_context(sole_tenant(home))
        stack = _prepare(running, home, port)
        running.enter_context(_environment_left_in(environment_file, stack))
        timestamps = stack.sites.timestamps if stack.authority else "sans openssl, les PDF attendent leur horodatage"
        told = {"timestamps": timestamps, "seconds": time.monotonic() - started, "sites": stack.sites, "home": home}
        print(_WELCOME.format(administration=ADMINISTRATION, accounts=_accounts(stack.sites), **told), flush=True)
        while True:
            time.sleep(1)
            stack.refuse_if_one_died()


def forget(port: int) -> None:
    """Remove the database and the secrets of the demo on ``port``, unless it runs."""
    home = demo_home(port)
    if home.exists():
        with sole_tenant(private_folder(home)):
            shutil.rmtree(home)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the service's; the simulated sites take the next two")
    parser.add_argument("--forget", action="store_true", help="remove this demo's database and secrets, start nothing")
    parser.add_argument("--environment-file", type=Path, default=ROOT / ".env", help="read by manage.py")
    return parser.parse_args()


def main() -> int:
    """Run the demo on the ports given; return the exit status."""
    options = _options()
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    for ending in _ENDINGS:
        signal.signal(ending, _end)
    try:
        forget(options.port) if options.forget else run(options.port, options.environment_file)
    except Ended:
        return 0
    except AlreadyRunning:
        reason = f"une démonstration de ce dossier tourne déjà sur le port {options.port}"
    except (StackFailed, PostgresUnavailable) as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.strerror} : {error.filename}"
    else:
        return 0
    print(f"La démonstration s'arrête : {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
