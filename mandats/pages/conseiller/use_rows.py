"""From utilisations to the lines that the conseiller's pages show, corrections beside them.  Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aidants.domain.demarches import DEMARCHES
from mandats.domain.durees import french_date, local_date
from mandats.domain.utilisations import DECLARED_CHANNELS, MANNERS
from mandats.registre.models import Contestation, Correction, Utilisation

CHANNELS = {**DECLARED_CHANNELS, "bridge": "par connexion à un site"}


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use: what, when, by whom, and what was said of it since."""

    use: Utilisation
    day: str
    channel: str
    label: str
    manner: str
    correction: Correction | None
    contestation: Contestation | None
    corrected_on: str
    asks_manner: bool

    @property
    def declared(self) -> bool:
        """True when the aidant declared it; a use through the bridge notes itself."""
        return self.use.channel != "bridge"

    @property
    def correctable(self) -> bool:
        """True while a counter-entry may still be written."""
        return self.declared and self.correction is None


def use_rows(uses: Iterable[Utilisation], time_zone: str, reader: UUID | None) -> list[UseRow]:
    """Return the lines; ``uses`` came with their correction and contestation, ``reader`` is who looks."""
    return [_row(use, time_zone, reader) for use in uses]


def _row(use: Utilisation, time_zone: str, reader: UUID | None) -> UseRow:
    correction = getattr(use, "correction", None)
    return UseRow(
        use=use,
        day=french_date(use.used_on),
        channel=CHANNELS[use.channel],
        label=DEMARCHES[use.autorisation.demarche].label,
        manner=MANNERS.get(use.manner, ""),
        correction=correction,
        contestation=getattr(use, "contestation", None),
        corrected_on=_day(correction.created_at, time_zone) if correction else "",
        asks_manner=not use.manner and use.aidant_id == reader,
    )


def _day(at: datetime, time_zone: str) -> str:
    return french_date(local_date(at, time_zone))
