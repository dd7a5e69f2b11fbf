"""The journal said to the person: who collected what is theirs, never as if somebody else had consented."""

import pytest

from mandats.domain.journal_usager import said_to_usager


@pytest.mark.parametrize(
    ("code", "who", "by_usager", "said"),
    [
        ("consentement:give", "Nadia Benali", False, ("Votre accord, recueilli par Nadia Benali", "")),
        ("consentement:give", "Vous", True, ("Votre accord", "Vous")),
        ("consentement:give", "", False, ("Votre accord", "")),
        ("brouillon:freeze", "Nadia Benali", False, ("Le texte vous a été montré par Nadia Benali", "")),
        ("brouillon:freeze", "", False, ("Texte présenté à l’usager", "")),
        ("usager:enter", "Vous", True, ("Vous avez ouvert votre page", "")),
        ("autorisation:revoke", "Nadia Benali", False, ("Une démarche a été arrêtée", "Nadia Benali")),
        ("mandat:sign", "Nadia Benali", False, ("Mandat conclu", "Nadia Benali")),
        ("jadis:fait", "Le service", False, ("jadis:fait", "Le service")),
    ],
)
def test_an_entry_is_said_to_the_person(code: str, who: str, by_usager: bool, said: tuple[str, str]) -> None:
    assert said_to_usager(code, who, by_usager=by_usager) == said
