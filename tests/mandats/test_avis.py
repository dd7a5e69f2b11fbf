"""The usager is told once, by the channel that is theirs."""

import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.core import mail

from aidants.envois.models import Envoi
from aidants.envois.sending import send_due
from mandats.domain.avis import CATALOGUE, VOLET
from mandats.registre.models import Avis, Mandat, Usager
from mandats.registre.plis import plis_of_structure
from mandats.registre.services.avis import announce
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place)


def reach(mandat: Mandat, email: str, telephone: str) -> Mandat:
    Usager.objects.filter(pk=mandat.usager_id).update(email=email, telephone=telephone)
    return Mandat.objects.get(pk=mandat.pk)


@pytest.mark.parametrize(
    ("email", "telephone", "channel"),
    [("a@example.org", "+33612345678", "email"), ("", "+33612345678", "sms"), ("", "", "courrier")],
)
def test_the_channel_is_the_usagers(signed: Mandat, email: str, telephone: str, channel: str) -> None:
    avis = announce(VOLET, reach(signed, email, telephone), NOW, key="essai")
    assert avis.channel == channel
    assert (avis.envoi_id in Envoi.objects.values_list("pk", flat=True)) == (channel != "courrier")


def test_the_same_act_tells_once(signed: Mandat) -> None:
    first = announce(VOLET, signed, NOW, key="essai")
    assert announce(VOLET, signed, NOW, key="essai") == first
    assert Envoi.objects.count() == 1


def test_a_letter_waits_for_the_structure_alone(signed: Mandat) -> None:
    avis = announce(VOLET, reach(signed, "", ""), NOW, key="essai")
    assert [pli.avis for pli in plis_of_structure(signed.structure_id)] == [[avis]]
    assert plis_of_structure(builders.structure(siret="99999920400012").id) == []


def test_codes_made_again_are_told_and_first_ones_are_not(signed: Mandat) -> None:
    doer = builders.acteur(signed.aidant, signed.structure)
    renew_codes(signed.id, doer, NOW)
    assert not Avis.objects.exists()
    codes = renew_codes(signed.id, doer, NOW)
    assert isinstance(codes, CodesVolet)
    send_due(NOW)
    (sent,) = mail.outbox
    assert signed.reference in sent.body
    assert codes.revocation not in sent.body.replace(" ", "")


def test_a_telephone_gets_a_short_one(signed: Mandat, settings: Any, tmp_path: Path) -> None:
    settings.SMS_BACKEND, settings.SMS_DIR = "file", str(tmp_path)
    announce(VOLET, reach(signed, "", "+33612345678"), NOW, key="essai")
    send_due(NOW)
    (file,) = tmp_path.iterdir()
    text = json.loads(file.read_text())["text"]
    assert signed.reference in text
    assert len(text) <= 306


def _facts(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_kind_says_what_and_where_to_call(code: str) -> None:
    modele = CATALOGUE[code]
    assert "{reference}" in modele.texte
    assert "{reference}" in modele.sms
    assert _facts(modele.objet) <= _facts(modele.texte) | {"reference", "structure"}
