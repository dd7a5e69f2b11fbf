"""One process of a race: signs brouillons, or declares one use, as soon as the others are ready.

Started as ``python -m tests.mandats.signer``; reads one line on its input as the starting shot, prints what became of
each act.
"""

import sys
from uuid import UUID

import django


def main(act: str, compte: str, structure: str, *subjects: str) -> None:
    """Run one act over each subject and print ``done`` or the reason of the refusal."""
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from aidants.domain.acteur import Acteur, Kind
    from aidants.domain.decisions import Denied
    from mandats.domain.durees import local_date
    from mandats.registre.services.sign import sign_mandat
    from mandats.registre.services.uses import declare_utilisation

    doer = Acteur(Kind.COMPTE, UUID(compte), UUID(structure), "aidant")
    connection.ensure_connection()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for subject in subjects:
        now = timezone.now()
        if act == "sign":
            outcome: object = sign_mandat(UUID(subject), doer, now)
        else:
            told = {"channel": "telephone", "body": "CAF", "description": "appel"}
            day = local_date(now, "Europe/Paris")
            outcome = declare_utilisation(UUID(subject), doer, used_on=day, now=now, **told)
        print(outcome.reason.code if isinstance(outcome, Denied) else "done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
