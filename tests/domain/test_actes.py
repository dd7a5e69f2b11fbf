"""The acte's payload: one byte form, strict reading, fields only appended."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given

from mandats.domain import actes
from mandats.domain.actes import Acte, ActeMalformed
from tests.domain.actes_examples import any_acte, ordinary_acte


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the canonical bytes of the ordinary acte after ``change`` of its parsed payload."""
    payload = json.loads(ordinary_acte().to_bytes())
    change(payload)
    return rfc8785.dumps(payload)


@given(any_acte())
def test_reads_back(acte: Acte) -> None:
    data = acte.to_bytes()
    assert Acte.from_bytes(data) == acte
    assert data == rfc8785.dumps(json.loads(data))


def test_payload_holds_what_the_contract_lists() -> None:
    payload = json.loads(ordinary_acte().to_bytes())
    assert sorted(payload) == sorted(
        [
            "version",
            "iss",
            "reference",
            "mandant",
            "structure",
            "aidant",
            "demarches",
            "single_use",
            "reserved_acts",
            "consented_at",
            "accepted_at",
            "exp",
            "time_zone",
            "last_day",
            "text",
            "identity",
            "consentement",
            "place",
        ]
    )
    assert payload["exp"] == 1798066800
    assert payload["last_day"] == "2026-12-23"
    assert payload["demarches"][0] == {
        "code": "logement",
        "formalites": ["demande d’APL"],
        "status": {"status_list": {"idx": 4711, "uri": "https://mandats.example/status/3"}},
    }
    assert payload["consentement"] == {"kind": "ecran", "method": "dessin", "proofs": {"drawing": "6" * 64}}
    assert "pdf" not in ordinary_acte().to_bytes().decode().lower()


def test_a_field_appended_by_a_later_release_is_kept() -> None:
    data = changed(
        lambda payload: payload.update(accompagnant={"name": "Zoé", "kind": "witness"}, zeta=[1, True, None])
    )
    acte = Acte.from_bytes(data)
    assert [name for name, _ in acte.appended] == ["accompagnant", "zeta"]
    assert acte.to_bytes() == data


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.update(version=2),
        lambda payload: payload.update(version="1"),
        lambda payload: payload.update(version=True),
        lambda payload: payload.pop("version"),
        lambda payload: payload.pop("place"),
        lambda payload: payload.update(place=None),
        lambda payload: payload.update(single_use=0),
        lambda payload: payload.update(demarches=[]),
        lambda payload: payload.update(demarches="logement"),
        lambda payload: payload["demarches"].append(payload["demarches"][0]),
        lambda payload: payload["demarches"][0].update(until="2027"),
        lambda payload: payload["demarches"][0]["status"].update(other=1),
        lambda payload: payload["demarches"][0]["status"]["status_list"].update(idx=-1),
        lambda payload: payload["demarches"][0]["status"]["status_list"].update(idx=True),
        lambda payload: payload["mandant"].update(nir="1"),
        lambda payload: payload["mandant"].pop("family_name"),
        lambda payload: payload["structure"].update(siret="9999991050001"),
        lambda payload: payload["identity"].update(extra=""),
        lambda payload: payload["identity"]["proofs"].update(sub="xyz"),
        lambda payload: payload["text"].update(frozen_sha256="A" * 64),
        lambda payload: payload.update(reserved_acts=["tout"]),
        lambda payload: payload.update(exp=payload["accepted_at"]),
        lambda payload: payload.update(exp=str(payload["exp"])),
        lambda payload: payload.update(exp=2**52),
        lambda payload: payload.update(consented_at=payload["accepted_at"] + 1),
        lambda payload: payload.update(last_day="2026-12-32"),
        lambda payload: payload.update(last_day="20261223"),
    ],
)
def test_anything_else_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(ActeMalformed):
        Acte.from_bytes(changed(change))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"1", b"{}", b"\xff", ordinary_acte().to_bytes() + b"\n"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ActeMalformed):
        Acte.from_bytes(data)


def test_every_flipped_bit_changes_the_act_or_is_refused() -> None:
    data = ordinary_acte().to_bytes()
    for place in range(0, len(data), 7):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert Acte.from_bytes(flipped) != ordinary_acte()
        except ActeMalformed:
            continue


def test_moments_are_kept_to_the_second() -> None:
    acte = ordinary_acte()
    finer = replace(acte, accepted_at=acte.accepted_at + timedelta(microseconds=999_999))
    assert finer == acte


def test_naive_moments_and_double_proofs_are_refused() -> None:
    with pytest.raises(ActeMalformed, match="time zone"):
        replace(ordinary_acte(), accepted_at=datetime(2026, 11, 22))  # noqa: DTZ001
    proof = actes.Proof("scan", "0" * 64)
    with pytest.raises(ActeMalformed, match="once"):
        actes.Consent("papier", "scan", (proof, proof))
    with pytest.raises(ActeMalformed, match="known name"):
        replace(ordinary_acte(), appended=(("place", '"Lyon"'),)).to_bytes()
