"""``load_demo``: fills an empty database with the demonstration's data, once."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aidants.comptes.models import Compte
from mandats.attestation.certificates import new_authority, new_seal
from mandats.attestation.keys import SigningKey, create_key
from mandats.attestation.sealing_keys import AUTHORITY, SEAL, keep_sealer, standing, trust_timestamps
from oidc.provider.clients import client_named


def _make_keys(at: datetime) -> None:
    """Make the signing keys that are missing."""
    for purpose, alg in (("acte", "ES256"), ("oidc", "ES256"), ("oidc", "RS256")):
        if not SigningKey.objects.filter(purpose=purpose, alg=alg).exists():
            create_key(purpose, alg, at)


def _roles(aidant: bool, referent: bool) -> str:
    """Return the roles held in the structure, as the launcher prints them."""
    return ", ".join(name for name, held in (("aidant", aidant), ("referent", referent)) if held)


def _accounts() -> list[dict[str, str]]:
    """Return every account of the demonstration, in the words of the launcher."""
    from deploy.demo.data.people import PEOPLE, PLACES  # noqa: PLC0415

    names = {place.key: place.name for place in PLACES}
    return [
        {
            "email": person.email,
            "name": f"{person.given_name} {person.family_name}",
            "role": person.role or _roles(person.aidant, person.referent),
            "structure": names.get(person.place, ""),
        }
        for person in PEOPLE
    ]


class Command(BaseCommand):
    """May be run again: what is there stays, the clients' addresses follow the ports."""

    help = "Charge les données de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to write accounts and clients, and where the simulated administration stands."""
        parser.add_argument("--state", type=Path, required=True, help="fichier JSON écrit (comptes, clients)")
        parser.add_argument("--timestamps", type=Path, help="certificat racine de l’autorité d’horodatage locale")
        parser.add_argument("--administration", default="http://localhost:8002")

    @staticmethod
    def _make_seal(at: datetime) -> None:
        """Make the authority of seals and a seal under it."""
        authority = new_authority(settings.SERVICE_NAME, at)
        keep_sealer(AUTHORITY, authority, at)
        keep_sealer(SEAL, new_seal(authority, settings.SERVICE_NAME, at), at)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load keys, people, mandats and clients; write the state file for its owner's eyes only."""
        if not settings.DEMO:
            raise CommandError("Cette commande n’existe que dans la démonstration.")
        # The demonstration's data lean on the simulated sites: nothing else imports them.
        from deploy.demo.data.activite import load_activity  # noqa: PLC0415
        from deploy.demo.data.clients import load_clients  # noqa: PLC0415
        from deploy.demo.data.dispositif import load_scheme  # noqa: PLC0415
        from deploy.demo.data.equipes import load_partner, load_teams  # noqa: PLC0415
        from deploy.demo.data.lettres import load_letters  # noqa: PLC0415
        from deploy.demo.data.mandats import load_mandats  # noqa: PLC0415
        from deploy.demo.data.people import PASSWORD, load_people, load_places  # noqa: PLC0415
        from deploy.demo.data.verifications import load_verifications  # noqa: PLC0415

        now = timezone.now()
        long_ago = now - timedelta(days=400)
        _make_keys(long_ago)
        if standing(SEAL, now) is None:
            self._make_seal(long_ago)
        if options["timestamps"]:
            trust_timestamps(options["timestamps"].read_text(), long_ago)
        if not Compte.objects.exists():
            acteurs = load_people(load_places(long_ago), long_ago)
            load_scheme(acteurs, now)
            load_mandats(acteurs, now)
            load_letters(acteurs, now)
            load_activity(acteurs, now)
            load_verifications(now)
            load_teams(acteurs, now)
        clients = load_clients(options["state"], options["administration"], now)
        load_partner(client_named(clients["partenaire"]["client_id"]), now)
        state = {"password": PASSWORD, "accounts": _accounts(), "clients": clients}
        options["state"].touch(mode=0o600)
        options["state"].write_text(json.dumps(state, ensure_ascii=False, indent=1))
