"""``create_client``: registers an OIDC client and prints JSON with its id and secret (PROTOCOLS §5)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from oidc.protocol.client import Profile
from oidc.protocol.client_authentication import METHODS
from oidc.protocol.jose import is_private
from oidc.provider.clients import NewClient, UnfitClient, create_client
from oidc.provider.models import Client

ALGORITHMS = ("", "ES256", "RS256", "HS256")
_SETTINGS = ("requires_par", "requires_dpop", "is_fapi2", "is_certification", "accepts_weak_identity")


class Command(BaseCommand):
    """The secret is printed once; the service cannot tell it again."""

    help = "Enregistre un site et affiche son identifiant et son secret en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options of PROTOCOLS §5, and the record's finer settings."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--profile", required=True, choices=[one.value for one in Profile])
        parser.add_argument("--redirect-uri", action="append", default=[], dest="redirect_uris")
        parser.add_argument("--post-logout-redirect-uri", action="append", default=[], dest="post_logout_redirect_uris")
        parser.add_argument("--auth-method", default="", choices=("", *METHODS))
        parser.add_argument("--id-token-alg", default="", choices=ALGORITHMS)
        parser.add_argument("--userinfo-alg", default="", choices=ALGORITHMS)
        parser.add_argument("--jwks-file", type=Path, dest="jwks", help="clés publiques du site, par valeur")
        parser.add_argument("--jwks-uri", default="", help="adresse https où le site publie ses clés")
        parser.add_argument("--sector", default="")
        parser.add_argument("--demarche", action="append", default=[], dest="demarches")
        parser.add_argument("--scope", action="append", default=[], dest="scopes")
        parser.add_argument("--contact", action="append", default=[], dest="contacts")
        parser.add_argument("--agent-siret", action="append", default=[], dest="agent_sirets")
        parser.add_argument("--agent-domain", action="append", default=[], dest="agent_domains")
        parser.add_argument("--access-token-format", default="opaque", choices=("opaque", "jwt"))
        parser.add_argument("--backchannel-logout-uri", default="")
        parser.add_argument("--require-par", action="store_true", dest="requires_par")
        parser.add_argument("--require-dpop", action="store_true", dest="requires_dpop")
        parser.add_argument("--fapi2", action="store_true", dest="is_fapi2", help="profil de sécurité FAPI 2.0")
        parser.add_argument("--weak-identity", action="store_true", dest="accepts_weak_identity")
        parser.add_argument("--certification", action="store_true", dest="is_certification")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create and print."""
        given = {name: options[name] for name in NewClient.__dataclass_fields__}
        new = NewClient(**given | {"jwks": _public_keys(options["jwks"])})
        try:
            client, secret = create_client(new, timezone.now())
        except UnfitClient as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(told(client, secret), ensure_ascii=False))


def told(client: Client, secret: str) -> dict[str, Any]:
    """Return what the operator hands to the site, in the words of RFC 7591."""
    answer = {
        "client_id": client.client_id,
        "client_secret": secret or None,
        "name": client.name,
        "profile": client.profile,
        "token_endpoint_auth_method": client.auth_method,
        "id_token_signed_response_alg": client.id_token_alg,
        "userinfo_signed_response_alg": client.userinfo_alg or None,
        "require_pushed_authorization_requests": client.requires_par,
        "dpop_bound_access_tokens": client.requires_dpop,
        "backchannel_logout_uri": client.backchannel_logout_uri or None,
    }
    return answer | {name: True for name in _SETTINGS if getattr(client, name)}


def _public_keys(path: Path | None) -> dict[str, Any] | None:
    """Return the client's JWK Set; one that holds a private key is refused, since it is private no more."""
    if path is None:
        return None
    try:
        read = json.loads(path.read_text())
        keys = KeySet.import_key_set(read)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise CommandError(f"cannot read a JWK Set in {path}") from error
    if any(map(is_private, read["keys"])):
        raise CommandError(f"{path} holds a private key: keep it, draw another pair, give the public half")
    return dict(keys.as_dict(private=False))
