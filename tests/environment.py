"""The environment that the tests give to the settings, in this process and in every process that a test starts.

Fixed keys that protect nothing; never read outside the tests.
"""

from collections.abc import Mapping

ISSUER = "http://localhost:8000"

# base64url of 32 bytes each.
_VAULT_KEY = "dGVzdHMgdmF1bHQga2V5LCAzMiBieXRlcyBsb25nICE"
_DIGEST_KEY = "dGVzdHMgZGlnZXN0IGtleSwgMzIgYnl0ZXMgbG9uZyE"
# A private key of C2SP signed-note, named localhost:8000/journal.
JOURNAL_KEY = "PRIVATE+KEY+localhost:8000/journal+caea4527+AXRlc3RzIGpvdXJuYWwga2V5LCAzMiBieXRlcyBsb25n"

SETTINGS: Mapping[str, str] = {
    "DATABASE_SERVICE_ROLE": "mandats_service",
    "ISSUER": ISSUER,
    "SECRET_KEY": "tests-only-secret-key-of-more-than-fifty-characters-0123456789",
    "VAULT_KEYS": _VAULT_KEY,
    "DIGEST_KEY": _DIGEST_KEY,
    "JOURNAL_KEY": JOURNAL_KEY,
    "FRANCECONNECT_BASE": "http://localhost:8001/api/v2",
    "FRANCECONNECT_CLIENT_ID": "tests-service",
    "FRANCECONNECT_CLIENT_SECRET": "tests-service-secret",
    "FRANCECONNECT_IDP_ID": "aidants-connect",
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "SMS_BACKEND": "console",
    "SERVICE_POST": "Service des mandats, 20 avenue de Ségur, 75007 Paris",
    "SERVICE_PRIVACY": "donnees@mandats.example",
    "ACCUEIL_TELEPHONE": "09 99 99 99 99",
    "ACCUEIL_HORAIRES": "du lundi au vendredi, de 9 h à 17 h",
    "SERVICE_DIRECTEUR": "Camille Démo",
    "SERVICE_HEBERGEUR": "Hébergeur de démonstration, 20 avenue de Ségur, 75007 Paris",
    "SMS_WEBHOOK_SECRET": "tests-only-secret-of-the-web-hook-32-characters",
    "SMS_SENDER": "36180",
    "SMS_API_TOKEN": "tests-token",
}
