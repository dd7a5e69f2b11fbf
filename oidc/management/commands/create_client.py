"""``create_client``: registers an OIDC client and prints JSON with its id and secret (PROTOCOLS §5)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from oidc.provider.clients import NewClient, UnfitClient, create_client


class Command(BaseCommand):
    """The secret is printed once; the service cannot tell it again."""

    help = "Enregistre un site et affiche son identifiant et son secret en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options of PROTOCOLS §5, and the record's finer settings."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--profile", required=True, choices=("franceconnect", "administration"))
        parser.add_argument("--redirect-uri", required=True, action="append", dest="redirect_uris")
        parser.add_argument("--post-logout-redirect-uri", action="append", default=[], dest="logout_uris")
        parser.add_argument("--auth-method", default="", choices=("", "client_secret_basic", "client_secret_post"))
        parser.add_argument("--id-token-alg", default="", choices=("", "ES256", "RS256", "HS256"))
        parser.add_argument("--userinfo-alg", default="", choices=("", "ES256", "RS256", "HS256"))
        parser.add_argument("--jwks-file", type=Path)
        parser.add_argument("--sector", default="")
        parser.add_argument("--demarche", action="append", default=[], dest="demarches")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create and print."""
        new = NewClient(
            name=options["name"],
            profile=options["profile"],
            redirect_uris=options["redirect_uris"],
            post_logout_redirect_uris=options["logout_uris"],
            auth_method=options["auth_method"],
            id_token_alg=options["id_token_alg"],
            userinfo_alg=options["userinfo_alg"],
            sector=options["sector"],
            demarches=options["demarches"],
            jwks=_public_keys(options["jwks_file"]),
        )
        try:
            client, secret = create_client(new, timezone.now())
        except UnfitClient as error:
            raise CommandError(str(error)) from error
        answer = {
            "client_id": client.client_id,
            "client_secret": secret,
            "name": client.name,
            "profile": client.profile,
            "token_endpoint_auth_method": client.auth_method,
            "id_token_signed_response_alg": client.id_token_alg,
            "userinfo_signed_response_alg": client.userinfo_alg or None,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _public_keys(path: Path | None) -> dict[str, Any] | None:
    """Return the client's JWK Set without any private member."""
    if path is None:
        return None
    try:
        keys = KeySet.import_key_set(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, JoseError) as error:
        raise CommandError(f"cannot read a JWK Set in {path}") from error
    return dict(keys.as_dict(private=False))
