"""Clients: registered by an operator, their secrets renewed, their access suspended, recognised by their secret."""

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.vault import keyed_digest, seal, unseal
from aidants.journal.record import record
from oidc.protocol.authorize import ANSWERED
from oidc.protocol.client import Profile
from oidc.protocol.events import CLIENT_CHANGE, CLIENT_CREATE, CLIENT_RESUME, CLIENT_ROTATE_SECRET, CLIENT_SUSPEND
from oidc.protocol.jose import is_private
from oidc.protocol.parameters import is_text
from oidc.provider import agents
from oidc.provider.fetching import LOOPBACK, is_public
from oidc.provider.known_clients import forget_client
from oidc.provider.models import Client

_NO_DIGEST = "0" * 64


class UnfitClient(ValueError):
    """The record asked would break the profile; the message, in French, says where to whoever types it."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """What an operator gives.  Empty ``auth_method`` and ``id_token_alg`` take the profile's own."""

    name: str
    profile: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    auth_method: str = ""
    id_token_alg: str = ""
    userinfo_alg: str = ""
    sector: str = ""
    demarches: list[str] = field(default_factory=list)
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    scopes: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    agent_sirets: list[str] = field(default_factory=list)
    agent_domains: list[str] = field(default_factory=list)
    access_token_format: str = "opaque"  # noqa: S105 -- the name of a format
    backchannel_logout_uri: str = ""
    accepts_weak_identity: bool = False
    requires_par: bool = False
    requires_dpop: bool = False
    is_fapi2: bool = False
    is_certification: bool = False

    @property
    def is_franceconnect(self) -> bool:
        """True for FranceConnect's record."""
        return self.profile == Profile.FRANCECONNECT

    @property
    def is_partenaire(self) -> bool:
        """True for a system that keeps structures and aidants up to date, and signs nobody in."""
        return self.profile == Profile.PARTENAIRE

    @property
    def method(self) -> str:
        """The one authentication method of the record."""
        own = "private_key_jwt" if self.is_fapi2 else "client_secret_basic"
        return self.auth_method or ("client_secret_post" if self.is_franceconnect else own)


def create_client(new: NewClient, now: datetime, acteur: Acteur = SYSTEME) -> tuple[Client, str]:
    """Register a client; return it with its secret, which is not kept in the clear (empty for one that has keys).

    Raises :class:`UnfitClient`.
    """
    check_new(new)
    client = Client(
        client_id=secrets.token_urlsafe(16),
        name=new.name,
        profile=new.profile,
        redirect_uris=new.redirect_uris,
        post_logout_redirect_uris=new.post_logout_redirect_uris,
        backchannel_logout_uri=new.backchannel_logout_uri,
        auth_method=new.method,
        id_token_alg=new.id_token_alg or "ES256",
        userinfo_alg=new.userinfo_alg,
        access_token_format=new.access_token_format,
        jwks=new.jwks,
        jwks_uri=new.jwks_uri,
        sector=_sector(new),
        demarches=new.demarches,
        scopes=new.scopes,
        contacts=new.contacts,
        agent_sirets=new.agent_sirets,
        agent_domains=new.agent_domains,
        accepts_weak_identity=new.accepts_weak_identity,
        needs_pkce=not (new.is_franceconnect or new.is_certification),
        needs_nonce=not new.is_certification,
        requires_par=new.requires_par or new.is_fapi2,
        requires_dpop=new.requires_dpop or new.is_fapi2,
        is_fapi2=new.is_fapi2,
        is_certification=new.is_certification,
        created_at=now,
    )
    secret = "" if new.method == "private_key_jwt" else secrets.token_urlsafe(32)
    if secret:
        client.secret_digest, client.secret_sealed = _kept(client, secret)
    with transaction.atomic():
        client.save(force_insert=True)
        told = ("profile", "auth_method", "id_token_alg", "userinfo_alg")
        facts = {name: getattr(client, name) for name in told}
        record(CLIENT_CREATE, acteur=acteur, at=now, subject=client.id, facts=facts)
    return client, secret


