"""Writing to the service: one message, to our own mailbox; no relay, no header of a stranger's, no flood."""

from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.envois.sending import send_due
from aidants.journal.models import Entree

pytestmark = pytest.mark.django_db
PATH = "/nous-ecrire"
GIVEN = {"subject": "usager", "email": "marie@exemple.fr", "message": "Bonjour,\nje ne trouve plus ma feuille."}


def post(address: str = "192.0.2.1", **changes: str) -> Any:
    return Client(REMOTE_ADDR=address).post(PATH, GIVEN | changes)


def sent() -> list[Any]:
    return [message_of(row) for row in Envoi.objects.order_by("created_at", "id")]


@pytest.mark.writes("message:receive")
def test_a_message_goes_to_the_service_and_to_nobody_else() -> None:
    with override_settings(SERVICE_CONTACT="equipe@mandats.example"):
        answer = post()
    assert (answer.status_code, answer["Location"]) == (302, "/nous-ecrire/envoye")
    (message,) = sent()
    assert message.to == "equipe@mandats.example"
    assert message.subject == "Message du site : J’ai donné un mandat"
    assert "Répondre à : marie@exemple.fr" in message.text
    assert "je ne trouve plus ma feuille" in message.text
    assert "Votre message est parti" in Client().get("/nous-ecrire/envoye").content.decode()
    body = bytes(Entree.objects.get(event="message:receive").body).decode()
    assert "marie" not in body


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "marie@exemple.fr\nBcc: all@evil.example"},
        {"email": "marie@exemple.fr\r\nSubject: evil"},
        {"email": "marie@exemple.fr, all@evil.example"},
        {"subject": "autre\r\nBcc: all@evil.example"},
        {"subject": "inconnu"},
        {"message": ""},
        {"message": "x" * 4001},
        {"email": ""},
    ],
)
def test_what_would_be_a_header_or_nothing_is_refused_and_what_was_written_stays(changes: dict[str, str]) -> None:
    answer = post(**changes)
    assert answer.status_code == 422
    assert not Envoi.objects.exists()
    if "message" not in changes:
        assert "je ne trouve plus ma feuille" in answer.content.decode()


def test_headers_in_the_message_stay_in_its_body(mailoutbox: list[Any]) -> None:
    with override_settings(SERVICE_CONTACT="equipe@mandats.example"):
        post(message="Bonjour\r\nBcc: all@evil.example\r\nSubject: evil\r\n\r\n.\r\nMAIL FROM:<x@evil.example>")
    assert send_due(timezone.now()) == 1
    (mail,) = mailoutbox
    assert mail.recipients() == ["equipe@mandats.example"]
    assert mail.message().get_all("Subject") == [mail.message()["Subject"]]
    assert mail.message()["Bcc"] is None
    assert "Bcc: all@evil.example" in mail.body


def test_a_robot_that_fills_every_field_is_told_nothing() -> None:
    assert post(site="https://evil.example").status_code == 302
    assert not Envoi.objects.exists()


@pytest.mark.writes("message:refuse")
@pytest.mark.usefixtures("one_minute")
def test_five_an_hour_then_a_wait_that_loses_nothing_and_others_go_on() -> None:
    assert [post().status_code for _ in range(6)] == [302] * 5 + [429]
    assert "je ne trouve plus ma feuille" in post().content.decode()
    assert post("192.0.2.2").status_code == 302
    assert len(sent()) == 6
    told = Entree.objects.filter(event__startswith="message:").order_by("id").values_list("event", flat=True)
    assert list(told) == ["message:receive", "message:refuse"], "one of each a minute: the journal is not flooded"
