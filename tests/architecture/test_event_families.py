"""Each family of acts that the journal promises has its members: what is done, and what is refused."""

import importlib
import re
from collections.abc import Mapping

import pytest

from aidants.domain.events import CATALOGUE
from tests.architecture.sources import ROOT

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "sign-in and failure": ("compte:sign_in", "compte:sign_in_refused", "compte:sign_out"),
    "factors": (
        "compte:second_factor",
        "compte:second_factor_refused",
        "compte:factor_add",
        "compte:factor_remove",
        "compte:recovery_codes_make",
        "compte:factor_refused",
    ),
    "recovery": (
        "recuperation:open",
        "recuperation:open_refused",
        "recuperation:enter",
        "recuperation:refused",
        "recuperation:end",
    ),
    "roles": (
        "invitation:send",
        "invitation:accept",
        "invitation:cancel",
        "invitation:refuse",
        "invitation:accept_refused",
        "role:grant",
        "acces:refuse",
        "structure:switch",
        "structure:switch_refused",
    ),
    "changes of roles": (
        "role:change",
        "role:withdraw",
        "role:refuse",
        "nomination:ask",
        "nomination:answer",
        "nomination:refuse",
        "adhesion:ask",
        "adhesion:answer",
    ),
    "structures": (
        "structure:create",
        "structure:change",
        "structure:suspend",
        "structure:resume",
        "structure:absorb",
        "structure:refuse",
        "structure:perimeter",
        "structure:perimeter_refused",
        "structure:listing",
        "structure:keep",
        "structure:end",
        "structure:end_refused",
    ),
    "habilitation": (
        "habilitation:validate",
        "habilitation:withdraw",
        "habilitation:restore",
        "habilitation:accept_conditions",
        "dossier:submit",
        "dossier:submit_refused",
        "dossier:decide",
        "dossier:decide_refused",
    ),
    "training and certification": (
        "formation:inscribe",
        "formation:mark",
        "formation:mark_refused",
        "formation:done",
        "formation:undone",
        "certification:obtain",
        "certification:fail",
        "certification:withdraw",
        "certification:refused",
    ),
    "what is asked in vain": ("acces:refuse", "acces:unknown", "acces:no_effect"),
    "brouillon": (
        "brouillon:open",
        "brouillon:change",
        "brouillon:identify",
        "brouillon:identify_refused",
        "brouillon:freeze",
        "brouillon:abandon",
        "brouillon:purge",
        "brouillon:refuse",
        "brouillon:not_me",
    ),
    "consentement": ("consentement:give", "consentement:refuse", "consentement:send_code", "consentement:code_refused"),
    "acceptation": ("mandat:sign", "mandat:sign_refused", "autorisation:replace"),
    "use": ("utilisation:bridge", "utilisation:declare", "utilisation:declare_refused"),
    "denial": (
        "utilisation:refuse",
        "client:refuse",
        "client:call_refused",
        "connexion:ask_refused",
        "connexion:decline",
        "connexion:refuse",
        "connexion:replay",
        "franceconnect:refuse",
        "franceconnect:phone_refuse",
    ),
    "release of identity": ("identite:release",),
    "verification": ("verification:answer", "verification:unknown", "verification:refuse", "verification:suite"),
    "consultation and printing": (
        "mandat:consult",
        "document:consult",
        "document:produce",
        "document:print_exemplaire",
        "volet:print",
        "journal:consult",
        "usager:enter",
        "usager:enter_refused",
    ),
    "codes": ("code:renew", "code:cancel", "code:refuse"),
    "revocation": (
        "mandat:end",
        "mandat:revoke",
        "mandat:revoke_refused",
        "autorisation:revoke",
        "mandat:suspend",
        "mandat:suspend_refused",
        "mandat:resume",
        "mandat:resume_refused",
    ),
    "transfer": ("brouillon:cite", "brouillon:cite_refused"),
    "erasure": ("journal:destroy_salts", "mandat:erase", "usager:erase", "usager:erase_contacts"),
    "an administration's agent": ("agent:enter", "agent:leave"),
    "export": ("titre:issue", "journal:export", "usager:take_copy", "droits:hand_export", "droits:hand_export_refused"),
    "key rotation": ("cle:create", "cle:retire", "sceau:create", "horodatage:trust", "journal:key"),
    "configuration of a client": (
        "client:create",
        "client:change",
        "client:rotate_secret",
        "client:suspend",
        "client:resume",
        "client:set_receiver",
    ),
}


@pytest.fixture(autouse=True)
def _all_declared() -> None:
    """Every `events.py` and its like declares, whatever was imported before."""
    for app in ("aidants", "mandats", "oidc"):
        for path in (ROOT / app).rglob("*events.py"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_is_complete(family: str) -> None:
    assert set(FAMILIES[family]) - CATALOGUE.keys() == set()


def test_each_event_of_each_catalogue_is_left_by_the_acts_of_a_test() -> None:
    """None exists on paper alone: the mark is checked against the table when its test ends (tests/conftest.py)."""
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    marks = re.findall(r"pytest\.mark\.writes\(([^)]*)\)", sources)
    claimed = {event for mark in marks for event in re.findall(r'"([^"]+)"', mark)}
    assert sorted(CATALOGUE.keys() - claimed) == []
    assert sorted(claimed - CATALOGUE.keys()) == []


def test_an_act_that_may_be_refused_has_an_entry_for_its_refusal() -> None:
    """Who signs, revokes, suspends, declares, verifies or enters may be told no: that is an act too."""
    refusals = {code for code in CATALOGUE if code.rpartition(":")[2].endswith(("refuse", "refused", "unknown"))}
    rooms = {code.partition(":")[0] for code in refusals}
    wanted = {"compte", "structure", "brouillon", "consentement", "document", "mandat", "code", "utilisation"}
    assert wanted | {"usager", "verification", "client", "franceconnect", "recuperation"} <= rooms
