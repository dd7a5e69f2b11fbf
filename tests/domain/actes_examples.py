"""Actes for tests: an ordinary one, and a strategy that draws any acte."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from mandats.domain import actes
from mandats.domain.actes import Acte

ISSUER = "https://mandats.example"
ACCEPTED_AT = datetime(2026, 11, 22, 17, 4, 5, tzinfo=UTC)


def ordinary_acte() -> Acte:
    """Return the acte of an ordinary mandat of 31 days on two demarches, signed on screen."""
    return Acte(
        issuer=ISSUER,
        reference="GAP7-K3XW-9B",
        mandant=actes.Mandant("Dupont", "Marie Éloïse", "1954-03-01", "99100", "59350", "Martin", "female"),
        structure=actes.StructureParty("CCAS de Démonstration", "99999910500011", "1 place de la Mairie, 59000 Lille"),
        aidant=actes.AidantActing("0f6f2f6e-7f0b-4b8a-9d51-d9e4d1c6b001", "Petit", "Karim"),
        demarches=(
            actes.DemarcheGiven("logement", actes.StatusIndex(4711, f"{ISSUER}/status/3"), ("demande d’APL",)),
            actes.DemarcheGiven("argent", actes.StatusIndex(99, f"{ISSUER}/status/3")),
        ),
        single_use=False,
        reserved_acts=("coordonnees_bancaires",),
        consented_at=ACCEPTED_AT - timedelta(seconds=40),
        accepted_at=ACCEPTED_AT,
        expires_at=datetime(2026, 12, 23, 23, tzinfo=UTC),
        time_zone="Europe/Paris",
        last_day=date(2026, 12, 23),
        text=actes.TextSigned("2026-11-22", "1" * 64, "2" * 64, "3" * 64, "4" * 64),
        identity=actes.Identity(
            "franceconnect", "eidas1", ACCEPTED_AT - timedelta(minutes=6), (actes.Proof("sub", "5" * 64),)
        ),
        consentement=actes.Consent("ecran", "dessin", (actes.Proof("drawing", "6" * 64),)),
        place="Lille",
    )


texts = st.text(max_size=40)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
proofs = st.lists(
    st.builds(actes.Proof, st.sampled_from(["sub", "jti", "drawing", "scan", "printed"]), digests),
    unique_by=lambda proof: proof.name,
    max_size=3,
).map(tuple)
statuses = st.builds(actes.StatusIndex, st.integers(0, 2**31), texts)
given_demarches = st.lists(
    st.builds(actes.DemarcheGiven, texts, statuses, st.lists(texts, max_size=3).map(tuple)),
    unique_by=lambda demarche: demarche.code,
    min_size=1,
    max_size=10,
).map(tuple)


@st.composite
def any_acte(draw: st.DrawFn) -> Acte:
    """Draw an acte with any text in any field."""
    moment = draw(st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    return replace(
        ordinary_acte(),
        mandant=draw(st.builds(actes.Mandant, texts, texts, texts, texts, texts, texts, texts)),
        structure=draw(st.builds(actes.StructureParty, texts, st.just("99999910500011"), texts)),
        demarches=draw(given_demarches),
        single_use=draw(st.booleans()),
        reserved_acts=draw(st.lists(st.sampled_from(sorted(actes.RESERVED_ACTS)), unique=True).map(tuple)),
        consented_at=moment,
        accepted_at=moment + timedelta(seconds=draw(st.integers(0, 10**6))),
        expires_at=moment + timedelta(seconds=draw(st.integers(2 * 10**6, 10**8))),
        last_day=draw(st.dates()),
        identity=draw(st.builds(actes.Identity, texts, texts, st.just(moment), proofs)),
        consentement=draw(st.builds(actes.Consent, texts, texts, proofs)),
        place=draw(texts),
    )
