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


@dataclass(frozen=True, slots=True)
class Acteur:
    """``id`` is the compte's, usager's or client's UUID; ``structure_id`` the structure acted for."""

    kind: Kind
    id: UUID | None = None
    structure_id: UUID | None = None
    role: str = ""


SYSTEME = Acteur(Kind.SYSTEME)
ANONYME = Acteur(Kind.ANONYME)
