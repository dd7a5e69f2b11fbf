"""What the tests of identity and consent stand on: every way to say who one is, every way to agree, over HTTP alone."""

import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from mandats.consentement.entrants import Reponse
from mandats.consentement.reponses import receive
from mandats.registre.models import Brouillon, Mandat
from tests import builders
from tests.mandats.pages_desk import Desk, drawing, shown_digest, text

TELEPHONE = "+33639980042"
PIECE = {
    "piece": "carte_identite",
    "family_name": "FÉVRIER",
    "given_name": "Odette Marie",
    "preferred_username": "",
    "gender": "female",
    "day": "8",
    "month": "10",
    "year": "1944",
    "birthplace_label": "Gap (Hautes-Alpes)",
    "declared": "on",
}


def address(brouillon: Brouillon, page: str) -> str:
    return f"/mandats/brouillons/{brouillon.id}/{page}"


def show_document(desk: Desk, brouillon: Brouillon, **typed: str) -> Any:
    """Type what a document says, after the card."""
    return desk.client.post(address(brouillon, "piece-vue"), PIECE | typed)


def by_document(desk: Desk, **typed: str) -> Brouillon:
    """Return a brouillon of somebody whose document was seen, without contacts."""
    brouillon = desk.brouillon()
    answer = show_document(desk, brouillon, **typed)
    assert answer.status_code == 302, text(answer)
    return brouillon


def by_franceconnect(desk: Desk) -> Brouillon:
    """Return a brouillon of somebody whom FranceConnect vouched for."""
    return desk.identified()


def digest(desk: Desk, brouillon: Brouillon, page: str = "recapitulatif") -> str:
    return shown_digest(text(desk.client.get(address(brouillon, page))))


def draws(desk: Desk, brouillon: Brouillon) -> Any:
    given = {"text_sha256": digest(desk, brouillon), "agree": "on", "drawing": drawing()}
    return desk.client.post(address(brouillon, "accord/signature"), given)


def last_sms(telephone: str, purpose: str = "") -> str:
    """Return the last message posted to a telephone."""
    rows = Envoi.objects.filter(channel="sms", sealed__isnull=False).order_by("-created_at", "-id")
    rows = rows.filter(purpose=purpose) if purpose else rows
    found = [message for message in map(message_of, rows) if message and message.to == telephone]
    assert found, "no message"
    return found[0].text


def gives_code(desk: Desk, brouillon: Brouillon, sent: Callable[[], str]) -> Any:
    desk.client.post(address(brouillon, "accord/envoi-du-code"), {"telephone": "06 39 98 00 42"})
    found = re.search(r"\b\d{6}\b", sent())
    assert found
    given = {"text_sha256": digest(desk, brouillon), "agree": "on", "code": found.group()}
    return desk.client.post(address(brouillon, "accord/code"), given)


def reads_aloud(desk: Desk, brouillon: Brouillon) -> Any:
    """Turn every part, then say that all was read."""
    page = text(desk.client.get(address(brouillon, "accord/lecture")))
    total = int(re.findall(r"Partie 1 sur (\d+)", page)[0])
    last = text(desk.client.get(address(brouillon, f"accord/lecture?partie={total}")))
    found = re.search(r'name="text_sha256" value="([0-9a-f]{64})"', last)
    assert found
    return desk.client.post(address(brouillon, "accord/lecture"), {"text_sha256": found[1]})


WITNESS = {"agree": "on", "name": "Lucie Berthelot", "quality": "sa voisine", "witnessed": "on"}


def has_witness(desk: Desk, brouillon: Brouillon, **given: str) -> Any:
    sha = digest(desk, brouillon, "accord/temoin")
    return desk.client.post(address(brouillon, "accord/temoin"), WITNESS | {"text_sha256": sha} | given)


def prints(desk: Desk, brouillon: Brouillon) -> None:
    digest(desk, brouillon)
    assert desk.client.post(address(brouillon, "accord/exemplaire"))["Content-Type"] == "application/pdf"


def hands_scan(desk: Desk, brouillon: Brouillon, content: bytes = b"", **given: str) -> Any:
    prints(desk, brouillon)
    scan = SimpleUploadedFile("photo.png", content or builders.signature_png(), "image/png")
    given = {"text_sha256": digest(desk, brouillon), **given}
    return desk.client.post(address(brouillon, "accord/papier"), {**given, "scan": scan})


def declares(desk: Desk, brouillon: Brouillon, **given: str) -> Any:
    prints(desk, brouillon)
    sha = digest(desk, brouillon, "accord/declaration")
    today = timezone.localdate().isoformat()
    posted = {"text_sha256": sha, "signed_on": today, "declared": "on"} | given
    return desk.client.post(address(brouillon, "accord/declaration"), posted)


def asks_by_sms(desk: Desk, brouillon: Brouillon, **given: str) -> Any:
    sha = digest(desk, brouillon, "accord/sms")
    posted = {"text_sha256": sha, "telephone": "06 39 98 00 42", "verified": "rappel"} | given
    return desk.client.post(address(brouillon, "accord/sms"), posted)


_COUNT = iter(range(1, 10**6))


def answers(words: str, telephone: str = TELEPHONE) -> str:
    """Send what a telephone answers, as the web hook hands it on."""
    return receive(Reponse(f"essai-{next(_COUNT)}", telephone, words), timezone.now())


def accepts(desk: Desk, brouillon: Brouillon) -> Mandat:
    answer = desk.client.post(address(brouillon, "acceptation"), {"code": desk.code()})
    assert answer.status_code == 302, text(answer)
    return Mandat.objects.get(brouillon=brouillon)


def stranger() -> Client:
    """Return the browser of nobody in particular."""
    return Client()


def asks_something_else(desk: Desk, brouillon: Brouillon) -> None:
    """Change what the brouillon asks."""
    asked = {"structure": str(desk.place.id), "demarches": ["justice"], "duree": "J365"}
    assert desk.client.post(address(brouillon, "demarches"), asked).status_code == 302
