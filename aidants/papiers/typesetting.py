"""From data to PDF/A-3a and PDF/UA-1, by Typst, in milliseconds and always the same bytes.

Data reaches a template as one JSON input and is laid out as text: nothing of it is ever read as markup.  Knows no
paper: each room keeps its own templates, which may import ``/aidants/papiers/modeles/style.typ``.
"""

import json
import threading
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

_FOLDER: Final = Path(__file__).parent
_HOUSE: Final = _FOLDER.parent.parent
_STANDARDS: "Final[list[typst.PDFStandard]]" = ["a-3a", "ua-1"]

_compilers = threading.local()


class PaperNotMade(RuntimeError):
    """Typst refused to lay the paper out; the data stay as they were and it can be asked again."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FOLDER / "fonts")])


def _compiler() -> typst.Compiler:
    """Return this thread's compiler: one compiles one document at a time."""
    found: typst.Compiler | None = getattr(_compilers, "one", None)
    if found is None:
        found = typst.Compiler(root=str(_HOUSE), font_paths=_fonts(), ignore_system_fonts=True)
        _compilers.one = found
    return found


def typeset(template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    """Return the PDF of a ``template`` file filled with ``data``, dated ``at``.  Raises :class:`PaperNotMade`."""
    try:
        pdf = _compiler().compile(
            input=str(template),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=_STANDARDS,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise PaperNotMade(template.stem) from error
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no PDF")
    return pdf


def day_parts(day: date) -> dict[str, int]:
    """Return a day as templates take it."""
    return {"year": day.year, "month": day.month, "day": day.day}
