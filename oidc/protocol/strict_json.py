"""JSON that strangers send, read narrowly (RFC 8259): what is no text or no number is no JSON for us.

Python reads ``NaN``, halves of surrogate pairs and NUL; no database column, no UTF-8 and no comparison holds them.
"""

import json
import math
from typing import Any, NoReturn


def read_json(text: str | bytes, *, nul: bool = False) -> Any:
    """Return the value that ``text`` says.  Raises ``ValueError`` when it is not JSON, or holds what cannot be kept.

    ``nul`` lets NUL pass, for readers that refuse it field by field.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not is_sound(value, nul=nul):
        raise ValueError("no text, or no number")
    return value


def is_sound(tree: Any, *, nul: bool = False) -> bool:
    """True when every name, text and number of a tree that JSON made is one."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif not _is_kept(one, nul=nul):
            return False
    return True


def _is_kept(leaf: object, *, nul: bool) -> bool:
    """True for what UTF-8, a ``jsonb`` column and a comparison can hold."""
    if isinstance(leaf, str):
        return (nul or "\x00" not in leaf) and not any("\ud800" <= letter <= "\udfff" for letter in leaf)
    return not isinstance(leaf, float) or math.isfinite(leaf)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
