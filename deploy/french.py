"""What French writes otherwise than Django's templates: the first of a month, and a number's plural, from two on.

Loaded by every template (``TEMPLATES`` in the settings): whoever writes ``{{ n }} jour{{ n|pluralize }}`` is right.
"""

import re
from collections.abc import Sized
from typing import Any

from django import template
from django.template.defaultfilters import date as of_django
from django.template.defaultfilters import pluralize as of_english

register = template.Library()
_FIRST = re.compile(
    r"(?<!\d)1 (?=janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)


@register.filter(is_safe=False)
def pluralize(value: object, endings: str = "s") -> str:
    """Return the ending that follows a number, or the length of a list: « 0 place », « 1,5 place », « 2 places ».

    ``endings`` is the plural's alone, or both: ``"al,aux"``.  Source: Grevisse, Le Bon Usage, § 511.
    """
    count = len(value) if isinstance(value, Sized) and not isinstance(value, str) else value
    try:
        many = abs(float(count)) >= 2  # type: ignore[arg-type]
    except (TypeError, ValueError):
        many = False
    ending: str = of_english(2 if many else 1, endings)
    return ending


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, pattern: str | None = None) -> str:
    """Write a date as Django does, the first day of a month as French does: « 1er mars 2027 ».

    Source: Lexique des règles typographiques en usage à l'Imprimerie nationale, « date ».
    """
    written: str = of_django(value, pattern)
    return _FIRST.sub("1er ", written)
