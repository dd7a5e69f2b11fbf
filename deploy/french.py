"""What French writes otherwise than Django's templates: a number takes the plural from two on, and zero does not.

Loaded by every template (``TEMPLATES`` in the settings): whoever writes ``{{ n }} jour{{ n|pluralize }}`` is right.
"""

from collections.abc import Sized

from django import template
from django.template.defaultfilters import pluralize as of_english

register = template.Library()


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
