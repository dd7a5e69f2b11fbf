"""``check --deploy``: refuses a start without keys, triggers or separate roles."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- Django's name
from django.db import connection
from django.utils import timezone

from aidants.domain.vault import Unsealable
from aidants.journal.notes import BadNote, Signer
from mandats.attestation.keys import NoActiveKey, active_key
from mandats.attestation.sealing_keys import SEAL, NoSeal, active_sealer, standing, timestamp_roots

_APPENDED = ("journal_entree", "journal_leaf", "journal_node", "journal_checkpoint", "journal_cosignature")
_TRIGGERS = frozenset(
    {f"{table}_no_{change}" for table in _APPENDED for change in ("change", "truncate")}
    | {"journal_sel_no_update", "journal_sel_no_truncate"}
)
_FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE")
# Salts are destroyed at the end of keeping, and by no other way.
_FORBIDDEN_ON_SALTS = ("UPDATE", "TRUNCATE")
# A trigger stands when it is on, on its table, and calls the function that refuses.
_STANDING = """
SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND p.proname = 'journal_refuse'
  AND p.prosrc LIKE '%RAISE EXCEPTION%' AND t.tgname LIKE t.tgrelid::regclass::text || '%'
"""
_HELD = """
SELECT held FROM unnest(%s::text[]) AS held
WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, held))
UNION SELECT held || ' des sels' FROM unnest(%s::text[]) AS held WHERE has_table_privilege('journal_sel', held)
ORDER BY 1
"""


@register(Tags.security, deploy=True)
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """Every secret of our own is there and long enough."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < 50:
        found.append(Error("SECRET_KEY manque ou a moins de 50 caractères.", id="mandats.E001"))
    if not settings.VAULT_KEYS or any(len(key) != 32 for key in settings.VAULT_KEYS):
        found.append(Error("VAULT_KEYS : une clé de 32 octets au moins, en base64url.", id="mandats.E002"))
    if len(settings.DIGEST_KEY) != 32:
        found.append(Error("DIGEST_KEY : 32 octets en base64url.", id="mandats.E003"))
    try:
        Signer.parse(settings.JOURNAL_KEY)
    except BadNote:
        advice = "JOURNAL_KEY : python -m aidants.journal.new_key NOM, où NOM est l’adresse sans https://."
        found.append(Error(advice, id="mandats.E014"))
    return found


@register(Tags.security, deploy=True)
def check_surroundings(**kwargs: Any) -> list[CheckMessage]:
    """Nothing of the demonstration or of a bench is left; FranceConnect's record is complete, and the real one's."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(Error("MANDATS_DEMO=1 : les commandes de démonstration sont ouvertes.", id="mandats.E004"))
    if not settings.ISSUER.startswith("https://"):
        found.append(Error("ISSUER doit commencer par https://.", id="mandats.E005"))
    if not (settings.FRANCECONNECT_CLIENT_ID and settings.FRANCECONNECT_CLIENT_SECRET):
        found.append(Error("FRANCECONNECT_CLIENT_ID et FRANCECONNECT_CLIENT_SECRET manquent.", id="mandats.E006"))
    if not settings.FRANCECONNECT_IDP_ID:
        found.append(Error("FRANCECONNECT_IDP_ID manque : nos identités nous reviendraient.", id="mandats.E007"))
    if not settings.FRANCECONNECT_BASE.startswith("https://") or ".sbx." in settings.FRANCECONNECT_BASE:
        advice = "FRANCECONNECT_BASE : le FranceConnect réel, en https ; le bac à sable a des identités inventées."
        found.append(Error(advice, id="mandats.E024"))
    if settings.LIMITS_FACTOR != 1:
        found.append(Error("LIMITS_FACTOR ne sert qu’au banc d’essai : les limites en dépendent.", id="mandats.E025"))
    found.extend(_proconnect())
    return found


def _proconnect() -> list[CheckMessage]:
    """ProConnect is whole, by https, or not offered at all."""
    named, secret = settings.PROCONNECT_CLIENT_ID, settings.PROCONNECT_CLIENT_SECRET
    if not named and not secret:
        return [Warning("PROCONNECT_CLIENT_ID manque : personne n’entre par ProConnect.", id="mandats.W016")]
    if not (named and secret):
        return [Error("PROCONNECT_CLIENT_ID et PROCONNECT_CLIENT_SECRET vont ensemble.", id="mandats.E016")]
    if not settings.PROCONNECT_BASE.startswith("https://"):
        return [Error("PROCONNECT_BASE doit commencer par https://.", id="mandats.E017")]
    return []


def _is_migrated() -> bool:
    """Tell whether the tables that the checks below read are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('journal_entree') IS NOT NULL AND to_regclass('journal_cosignature') IS NOT NULL"
            " AND to_regclass('signing_key') IS NOT NULL AND to_regclass('certificat') IS NOT NULL"
        )
        return bool(cursor.fetchone()[0])


