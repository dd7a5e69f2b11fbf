"""The journal as a file: CSV that no spreadsheet takes for formulas, or JSON lines.  Streams; never writes."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from aidants.domain.acteur import Kind
from aidants.domain.events import CATALOGUE
from aidants.journal.models import Entree
from aidants.journal.names import names_among
from aidants.journal.search import number_of
from aidants.journal.walk import parsed

COLUMNS = (
    "numero", "identifiant", "date_utc", "evenement", "libelle", "acteur_genre", "acteur", "acteur_nom", "role",
    "structure", "sujet", "motif", "faits", "empreinte",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"


def safe(cell: object) -> str:
    """Return a cell's text; an apostrophe stands before what a spreadsheet would run (OWASP, CSV injection)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Line:
    """A file of one line: hands back what the CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def as_csv(batches: Iterable[Sequence[Entree]]) -> Iterator[str]:
    """Yield the lines of a CSV file: semicolons and a byte order mark, as French spreadsheets read it."""
    writer = csv.writer(_Line(), delimiter=";")
    yield _BOM + str(writer.writerow(COLUMNS))
    for batch in batches:
        names = names_among(batch, (Kind.COMPTE, Kind.CLIENT))
        for entree in batch:
            yield str(writer.writerow([safe(cell) for cell in _cells(entree, names)]))


def _cells(entree: Entree, names: Mapping[UUID, str]) -> list[object]:
    body = parsed(entree.body)
    event = CATALOGUE.get(entree.event)
    return [
        number_of(entree),
        entree.id,
        f"{entree.at:%Y-%m-%dT%H:%M:%SZ}",
        entree.event,
        event.label if event else "",
        entree.acteur_kind,
        entree.acteur_id,
        names.get(entree.acteur_id, "") if entree.acteur_id else "",
        body.get("acteur", {}).get("role", ""),
        entree.structure_id,
        entree.subject_id,
        entree.reason,
        json.dumps(body.get("facts", {}), ensure_ascii=False, sort_keys=True),
        bytes(entree.digest).hex(),
    ]


def as_json_lines(batches: Iterable[Sequence[Entree]]) -> Iterator[str]:
    """Yield one JSON object a line: number, identifier, digest, and the body as it was written."""
    for batch in batches:
        for entree in batch:
            told = {
                "number": number_of(entree),
                "id": entree.id,
                "digest": bytes(entree.digest).hex(),
                "body": parsed(entree.body),
            }
            yield json.dumps(told, ensure_ascii=False) + "\n"
