"""Child processes that cannot outlive their parent.

Each child is the leader of its own session, so that a Ctrl-C in the terminal reaches only the parent, which stops its
children in order; if the parent is killed outright, the Linux kernel tells the child (prctl(2), PR_SET_PDEATHSIG).
Never decides what to start.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def die_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel to send ``death_signal`` to this process when its parent dies; does nothing outside Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal))


def _bound_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def between_fork_and_exec() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return between_fork_and_exec


def start_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path,
    output: Path | None,
    death_signal: signal.Signals = signal.SIGTERM,
    uid: int | None = None,
    gid: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, its output appended to the file ``output`` (None: nowhere).

    ``uid`` and ``gid`` name another account to run as, which only root may ask.  Raises OSError when it cannot start.
    """
    sink = subprocess.DEVNULL if output is None else os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            preexec_fn=_bound_to_parent(death_signal),  # noqa: PLW1509 -- started before any thread
        )
    finally:
        if sink != subprocess.DEVNULL:
            os.close(sink)


def stop_child(child: subprocess.Popen[bytes], *, stop_signal: signal.Signals, patience: float) -> None:
    """Send ``stop_signal``, wait ``patience`` seconds, then kill whatever is left of the child's session."""
    if child.poll() is None:
        child.send_signal(stop_signal)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
