"""The outbox: sealed until it leaves, sent once, asked again when a provider is down."""

import json
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections, transaction

from aidants.comptes.forms import EmailForm
from aidants.envois.models import Envoi
from aidants.envois.outbox import Piece, message_of, post_email, post_sms
from aidants.envois.sending import WAITS, send_due
from tests.builders import NOW

ADDRESS, NUMBER = "angela.dubois@example.org", "+33612345678"


def test_an_email_leaves_with_its_piece_and_is_wiped(db: None) -> None:
    row = post_email(
        ADDRESS,
        "Votre mandat\nBcc: espion@example.org",
        "Bonjour.",
        purpose="essai",
        now=NOW,
        pieces=[Piece("mandat.pdf", b"%PDF-1.7", "application/pdf")],
    )
    assert ADDRESS.encode() not in bytes(row.sealed or b"")
    assert send_due(NOW) == 1
    (sent,) = mail.outbox
    assert sent.to == [ADDRESS]
    assert sent.subject == "Votre mandat Bcc: espion@example.org"
    assert sent.attachments[0][1] == b"%PDF-1.7"
    assert sent.extra_headers["Message-ID"].startswith(f"<{row.id}@")
    row.refresh_from_db()
    assert (row.sealed, row.next_try_at, row.sent_at) == (None, None, NOW)
    assert message_of(row) is None
    assert send_due(NOW) == 0


def test_a_text_message_leaves_and_its_delivery_is_kept(db: None, settings: Any, tmp_path: Path) -> None:
    settings.SMS_BACKEND, settings.SMS_DIR = "file", str(tmp_path)
    row = post_sms(NUMBER, "Votre mandat est arrêté.", purpose="essai", now=NOW)
    send_due(NOW)
    row.refresh_from_db()
    written = json.loads((tmp_path / f"{row.delivery}.json").read_text())
    assert written == {"to": NUMBER, "text": "Votre mandat est arrêté."}


def test_messages_of_one_act_leave_in_their_order(db: None, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_BACKEND, row = "console", None
    for rank in range(8):
        row = post_sms(NUMBER, f"message {rank}", purpose="essai", now=NOW, after=row)
    assert send_due(NOW) == 8
    assert [line[-1] for line in capsys.readouterr().err.splitlines()] == list("01234567")


def test_nothing_leaves_before_its_act_is_committed(db: None) -> None:
    with transaction.atomic():
        post_email(ADDRESS, "objet", "texte", purpose="essai", now=NOW)
        transaction.set_rollback(True)
    assert send_due(NOW) == 0
    assert mail.outbox == []


@pytest.mark.parametrize("failure", [SMTPServerDisconnected("gone"), TimeoutError(), ConnectionRefusedError()])
def test_a_provider_that_is_down_is_asked_again_then_given_up(
    db: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def down(*_: object) -> int:
        raise failure

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    row = post_email(ADDRESS, "objet", "texte", purpose="essai", now=NOW)
    now = NOW
    for wait in WAITS:
        assert send_due(now) == 0
        assert send_due(now + wait - timedelta(seconds=1)) == 0
        now += wait
    row.refresh_from_db()
    assert row.tries == len(WAITS)
    assert row.failed_at == now - WAITS[-1]
    assert row.sealed is None


_UNWRITABLE = ["".join(chr(0x4E00 + 97 * number) for number in range(30)) + ".fr", "。example.org"]


@pytest.mark.parametrize("domain", _UNWRITABLE, ids=["a label too long once encoded", "an empty label"])
def test_a_form_refuses_an_address_that_cannot_be_written(domain: str) -> None:
    assert "Saisissez une adresse complète" in str(EmailForm({"email": f"a@{domain}"}).errors)
    assert EmailForm({"email": "a@mairie-de-béziers.fr"}).is_valid()


@pytest.mark.parametrize("domain", _UNWRITABLE, ids=["a label too long once encoded", "an empty label"])
def test_an_address_that_cannot_be_written_holds_up_no_other(db: None, domain: str) -> None:
    wrong = post_email(f"a@{domain}", "objet", "texte", purpose="essai", now=NOW - timedelta(minutes=1))
    post_email(ADDRESS, "objet", "texte", purpose="essai", now=NOW)
    assert send_due(NOW) == 1
    assert [sent.to for sent in mail.outbox] == [[ADDRESS]]
    wrong.refresh_from_db()
    assert (wrong.sealed, wrong.next_try_at, wrong.failed_at) == (None, None, NOW)


def test_a_key_of_the_vault_that_is_not_at_hand_holds_up_no_other(db: None, settings: Any) -> None:
    kept = settings.VAULT_KEYS
    settings.VAULT_KEYS = [b"k" * 32]
    post_email("b@example.org", "objet", "texte", purpose="essai", now=NOW - timedelta(minutes=1))
    settings.VAULT_KEYS = kept
    post_email(ADDRESS, "objet", "texte", purpose="essai", now=NOW)
    assert send_due(NOW) == 1
    settings.VAULT_KEYS = [b"k" * 32, *kept]
    assert send_due(NOW + WAITS[0]) == 1, "back, the key opens it"


def test_whoever_sends_slowly_is_not_doubled(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker looks for what is due while the provider keeps the first one waiting."""
    from aidants.envois import sending

    seen_by_the_other: list[int] = []

    def slow(*_: object) -> str:
        if len(seen_by_the_other) < 1:
            seen_by_the_other.append(0)
            seen_by_the_other.append(send_due(NOW + timedelta(seconds=50)))
        return "delivery"

    monkeypatch.setitem(sending._SENDERS, "sms", slow)
    post_sms(NUMBER, "texte", purpose="essai", now=NOW)
    assert send_due(NOW) == 1
    assert seen_by_the_other == [0, 0]


def test_of_two_messages_posted_together_the_first_leaves_first(db: None) -> None:
    posted = [
        post_email(ADDRESS, f"objet {number}", "texte", purpose="essai", now=NOW + timedelta(microseconds=number))
        for number in range(6)
    ]
    Envoi.objects.update(next_try_at=NOW)
    assert send_due(NOW) == len(posted)
    assert [sent.subject for sent in mail.outbox] == [f"objet {number}" for number in range(6)]


def test_two_workers_send_once(committed_db: str) -> None:
    with transaction.atomic():
        post_email(ADDRESS, "objet", "texte", purpose="essai", now=NOW)
    start, sent = Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            sent.append(send_due(NOW))
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sent) == [0, 1]


def test_no_name_stands_in_the_table_in_clear(db: None) -> None:
    post_email(ADDRESS, "Pour Angela DUBOIS", "Angela DUBOIS", purpose="essai", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT envoi::text FROM envoi")
        (row,) = cursor.fetchone()
    assert "DUBOIS" not in row
    assert "example.org" not in row
    assert Envoi.objects.count() == 1
