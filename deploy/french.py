"""What French writes otherwise than Django's templates: an hour, the first of a month, a number's plural from two on.

Loaded by every template (``TEMPLATES`` in the settings): whoever writes ``{{ n }} jour{{ n|pluralize }}`` is right.
"""

import re
from collections.abc import Sized
from typing import Any

from django import template
from django.template.defaultfilters import date as of_django
from django.template.defaultfilters import pluralize as of_english
from django.template.defaultfilters import stringfilter

from aidants.domain.typographie import spaced

register = template.Library()
_FIRST = re.compile(
    r"(?<!\d)1 (?=janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)

# The longer first; the unbreakable spaces keep an hour on one line.
_HOURS = {"H:i:s": "G\u00a0\\h\u00a0i\u00a0\\m\\i\\n\u00a0s\u00a0\\s", "H:i": "G\u00a0\\h\u00a0i"}


register.filter("spaced", stringfilter(spaced), is_safe=True)
"""Words of ours that no template holds (labels, errors, messages), with unbreakable spaces: ``{{ error|spaced }}``."""


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
    """Write a date as Django does, the first day of a month and the hour as French does: « 1er mars 2027 à 9 h 05 ».

    ``pattern``: Django's; ``H:i`` and ``H:i:s`` give the hour, as papers and messages write it (``french_moment``).
    Source: Lexique des règles typographiques en usage à l'Imprimerie nationale, « date » and « heure ».
    """
    for typed, french in _HOURS.items():
        pattern = pattern and pattern.replace(typed, french)
    written: str = of_django(value, pattern)
    return _FIRST.sub("1er ", written)
