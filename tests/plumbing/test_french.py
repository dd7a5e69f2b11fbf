"""Numbers on our pages take the plural as French does: from two on, never at zero."""

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
    "a number typed": ("ligne{{ n|pluralize }}", "3", "lignes"),
}


@pytest.mark.parametrize(("written", "count", "shown"), CASES.values(), ids=CASES)
def test_the_plural_begins_at_two(written: str, count: object, shown: str) -> None:
    assert engines["django"].from_string(written).render({"n": count}) == shown
