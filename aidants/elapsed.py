"""The moment of each act of a pass that does many: the moment the pass began at, and the whole seconds gone since."""

import time
from datetime import datetime, timedelta


class Pass:
    """A pass that began at ``began``, which its caller gives: tests give any moment."""

    def __init__(self, began: datetime) -> None:
        self._began, self._started = began, time.monotonic()

    @property
    def now(self) -> datetime:
        """Return the moment it is for the pass, to the second: an act late in it is not dated from its beginning."""
        return self._began + timedelta(seconds=int(time.monotonic() - self._started))
