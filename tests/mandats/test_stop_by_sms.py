"""« FIN » and « STOP » as they come in by text message."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from mandats.consentement.entrants import Reponse
from mandats.consentement.reponses import receive
from mandats.registre.models import Mandat, Usager
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

NUMBER = "+33612345678"
Say = Callable[[str], str]


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    made = builders.mandat(builders.aidant(place), place)
    Usager.objects.update(telephone=NUMBER, email="")
    return made


@pytest.fixture
def second(mandat: Mandat) -> Mandat:
    place = builders.structure("Médiathèque intercommunale des Deux-Vallées", siret="99999930300013")
    made = builders.mandat(builders.aidant(place), place, now=NOW + timedelta(minutes=1))
    Usager.objects.update(telephone=NUMBER, email="")
    return made


def say(text: str, number: str = NUMBER) -> tuple[str, str]:
    """Send a message; return who took it and what was answered."""
    Envoi.objects.all().delete()
    now = NOW + timedelta(minutes=5)
    taken = receive(Reponse(f"m-{text}-{number}", number, text), now)
    answers = [message_of(row) for row in Envoi.objects.filter(purpose="arret_sms").order_by("id")]
    return taken, answers[0].text if answers and answers[0] else ""


def state(mandat: Mandat) -> tuple[bool, bool]:
    found = Mandat.objects.get(pk=mandat.pk)
    return found.suspended_at is not None, found.ended_at is not None


@pytest.mark.parametrize("typed", ["FIN", "fin", "Fin.", " FIN !", "« Fin »"])
def test_fin_ends_the_only_mandat_and_says_so(mandat: Mandat, typed: str) -> None:
    taken, answer = say(typed)
    assert taken == "fin"
    assert state(mandat) == (False, True)
    assert mandat.reference in answer


def test_fin_asks_which_then_ends_the_one_named(mandat: Mandat, second: Mandat) -> None:
    taken, answer = say("FIN")
    assert taken == "fin"
    assert mandat.reference in answer
    assert second.reference in answer
    assert state(mandat) == state(second) == (False, False)
    say(f"fin {second.reference.replace('-', ' ').lower()}")
    assert (state(mandat), state(second)) == ((False, False), (False, True))


@pytest.mark.parametrize("typed", ["STOP", "stop", "Stop !"])
def test_stop_suspends_all_and_lists_them(mandat: Mandat, second: Mandat, typed: str) -> None:
    taken, answer = say(typed)
    assert taken == "stop"
    assert state(mandat) == state(second) == (True, False)
    assert mandat.reference in answer
    assert second.reference in answer


@pytest.mark.parametrize("typed", ["STOP", "FIN", "FIN GAP7-K3XW-9B"])
def test_a_number_without_mandat_is_answered_nothing(mandat: Mandat, typed: str) -> None:
    assert say(typed, "+33600000000") == ("", "")
    assert state(mandat) == (False, False)


@pytest.mark.parametrize("typed", ["Finalement oui", "bonjour", "oui", "stopper", ""])
def test_other_words_stop_nothing(mandat: Mandat, typed: str) -> None:
    say(typed)
    assert state(mandat) == (False, False)


def test_the_same_message_told_twice_acts_once(mandat: Mandat) -> None:
    assert say("FIN")[0] == "fin"
    assert say("FIN") == ("", "")
