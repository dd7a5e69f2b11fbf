"""What a witness remembers of each log, in one SQLite file: the last checkpoint that it cosigned.

Looking and writing are one transaction, so that of two requests at once the smaller tree never overwrites the larger.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aidants.journal.merkle import EMPTY_ROOT
from aidants.journal.notes import Checkpoint

_TABLE = """
CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL)
"""
_KEEP = "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET size = ?2, root = ?3, note = ?4"


class Memory:
    """The file at ``path``, made when it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self.exclusively():
            pass

    @contextmanager
    def exclusively(self) -> Iterator["Visit"]:
        """Give the memory to one request; what it keeps is on the disk when the block ends, or nothing is."""
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=10)) as database:
            database.execute("PRAGMA synchronous = FULL")
            database.execute(_TABLE)
            database.execute("BEGIN IMMEDIATE")
            yield Visit(database)
            database.execute("COMMIT")


class Visit:
    """One request's look at the memory, alone."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def last(self, origin: str) -> Checkpoint:
        """Return the last checkpoint cosigned for a log: the empty tree when there was none."""
        row = self._database.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        return Checkpoint(origin, *row) if row else Checkpoint(origin, 0, EMPTY_ROOT)

    def keep(self, checkpoint: Checkpoint, note: str) -> None:
        """Remember a checkpoint."""
        self._database.execute(_KEEP, (checkpoint.origin, checkpoint.size, checkpoint.root, note))
