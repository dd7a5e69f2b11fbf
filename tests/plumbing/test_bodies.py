"""What a request may hold: told by its length, before its session, its token or its form is looked at."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

FORM, FILE = "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
MEBIBYTE = 1024 * 1024

pytestmark = pytest.mark.django_db


class Untouched(io.RawIOBase):
    """A body that nobody may read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("the body was read")


UNREAD: Any = {"wsgi.input": Untouched()}


def _send(path: str, length: int, kind: str, **more: Any) -> Any:
    return Client(headers=BROWSER, enforce_csrf_checks=True).generic(
        "POST", path, b"", kind, CONTENT_LENGTH=str(length), **UNREAD, **more
    )


@pytest.mark.parametrize(
    ("path", "length", "kind"),
    [
        ("/connexion", 20_000 * MEBIBYTE, FILE),
        ("/connexion", 33 * MEBIBYTE, FORM),
        ("/nulle-part", 33 * MEBIBYTE, FILE),
        ("/vivier/profil", 33 * MEBIBYTE, FILE),
        ("/gestion/", 33 * MEBIBYTE, FILE),
    ],
)
def test_a_stranger_s_body_is_refused_unread(path: str, length: int, kind: str, query_count: Any) -> None:
    with query_count(0):
        answer = _send(path, length, kind)
    assert answer.status_code == 413
    page = answer.content.decode()
    assert "Envoi trop lourd" in page
    assert "10 Mo au plus" in page
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    [
        "oidc:api_verifications",
        "oidc:api_batches",
        "oidc:api_suites",
        "oidc:api_structures",
        "oidc:token",
        "oidc:userinfo",
    ],
)
def test_a_server_is_told_as_servers_are(name: str, query_count: Any) -> None:
    with query_count(0):
        answer = Client().generic(
            "POST",
            reverse(name),
            b"",
            "application/json",
            CONTENT_LENGTH=str(33 * MEBIBYTE),
            **UNREAD,
        )
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["code"] == "demande.too_large"


def test_the_provider_of_text_messages_sends_no_more_either() -> None:
    assert _send("/sms/retour", 33 * MEBIBYTE, "application/json").status_code == 413


@pytest.mark.parametrize(
    ("path", "bytes_sent", "status"),
    [
        ("/connexion", MEBIBYTE - 1000, 200),
        ("/connexion", MEBIBYTE + 1, 413),
        ("/vivier/profil", MEBIBYTE + 1, 302),
        ("/vivier/profil", 11 * MEBIBYTE, 302),
        ("/vivier/profil", 12 * MEBIBYTE, 413),
    ],
)
def test_a_form_with_a_file_holds_twelve_mebibytes_and_another_one(path: str, bytes_sent: int, status: int) -> None:
    """What is a little too heavy is let pass by: a browser that still sends would not read the answer."""
    heavy = SimpleUploadedFile("photo.jpg", b"\0" * bytes_sent)
    assert Client(headers=BROWSER).post(path, {"scan": heavy}).status_code == status


@pytest.mark.parametrize(("path", "kept"), [("/connexion", 0), ("/vivier/profil", 1)])
def test_a_file_is_read_where_a_form_asks_for_one_and_in_memory_alone(path: str, kept: int) -> None:
    asked = Client().post(path, {"scan": SimpleUploadedFile("photo.jpg", b"\0" * 9000)}).wsgi_request
    assert [type(one) for one in asked.FILES.values()] == [InMemoryUploadedFile] * kept


def test_a_body_whose_length_is_not_said_is_none(rf: RequestFactory) -> None:
    request = rf.generic(
        "POST",
        "/connexion",
        b"",
        FORM,
        CONTENT_LENGTH="",
        HTTP_TRANSFER_ENCODING="chunked",
        **UNREAD,
    )
    assert not request.POST
    assert request.body == b""
