"""French punctuation on our pages never stands alone at the end or the start of a line."""

import re

import pytest
from django.template import engines
from django.test import Client

from aidants.domain.typographie import spaced

CASES = {
    "guillemets": ("On lit « mandat » ici.", "On lit «\u00a0mandat\u00a0» ici."),
    "around a variable": ("« {{ name }} » ?", "«\u00a0{{ name }}\u00a0»\u00a0?"),
    "before an element": ("Motif : <b>term</b>", "Motif\u00a0: <b>term</b>"),
    "every high mark": ("Oui ; non ! Ah : quoi ?", "Oui\u00a0; non\u00a0! Ah\u00a0: quoi\u00a0?"),
    "an attribute": ('<p title="a ? b">c</p>', '<p title="a ? b">c</p>'),
    "a tag of the engine": (
        '{% if a %} : b{% endif %}{{ c|default:" ? " }}',
        '{% if a %}\u00a0: b{% endif %}{{ c|default:" ? " }}',
    ),
    "a script": ("<script>a ? b : c</script>", "<script>a ? b : c</script>"),
    "what is typed": ("<textarea>a ? </textarea>", "<textarea>a ? </textarea>"),
    "what is no punctuation": ("un :smile: a ;b", "un :smile: a ;b"),
}


@pytest.mark.parametrize(("written", "shown"), CASES.values(), ids=CASES)
def test_spaces_of_punctuation_are_unbreakable(written: str, shown: str) -> None:
    assert spaced(written) == shown


def test_what_a_person_typed_is_shown_as_typed() -> None:
    engine = engines["django"]

    assert engine.from_string("{{ name }}").render({"name": "« A » ?"}) == "« A » ?"


def test_labels_and_errors_are_spaced_and_still_escaped() -> None:
    label = engines["django"].from_string("{{ label|spaced }}")

    assert label.render({"label": "Motif <b> : « X » ?"}) == "Motif &lt;b&gt;\u00a0: «\u00a0X\u00a0»\u00a0?"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/aide-en-ligne/compte-ferme", "/pour-les-usagers", "/usager"])
def test_no_mark_of_the_words_stands_alone(client: Client, path: str) -> None:
    page = client.get(path, follow=True).content.decode()
    main = page[page.index("<main") : page.index("</main>")]

    assert "\u00a0?" in main
    assert not re.search(r"« |\w [?!:;](?:\s|<)", re.sub(r"<[^>]*>", "<", main))


@pytest.mark.django_db
def test_no_guillemet_of_a_page_stands_alone(client: Client) -> None:
    page = client.get("/donnees-ouvertes").content.decode()

    assert "«\u00a0|\u00a0»" in page
    assert "« " not in page
