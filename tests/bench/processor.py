"""Processor time of processes, read from /proc (proc(5)): the service and the database, each with all its children."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _FIRST, _LAST = 1, 11, 15
_BUSY = (0, 1, 2, 5, 6, 7)


def _fields(pid: int) -> list[str]:
    """Return the fields after the command's name (which may hold spaces); none when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(root: int) -> list[int]:
    """Return ``root`` and all its descendants."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children[int(fields[_PARENT])].append(int(entry.name))
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def spent_by(root: int) -> float:
    """Return the seconds spent by a process and its descendants, those that have ended included."""
    total = 0
    for pid in family(root):
        total += sum(int(ticks) for ticks in _fields(pid)[_FIRST:_LAST])
    return total / _TICKS


def spent_by_machine() -> float:
    """Return the seconds that all processes of the machine have spent."""
    ticks = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return sum(ticks[position] for position in _BUSY) / _TICKS


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time at one moment."""

    service: float
    database: float
    machine: float

    def since(self, earlier: "Spent") -> "Spent":
        """Return what was spent between the two moments."""
        return Spent(self.service - earlier.service, self.database - earlier.database, self.machine - earlier.machine)


@dataclass(frozen=True, slots=True)
class Target:
    """The running service: its origin, and the two processes whose families are watched."""

    origin: str
    service_pid: int
    database_pid: int

    def spent(self) -> Spent:
        """Return the processor time spent until now."""
        return Spent(spent_by(self.service_pid), spent_by(self.database_pid), spent_by_machine())
