"""A table as a file that spreadsheets open, and run nothing of."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from aidants.journal.export import safe

_BOM = "\ufeff"


def csv_answer(columns: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """Return a CSV file: semicolons and a byte order mark, as French spreadsheets read it; no cell is a formula."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    answer = HttpResponse(_BOM, content_type="text/csv; charset=utf-8", headers=headers)
    writer = csv.writer(answer, delimiter=";")
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return answer
