"""Ask the mandate service whether a mandat stands.

Owns two questions: introspection of an access token (RFC 7662), and the
verification of a mandat from the fields that a counter holds. Never stores an
answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from authlib.integrations.flask_client import OAuth
from joserfc.errors import JoseError

from deploy.demo.administration.config import Config
from deploy.demo.administration.connexion import FAILURES, TIMEOUT_SECONDS, client_of, read_signed

# What POST /api/v1/verifications takes; the form uses the same names.
FIELDS = ("reference", "code", "family_name", "birthdate", "demarche")
COMPACT_JWS = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
VERDICTS = {
    "couvre": ("oui", "Le mandat couvre cette démarche."),
    "ne_couvre_pas": ("non", "Le mandat ne couvre pas cette démarche."),
    "expire": ("non", "Le mandat est arrivé à son terme."),
    "revoque": ("non", "Le mandat a pris fin."),
    "suspendu": ("non", "Le mandat est suspendu."),
    "inconnu": ("non", "Rien ne correspond à ces informations."),
}


@dataclass(frozen=True)
class Answer:
    """What was answered, ready to be shown."""

    verdict: str
    sentence: str
    body: dict[str, Any] = field(default_factory=dict)
    receipt: str = ""
    receipt_claims: dict[str, Any] = field(default_factory=dict)
    receipt_verified: bool = False


def basic_auth(config: Config) -> tuple[str, str]:
    """Give the client's credentials, form-encoded as RFC 6749 §2.3.1 asks."""
    return quote(config.client_id, safe=""), quote(config.client_secret, safe="")


def _post(config: Config, url: str, **options: Any) -> requests.Response:
    with requests.Session() as network:
        network.trust_env = False
        return network.post(url, auth=basic_auth(config), timeout=TIMEOUT_SECONDS, allow_redirects=False, **options)


def introspect(oauth: OAuth, config: Config, token: str) -> Answer:
    """Ask by introspection whether the access token, thus the mandat, still stands."""
    try:
        metadata = client_of(oauth, "aidant").load_server_metadata()
        endpoint = metadata["introspection_endpoint"]
        form = {"token": token, "token_type_hint": "access_token"}
        answer = _post(config, endpoint, data=form)
        answer.raise_for_status()
        body = dict(answer.json())
    except (*FAILURES, KeyError) as failure:
        return Answer("inconnue", f"Le service des mandats n’a pas répondu ({failure}).")
    if body.get("active") is True:
        return Answer("oui", "Le mandat tient toujours.", body)
    return Answer("non", "Le mandat ne tient plus, ou cette connexion est trop ancienne.", body)


def verify_mandat(oauth: OAuth, config: Config, fields: dict[str, str]) -> Answer:
    """Ask ``POST {issuer}/api/v1/verifications`` about a mandat shown at a counter."""
    try:
        answer = _post(config, f"{config.issuer}/api/v1/verifications", json=fields)
        body = dict(answer.json())
    except FAILURES as failure:
        return Answer("inconnue", f"Le service des mandats n’a pas répondu ({failure}).")
    if answer.status_code not in (200, 201):
        reason = body.get("message") or body.get("detail") or body.get("error") or body
        return Answer("inconnue", f"Demande refusée ({answer.status_code}) : {reason}", body)
    return read_answer(oauth, body)


def read_answer(oauth: OAuth, body: dict[str, Any]) -> Answer:
    """Read an answer by its vocabulary, and check the signature of its receipt."""
    texts = [value for value in body.values() if isinstance(value, str)]
    word = next((text for text in texts if text in VERDICTS), "")
    verdict, sentence = VERDICTS.get(word, ("inconnue", "Réponse non comprise."))
    receipt = next((text for text in texts if COMPACT_JWS.fullmatch(text)), "")
    claims: dict[str, Any] = {}
    if receipt:
        try:
            claims = read_signed(client_of(oauth, "aidant"), receipt)
        except (JoseError, *FAILURES):
            claims = {}
    shown = {name: value for name, value in body.items() if value != receipt}
    return Answer(verdict, sentence, shown, receipt, claims, bool(claims))
