"""What each test of the running demonstration is held to: no process of ours met an error that it did not know.

A page that says « une erreur » tells the person nothing of its cause; the process wrote it, and the test shows it.
"""

from dataclasses import dataclass, field
from pathlib import Path

_OURS = ("service", "work")
_UNKNOWN = "Traceback (most recent call last):"


@dataclass
class StackFaults:
    """Reads what the service and its worker write to ``logs``, from one test to the next."""

    logs: Path
    _read: dict[str, int] = field(default_factory=dict, init=False)

    def told_since(self) -> list[str]:
        """Return what each process wrote since the last look, where it holds an error that nothing caught."""
        return [text for name in _OURS if _UNKNOWN in (text := self._new_output(name))]

    def _new_output(self, name: str) -> str:
        content = (self.logs / f"{name}.txt").read_bytes()
        seen, self._read[name] = self._read.get(name, 0), len(content)
        # A process that was started anew writes from the beginning.
        return content[seen if seen <= len(content) else 0 :].decode(errors="replace")