def rotate_secret(client_id: str, overlap: timedelta, now: datetime, acteur: Acteur = SYSTEME) -> str:
    """Give a client a new secret; the one before stays good for ``overlap``.  Raises :class:`UnfitClient`.

    A third secret ends the first at once: two are good at any time, never more.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        client = _locked(client_id)
        if client.auth_method == "private_key_jwt":
            raise UnfitClient("Ce site s’authentifie par ses clés : il n’a pas de secret.")
        client.previous_secret_digest, client.previous_secret_sealed = client.secret_digest, client.secret_sealed
        client.previous_secret_until = now + overlap
        client.secret_digest, client.secret_sealed = _kept(client, secret)
        client.save()
        facts = {"overlap_hours": int(overlap.total_seconds() // 3600)}
        record(CLIENT_ROTATE_SECRET, acteur=acteur, at=now, subject=client.id, facts=facts)
    return secret


def suspend_client(client_id: str, now: datetime, *, resume: bool = False, acteur: Acteur = SYSTEME) -> Client:
    """Close a client's access, its living tokens included, or open it again; twice changes nothing.

    Raises :class:`UnfitClient`.
    """
    with transaction.atomic():
        client = _locked(client_id)
        if client.is_suspended is not resume:
            return client
        client.suspended_at = None if resume else now
        client.save(update_fields=("suspended_at",))
        record(CLIENT_RESUME if resume else CLIENT_SUSPEND, acteur=acteur, at=now, subject=client.id)
    return client


CHANGEABLE = (
    "name",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "contacts",
    "agent_sirets",
    "agent_domains",
    "demarches",
    "scopes",
    "jwks",
    "jwks_uri",
    "accepts_weak_identity",
    "requires_par",
    "requires_dpop",
)


def change_client(client_id: str, given: Mapping[str, Any], acteur: Acteur, now: datetime) -> Client:
    """Change the settings named in ``CHANGEABLE``; the journal says which, never to what.

    Its sector, hence the names of people at this site, never changes.  Raises :class:`UnfitClient`.
    """
    with transaction.atomic():
        client = _locked(client_id)
        check_change(client, given)
        changed = [name for name in CHANGEABLE if given[name] != getattr(client, name)]
        for name in changed:
            setattr(client, name, given[name])
        if {"jwks", "jwks_uri"} & set(changed):
            client.jwks_fetched = client.jwks_fetched_at = client.jwks_tried_at = None
        client.save()
        record(CLIENT_CHANGE, acteur=acteur, at=now, subject=client.id, facts={"changed": changed})
    return client


def check_change(client: Client, given: Mapping[str, Any]) -> None:
    """Refuse a change of the settings named in ``CHANGEABLE`` as a registration with them would be.

    Raises :class:`UnfitClient`.
    """
    asked = {name: getattr(client, name) for name in NewClient.__dataclass_fields__}
    check_new(NewClient(**asked | {name: given[name] for name in CHANGEABLE}))
    if client.is_fapi2 and not (given["requires_par"] and given["requires_dpop"]):
        raise UnfitClient("FAPI 2.0 impose PAR et DPoP : laissez les deux cases cochées.")


def clients_by_name() -> list[Client]:
    """Return every client, those with access first, by name."""
    return list(Client.objects.order_by(F("suspended_at").asc(nulls_first=True), "name", "id"))


def client_named(client_id: str) -> Client:
    """Return a client by its identifier.  Raises :class:`UnfitClient`."""
    client = Client.objects.filter(client_id=client_id).first()
    if client is None:
        raise UnfitClient(f"Aucun site n’a l’identifiant {client_id}.")
    return client


def _locked(client_id: str) -> Client:
    client = Client.objects.select_for_update().filter(client_id=client_id).first()
    if client is None:
        raise UnfitClient(f"Aucun site n’a l’identifiant {client_id}.")
    forget_client(client_id)
    return client


def check_new(new: NewClient) -> None:
    """Refuse what the profile forbids, before the database would, in words.  Raises :class:`UnfitClient`."""
    _check_addresses(new)
    if fault := agents.fault_of(new.agent_sirets, new.agent_domains):
        raise UnfitClient(fault)
    by_keys, keyed = new.method == "private_key_jwt", bool(new.jwks or new.jwks_uri)
    signs_in = bool(new.redirect_uris or new.post_logout_redirect_uris or new.backchannel_logout_uri or new.demarches)
    checks = (
        (new.is_partenaire and signs_in, "Un partenaire ne connecte personne : laissez adresses et démarches vides."),
        (
            new.is_partenaire and new.method == "client_secret_post",
            "Un partenaire donne son secret en tête HTTP, ou signe par sa clé.",
        ),
        (by_keys and not keyed, "private_key_jwt demande les clés du site, par valeur ou par adresse."),
        (bool(new.jwks and new.jwks_uri), "Donnez les clés par valeur ou par adresse, pas les deux."),
        (
            any(map(is_private, (new.jwks or {}).get("keys", ()))),
            "Une clé privée s’y trouve : elle ne l’est plus. Le site doit en changer.",
        ),
        (_uses_hs256(new) and not new.is_franceconnect, "HS256 est réservé à FranceConnect : choisissez ES256."),
        (_uses_hs256(new) and by_keys, "HS256 demande un secret : choisissez une authentification par secret."),
        (
            new.is_fapi2 and not (by_keys and new.profile == Profile.ADMINISTRATION),
            "FAPI 2.0 est pour une administration qui signe par sa clé (private_key_jwt).",
        ),
        (
            new.is_fapi2 and any(uri.startswith("http:") for uri in new.redirect_uris),
            "FAPI 2.0 exclut http, même pour cette machine : donnez des adresses de retour en https.",
        ),
        (new.is_fapi2 and "RS256" in (new.id_token_alg, new.userinfo_alg), "FAPI 2.0 exclut RS256 : choisissez ES256."),
        (
            new.is_certification and (new.is_fapi2 or new.is_franceconnect),
            "Un site de certification n’est ni FranceConnect, ni tenu à FAPI 2.0.",
        ),
    )
    for refused, why in checks:
        if refused:
            raise UnfitClient(why)


def _sector(new: NewClient) -> str:
    """Return the sector of a record: the one given, or its own."""
    return new.sector or (new.profile if new.is_partenaire else _sector_of(new.redirect_uris))


def _check_addresses(new: NewClient) -> None:
    check_uris([*new.redirect_uris, *new.post_logout_redirect_uris])
    check_called([uri for uri in (new.jwks_uri, new.backchannel_logout_uri) if uri])
    _check_queries(new.redirect_uris)
    if not new.redirect_uris and not new.is_partenaire:
        raise UnfitClient("Écrivez au moins une adresse de retour.")
    _sector(new)


def _uses_hs256(new: NewClient) -> bool:
    return "HS256" in (new.id_token_alg, new.userinfo_alg)


def check_uris(uris: list[str]) -> None:
    """Refuse all but https, or http on the machine itself; no fragment (RFC 6749 §3.1.2), no wildcard.

    Raises :class:`UnfitClient`.
    """
    for uri in uris:
        parts = urlsplit(uri)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not (secure and parts.hostname and is_text(uri, 2048)) or "#" in uri or "*" in uri:
            raise UnfitClient(f"Adresse refusée : {uri}. Écrivez une adresse en https, complète, sans « # » ni « * ».")


def check_called(uris: list[str]) -> None:
    """Refuse an address that we would never call: one of this machine or of a network inside, one with a password.

    A name is judged when it is called, by where it leads then.  Raises :class:`UnfitClient`.
    """
    check_uris(uris)
    for uri in uris:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        inside = host in LOOPBACK or host.endswith(".localhost") or (_is_number(host) and not is_public(host))
        if parts.username is not None or (inside and not (settings.DEMO and host in LOOPBACK)):
            raise UnfitClient(f"Adresse refusée : {uri}. Donnez une adresse publique, sans mot de passe.")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_queries(redirect_uris: list[str]) -> None:
    """Refuse an address whose query already holds what an answer adds: it would stand twice (RFC 6749 §3.1)."""
    for uri in redirect_uris:
        if taken := sorted(ANSWERED & dict(parse_qsl(urlsplit(uri).query, keep_blank_values=True)).keys()):
            raise UnfitClient(f"Adresse refusée : {uri}. Retirez-en {taken[0]} : notre réponse l’ajoute elle-même.")


def _sector_of(redirect_uris: list[str]) -> str:
    """Return the one host of all the addresses (OIDC Core §8.1)."""
    hosts = {urlsplit(uri).hostname or "" for uri in redirect_uris}
    if len(hosts) != 1:
        raise UnfitClient(
            "Les adresses de retour sont sur plusieurs domaines : mettez-les sur un seul, "
            "ou donnez un secteur par la commande create_client (--sector)."
        )
    return hosts.pop()


def _kept(client: Client, secret: str) -> tuple[str, bytes | None]:
    """Return what is kept of a secret: its digest, or itself sealed when HS256 must use it again."""
    if "HS256" in (client.id_token_alg, client.userinfo_alg):
        return "", seal(secret.encode(), settings.VAULT_KEYS)
    return _digest(secret), None


def open_secret(sealed: bytes | memoryview | None) -> bytes:
    """Return the secret that keys HS256.  Raises ``LookupError`` when the record keeps only a digest."""
    if sealed is None:
        raise LookupError("this client's secret is not kept")
    return unseal(bytes(sealed), settings.VAULT_KEYS)


def is_secret_of(client: Client | None, secret: str, now: datetime) -> bool:
    """True when ``secret`` is the client's, or the one before while that is still good; in constant time.

    For a client that is not known the same work is done, and the answer is no.
    """
    if client is None:
        return _matches(secret, "", None)
    current = _matches(secret, client.secret_digest, client.secret_sealed)
    overlaps = client.previous_secret_until is not None and now < client.previous_secret_until
    return current or (overlaps and _matches(secret, client.previous_secret_digest, client.previous_secret_sealed))


def _matches(secret: str, digest: str, sealed: bytes | memoryview | None) -> bool:
    if sealed is not None:
        return hmac.compare_digest(open_secret(sealed), secret.encode("utf-8", "replace"))
    return hmac.compare_digest(digest or _NO_DIGEST, _digest(secret)) and bool(digest)


def _digest(secret: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, "client_secret", secret.encode("utf-8", "replace").decode())


def names_of_clients(identifiers: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of clients, for whoever reads the journal."""
    return dict(Client.objects.filter(id__in=identifiers).values_list("id", "name"))
