"""Our pages count and date as French does: a plural from two on, never at zero; « 1er » of a month; « 9 h 05 »."""

from datetime import UTC, date, datetime

import pytest
from django.template import engines

CASES = {
    "none": ("{{ n }} inscrit{{ n|pluralize }}", 0, "0 inscrit"),
    "one": ("{{ n }} inscrit{{ n|pluralize }}", 1, "1 inscrit"),
    "one and a half": ("{{ n }} heure{{ n|pluralize }}", 1.5, "1,5 heure"),
    "two": ("{{ n }} inscrit{{ n|pluralize }}", 2, "2 inscrits"),
    "two endings": ('{{ n }} journ{{ n|pluralize:"al,aux" }}', 0, "0 journal"),
    "a list": ("{{ n|length }} ligne{{ n|pluralize }}", ["a", "b"], "2 lignes"),
    "an empty list": ("{{ n|length }} ligne{{ n|pluralize }}", [], "0 ligne"),
    "no number": ("ligne{{ n|pluralize }}", None, "ligne"),
    "the first of a month": ('{{ n|date:"j F Y" }}', date(2027, 3, 1), "1er mars 2027"),
    "any other day": ('{{ n|date:"j F Y" }}', date(2027, 8, 21), "21 août 2027"),
    "with its weekday": ('{{ n|date:"l j F" }}', date(2027, 2, 1), "lundi 1er février"),
    "a month alone": ('{{ n|date:"F Y" }}', date(2027, 2, 1), "février 2027"),
    "an hour": ('{{ n|date:"j F à H:i" }}', datetime(2027, 3, 1, 8, 5, tzinfo=UTC), "1er mars à 9\u00a0h\u00a005"),
    "to the second": (
        '{{ n|date:"d/m/Y H:i:s" }}',
        datetime(2027, 3, 2, 22, 59, 7, tzinfo=UTC),
        "02/03/2027 23\u00a0h\u00a059\u00a0min\u00a007\u00a0s",
    ),
    "no date": ('{{ n|date:"j F Y" }}', None, ""),
    "a number typed": ("ligne{{ n|pluralize }}", "3", "lignes"),
}


@pytest.mark.parametrize(("written", "count", "shown"), CASES.values(), ids=CASES)
def test_the_plural_begins_at_two(written: str, count: object, shown: str) -> None:
    assert engines["django"].from_string(written).render({"n": count}) == shown