@register(Tags.database, deploy=True)
def check_journal(databases: Any = None, **kwargs: Any) -> list[Error]:
    """The journal's triggers stand and the service's role cannot change what it holds.

    Runs with ``check --deploy --database default``.
    """
    if not databases:
        return []
    if not _is_migrated():
        return [Error("La base n’a pas ses tables : python manage.py migrate", id="mandats.E009")]
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        missing = _TRIGGERS - {row[0] for row in cursor.fetchall()}
        cursor.execute(_HELD, [list(_FORBIDDEN), list(_APPENDED), list(_FORBIDDEN_ON_SALTS)])
        rights = [row[0] for row in cursor.fetchall()]
    found = []
    if missing:
        found.append(Error(f"Déclencheurs du journal absents : {', '.join(sorted(missing))}.", id="mandats.E010"))
    if rights:
        found.append(Error(f"Le rôle du service peut {', '.join(rights)} sur le journal.", id="mandats.E011"))
    return found


_RENEW_BEFORE = timedelta(days=60)


@register(Tags.security, deploy=True)
def check_timestamps(**kwargs: Any) -> list[Error]:
    """An authority is named that dates the papers."""
    if settings.TSA_URL:
        return []
    return [Error("TSA_URL manque : l’adresse de l’autorité d’horodatage (RFC 3161).", id="mandats.E020")]


@register(Tags.database, deploy=True)
def check_seal(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Something seals the papers, for a while still, and somebody's time-stamps are believed.

    Runs with ``check --deploy --database default``.
    """
    if not databases or not _is_migrated():
        return []
    now, found = timezone.now(), list[CheckMessage]()
    row = standing(SEAL, now)
    try:
        active_sealer(now)
        if row is not None and row.expires_at - now < _RENEW_BEFORE:
            soon = f"Le sceau expire le {row.expires_at:%d/%m/%Y} : python manage.py create_seal"
            found.append(Warning(soon, id="mandats.W020"))
    except NoSeal:
        found.append(Error("Aucun sceau en service : python manage.py create_seal", id="mandats.E021"))
    except Unsealable:
        found.append(Error("VAULT_KEYS n’ouvre pas la clé du sceau.", id="mandats.E022"))
    if not timestamp_roots():
        advice = "python manage.py trust_timestamps FICHIER (certificat racine de l’autorité d’horodatage)"
        found.append(Error(f"Aucune autorité d’horodatage reconnue : {advice}", id="mandats.E023"))
    return found


_KEYS_NEEDED = (("acte", "ES256"), ("oidc", "ES256"))


@register(Tags.database, deploy=True)
def check_signing_keys(databases: Any = None, **kwargs: Any) -> list[Error]:
    """A key signs actes now, and another one tokens; RS256 is for the clients that ask for it.

    Runs with ``check --deploy --database default``.
    """
    found: list[Error] = []
    for purpose, alg in _KEYS_NEEDED if databases and _is_migrated() else ():
        try:
            active_key(purpose, alg, timezone.now())
        except NoActiveKey:
            advice = f"python manage.py create_key --purpose {purpose} --alg {alg}"
            found.append(Error(f"Aucune clé de signature en service : {advice}", id="mandats.E012"))
        except Unsealable:
            found.append(Error(f"VAULT_KEYS n’ouvre pas la clé {purpose} {alg}.", id="mandats.E013"))
    return found
