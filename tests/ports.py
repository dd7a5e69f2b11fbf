"""Ports for what a test starts, that nothing else takes meanwhile.

Never from the range that the machine gives its own calls (32768 and up on Linux): a port that was free when it was
drawn could be that of somebody's request a second later.  Each worker has its own thousand.
"""

import os
import socket
from itertools import cycle
from threading import Lock

_FIRST, _EACH, _WORKERS = 20_000, 1_200, 10
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_OWN = range(_FIRST + _EACH * _WORKER, _FIRST + _EACH * (_WORKER + 1))
# Two runs on one machine do not begin at the same one.
_ranks = cycle(range(_EACH))
for _ in range(os.getpid() * 7 % _EACH):
    next(_ranks)
_turn = Lock()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return ``count`` ports in a row on which nobody listens, none of them among the last ones given."""
    found: list[int] = []
    with _turn:
        while len(found) < count:
            port = _OWN[next(_ranks)]
            before = found if found and port == found[-1] + 1 else []
            found = [*before, port] if _is_free(port) else []
    return found


def free_port() -> int:
    """Return one port as :func:`free_ports` does."""
    return free_ports(1)[0]
