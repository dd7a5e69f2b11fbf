"""The QR's statement: small, discreet, and refused as soon as a bit moves."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aidants.domain.demarches import DEMARCHES
from mandats.attestation.acte import TYPE as ACTE_TYPE
from mandats.attestation.compact import AttestationRefused, Fault, sign_compact
from mandats.attestation.statement import (
    LARGEST,
    TYPE,
    Statement,
    StatementTooLong,
    sign_statement,
    statement_of,
    verify_statement,
)
from mandats.domain import actes
from tests.domain.actes_examples import ISSUER, ordinary_acte
from tests.mandats.attestation_examples import golden, golden_keys, throwaway

ORDINARY = Statement(
    reference="GAP7-K3XW-9B",
    siret="99999910500011",
    bearer="MD1954",
    letters="LA",
    accepted_at=datetime(2026, 11, 22, 17, 4, 5, tzinfo=UTC),
    expires_at=datetime(2026, 12, 23, 23, tzinfo=UTC),
    status_lists=(3, 3),
    status_indexes=(4711, 99),
)


def largest_acte(issuer: str) -> actes.Acte:
    """Return an acte of ten demarches, each in another list, at the end of each."""
    given = tuple(
        actes.DemarcheGiven(code, actes.StatusIndex(2**20 - 1, f"{issuer}/status/{90_000 + number}"))
        for number, code in enumerate(DEMARCHES)
    )
    return replace(ordinary_acte(), issuer=issuer, demarches=given)


def test_golden_statement_verifies_for_ever() -> None:
    assert verify_statement(golden("statement-v1.txt"), golden_keys()) == ORDINARY


def test_reads_back_with_and_without_the_address() -> None:
    key, kid, jwks = throwaway()
    text = sign_statement(ordinary_acte(), key, kid)
    assert text.startswith(f"{ISSUER}/v#")
    assert verify_statement(text, jwks) == ORDINARY == statement_of(ordinary_acte())
    assert verify_statement(text.partition("#")[2] + "\n", jwks) == ORDINARY
    several = largest_acte(ISSUER)
    assert verify_statement(sign_statement(several, key, kid), jwks) == statement_of(several)


def test_seven_hundred_bytes_at_most() -> None:
    key, kid, _ = throwaway()
    issuer = "https://mandats-de-demonstration.beta.agence-territoires.gouv.example"
    assert len(sign_statement(largest_acte(issuer), key, kid).encode()) <= LARGEST == 700
    with pytest.raises(StatementTooLong):
        sign_statement(largest_acte(issuer + "x" * 400), key, kid)


def test_nothing_more_of_the_usager() -> None:
    payload = golden("statement-v1.txt").split(".")[-2]
    content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert sorted(json.loads(content)) == ["a", "d", "e", "i", "l", "r", "s", "u", "v"]
    for word in ("Dupont", "Marie", "Martin", "1954-03", "59350", "Petit", "Lille"):
        assert word not in content


def test_every_flipped_bit_is_told() -> None:
    text = golden("statement-v1.txt").partition("#")[2]
    for place in range(0, len(text), 3):
        flipped = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(AttestationRefused):
            verify_statement(flipped, golden_keys())


def test_an_acte_is_no_statement_and_the_reverse() -> None:
    key, kid, jwks = throwaway()
    for payload, typ, fault in (
        (ordinary_acte().to_bytes(), ACTE_TYPE, Fault.TYPE),
        (b'{"v":2}', TYPE, Fault.CONTENT),
        (b"[]", TYPE, Fault.CONTENT),
        (b'{"a":1,"d":"LA","e":2,"i":[1],"l":3,"r":"","s":"","u":"","v":1}', TYPE, Fault.CONTENT),
        (b'{"a":"x","d":"L","e":2,"i":[1],"l":3,"r":"","s":"","u":"","v":1}', TYPE, Fault.CONTENT),
    ):
        with pytest.raises(AttestationRefused) as caught:
            verify_statement(sign_compact(payload, typ=typ, key=key, kid=kid), jwks)
        assert caught.value.fault is fault
