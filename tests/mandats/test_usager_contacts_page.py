"""The usager's own contacts: found from their page, changed there, the old one told."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from mandats.registre.models import Mandat, Usager
from tests import builders
from tests.mandats.usager_desk import codes, inside, mandat, page_of

pytestmark = pytest.mark.django_db
__all__ = ["codes", "inside", "mandat"]
PATH = "/usager/contacts"


def contacts(mandat: Mandat) -> tuple[str, str]:
    row = Usager.objects.get(pk=mandat.usager_id)
    return row.email, row.telephone


def test_the_page_leads_there_and_shows_what_is_known(inside: Client, mandat: Mandat) -> None:
    assert f'href="{PATH}"' in inside.get(page_of(mandat)).content.decode()
    assert contacts(mandat)[0] in inside.get(PATH).content.decode()


@pytest.mark.writes("contact:change")
def test_a_change_is_kept_journaled_without_its_words_and_told_to_the_old_one(inside: Client, mandat: Mandat) -> None:
    old = contacts(mandat)[0]
    assert inside.post(PATH, {"email": "nouvelle@courrier-libre.fr", "telephone": ""}).status_code == 302
    assert contacts(mandat) == ("nouvelle@courrier-libre.fr", "")
    send_due(timezone.now())
    assert [sent for sent in mail.outbox if sent.to == [old]]
    assert not any(b"courrier-libre" in bytes(body) for body in Entree.objects.values_list("body", flat=True))


@pytest.mark.parametrize("wrong", [{"email": "pas une adresse"}, {"telephone": "12"}])
def test_a_slip_changes_nothing_and_keeps_what_was_typed(inside: Client, mandat: Mandat, wrong: dict[str, str]) -> None:
    before = contacts(mandat)
    answer = inside.post(PATH, {"email": before[0], "telephone": ""} | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong.values())) in answer.content.decode()
    assert contacts(mandat) == before


def test_an_aidants_address_is_refused(inside: Client, mandat: Mandat) -> None:
    before, other = contacts(mandat), builders.compte("quelquun@structure.example")
    answer = inside.post(PATH, {"email": other.email, "telephone": ""})
    assert answer.status_code == 422
    assert contacts(mandat) == before


def test_nobody_else_sees_it() -> None:
    assert Client().get(PATH).status_code == 302
