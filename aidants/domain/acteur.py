"""Who performs an act, and for which structure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What sort of actor stands behind an act."""

    COMPTE = "compte"
    USAGER = "usager"
    CLIENT = "client"
    SYSTEME = "systeme"
    ANONYME = "anonyme"


class NobodyInParticular(ValueError):
    """The act needs somebody, or a structure, and there is none."""


@dataclass(frozen=True, slots=True)
class Acteur:
    """``id`` is the compte's, usager's or client's UUID; ``structure_id`` the structure acted for."""

    kind: Kind
    id: UUID | None = None
    structure_id: UUID | None = None
    role: str = ""

    @property
    def known_id(self) -> UUID:
        """The identifier of whoever acts.  Raises :class:`NobodyInParticular`."""
        if self.id is None:
            raise NobodyInParticular(self.kind)
        return self.id

    @property
    def known_structure_id(self) -> UUID:
        """The structure acted for.  Raises :class:`NobodyInParticular`."""
        if self.structure_id is None:
            raise NobodyInParticular(self.kind)
        return self.structure_id


SYSTEME = Acteur(Kind.SYSTEME)
ANONYME = Acteur(Kind.ANONYME)
