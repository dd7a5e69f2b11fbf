"""The one settings file.  Everything that differs between places comes from the environment.

With ``MANDATS_DEMO=1`` the commands of the demonstration are allowed; without
it every secret must be given, and ``check --deploy`` refuses what is missing.
"""

import base64
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from deploy import factor_routes, public_routes

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "") == "1"


def _key(text: str) -> bytes:
    """Decode one base64url key, its padding optional."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _keys(name: str) -> list[bytes]:
    return [_key(part) for part in os.environ.get(name, "").split(",") if part]


PUBLIC_ROUTES = public_routes.PUBLIC_ROUTES
SERVER_ROUTES = public_routes.SERVER_ROUTES
FILE_ROUTES = public_routes.FILE_ROUTES
# Those whose POST asks no factor of the last minutes: it is in the form, or nothing is asked.
SETTLED_ROUTES = factor_routes.AT_THE_ACT | factor_routes.NOT_ASKED.keys()
DEMO = _flag("MANDATS_DEMO")
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "")
VAULT_KEYS = _keys("VAULT_KEYS")
DIGEST_KEY = (_keys("DIGEST_KEY") or [b""])[0]
# Draws the names that a sector has not given yet: « version:key ».  Names given stand in the database and never change.
_PAIRWISE = os.environ.get("PAIRWISE_KEY", "")
PAIRWISE_KEY_VERSION = int(_PAIRWISE.partition(":")[0] or "1")
PAIRWISE_KEY = _key(_PAIRWISE.partition(":")[2]) if _PAIRWISE else DIGEST_KEY
# The key that signs the journal's checkpoints, as text of C2SP signed-note; its name is the journal's.
JOURNAL_KEY = os.environ.get("JOURNAL_KEY", "")
# Who cosigns the checkpoints: verifier key and address of each, in turn, between spaces.
JOURNAL_WITNESSES = os.environ.get("JOURNAL_WITNESSES", "")

ISSUER = os.environ.get("ISSUER", "http://localhost:8000").rstrip("/")
_SECURE = ISSUER.startswith("https://")
ALLOWED_HOSTS = [
    urlsplit(ISSUER).hostname or "localhost",
    *filter(None, os.environ.get("ALLOWED_HOSTS", "").split(",")),
]
CSRF_TRUSTED_ORIGINS = [ISSUER]

# --- the house ---------------------------------------------------------------
ROOT_URLCONF = "deploy.urls"
WSGI_APPLICATION = "deploy.wsgi.application"
APPEND_SLASH = False
AUTH_USER_MODEL = "aidants.Compte"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "aidants",
    "mandats",
    "oidc",
    "deploy",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "widget_tweaks",
    "dsfr",
    "csp",
    "axes",
    "django_otp",
    "django_otp_webauthn",
    "rest_framework",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "deploy.servers.ServersFirst",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "deploy.bodies.BoundedBodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aidants.comptes.device.DeviceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "aidants.comptes.access.DefaultDenyMiddleware",
    "aidants.structures.acting.ActingMiddleware",
    "aidants.pages.refusals.RefusalsMiddleware",
    "aidants.pages.errors.PapersMiddleware",
    "oidc.pages.failures.BridgeFailuresMiddleware",
    "axes.middleware.AxesMiddleware",
]
# What the routes of SERVER_ROUTES owe; nothing of a browser's session is there.
SERVER_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "deploy.servers.PolicyOfServers",
    "deploy.bodies.BoundedBodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "deploy" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["deploy.typography.Filesystem", "deploy.typography.AppDirectories"],
                )
            ],
            "builtins": ["deploy.french", "deploy.once"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "aidants.pages.context.shell",
                "mandats.pages.doors.menu",
                "oidc.pages.context.bridge",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- database: two roles, one engine -------------------------------------------
DATABASE_SERVICE_ROLE = os.environ.get("DATABASE_SERVICE_ROLE", "mandats_service")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL", "postgresql://localhost/mandats"))}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # Rows are found in memory, or on a disk that seeks for nothing: an index serves more often than the planner thinks.
    "options": "-c lock_timeout=5000 -c statement_timeout=20000 -c timezone=UTC -c random_page_cost=1.1",
    # Planning costs more than running here: a statement sent three times on a connection is planned once for all.
    "server_side_binding": True,
    "prepare_threshold": 3,
}
# Each thread keeps its connection, and what was planned on it: taking one from a pool is a tenth of a short answer.
# One that was left alone is asked whether it still lives (deploy/database/base.py).
DATABASES["default"] |= {"ENGINE": "deploy.database", "CONN_MAX_AGE": 3600, "CONN_HEALTH_CHECKS": True}

# --- accounts -------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "aidants.comptes.backend.ComptesBackend",
]
PASSWORD_HASHERS = ["aidants.comptes.passwords.OwaspArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "aidants.comptes.passwords.NotGuessable"},
]
LOGIN_URL = "aidants:sign_in"
OTP_WEBAUTHN_RP_ID = urlsplit(ISSUER).hostname or "localhost"
OTP_WEBAUTHN_RP_NAME = "Service des mandats"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [ISSUER]
OTP_WEBAUTHN_HELPER_CLASS = "aidants.comptes.facteurs.passkeys.Ceremonie"
OTP_WEBAUTHN_EXCEPTION_LOGGER_NAME = ""
SECOND_FACTOR_IDLE_SECONDS = 15 * 60
SECOND_FACTOR_OF_LATE_SECONDS = 15 * 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=6)
AXES_LOCK_OUT_AT_FAILURE = True
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "aidants.pages.sign_in.keep_page"
AXES_USERNAME_FORM_FIELD = "email"
AXES_CLIENT_IP_CALLABLE = "aidants.comptes.address.client_network"

SESSION_ENGINE = "aidants.comptes.sessions.store"
SESSION_COOKIE_NAME = "mandats_session"
# From the opening, whatever is done since; a stranger's (a sign-in, a way back) lasts less.
SESSION_COOKIE_AGE = 12 * 3600
STRANGER_SESSION_AGE = 2 * 3600
BROWSER_COOKIE_NAME = "mandats_appareil"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "mandats_csrf"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "aidants.pages.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- what browsers are told -------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_SSL_REDIRECT = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^sante$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- language, time, files -----------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
# Without collected files there is no such folder: WhiteNoise then asks the finders.
STATIC_ROOT = os.environ.get("STATIC_ROOT") or (BASE_DIR / "staticfiles" if _flag("STATIC_MANIFEST") else None)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _flag("STATIC_MANIFEST")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# The digests of the design system are those of its own files; collecting them rewrites the addresses that they
# hold, and a browser would refuse the result.  Everything comes from our own origin.
DSFR_USE_INTEGRITY_CHECKSUMS = False
WHITENOISE_USE_FINDERS = not _flag("STATIC_MANIFEST")
# What one request may hold (deploy/bodies.py): a form or a JSON body; a form with a file; the longest that is let pass
# by unread, so that its sender reads why it is refused.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
BODY_DISCARDED_MAX_BYTES = 32 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["deploy.bodies.FilesWhereAsked"]
SCAN_MAX_BYTES = 10 * 1024 * 1024
# An extract of SIRENE (CSV, INSEE's columns); empty: a SIRET is checked by its digits alone.
SIRENE_FILE = os.environ.get("SIRENE_FILE", "")

# --- FranceConnect, as its client (PROTOCOLS §2) ----------------------------------------
FRANCECONNECT_BASE = os.environ.get("FRANCECONNECT_BASE", "https://fcp-low.sbx.dev-franceconnect.fr/api/v2")
FRANCECONNECT_CLIENT_ID = os.environ.get("FRANCECONNECT_CLIENT_ID", "")
FRANCECONNECT_CLIENT_SECRET = os.environ.get("FRANCECONNECT_CLIENT_SECRET", "")
FRANCECONNECT_IDP_ID = os.environ.get("FRANCECONNECT_IDP_ID", "")
FRANCECONNECT_TIMEOUT_SECONDS = 6.0

# --- the time-stamping authority (RFC 3161) ------------------------------------------------
TSA_URL = os.environ.get("TSA_URL", "")
TSA_LOGIN = os.environ.get("TSA_LOGIN", "")
TSA_PASSWORD = os.environ.get("TSA_PASSWORD", "")
TSA_TIMEOUT_SECONDS = float(os.environ.get("TSA_TIMEOUT_SECONDS", "") or "4")

# --- ProConnect, the federation of public agents, in place of a password -------------------------------------
PROCONNECT_BASE = os.environ.get("PROCONNECT_BASE", "https://proconnect.gouv.fr/api/v2").rstrip("/")
PROCONNECT_CLIENT_ID = os.environ.get("PROCONNECT_CLIENT_ID", "")
PROCONNECT_CLIENT_SECRET = os.environ.get("PROCONNECT_CLIENT_SECRET", "")

# --- messages --------------------------------------------------------------------------
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH", "")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "") or "localhost"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "") or "587")
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "") != "0"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "ne-pas-repondre@mandats.example")
SMS_BACKEND = os.environ.get("SMS_BACKEND", "") or "none"
SMS_DIR = os.environ.get("SMS_DIR", "")
# The real provider, GatewayAPI: where it is, its token, the number that people see and may answer, the secret of its
# web hook (POST ISSUER/sms/retour), and the keyword when the number is shared.
SMS_API_BASE = (os.environ.get("SMS_API_BASE", "") or "https://gatewayapi.eu").rstrip("/")
SMS_API_TOKEN = os.environ.get("SMS_API_TOKEN", "")
SMS_SENDER = os.environ.get("SMS_SENDER", "")
SMS_WEBHOOK_SECRET = os.environ.get("SMS_WEBHOOK_SECRET", "")
SMS_KEYWORD = os.environ.get("SMS_KEYWORD", "")
SERVICE_NAME = os.environ.get("SERVICE_NAME", "") or "Service des mandats"
# What usagers are told to write to and to call: invented in the demonstration, asked by ``check --deploy`` elsewhere.
INVENTED = {
    "SERVICE_POST": "Service des mandats, 20 avenue de Ségur, 75007 Paris",
    "SERVICE_PRIVACY": "donnees@mandats.example",
    "ACCUEIL_TELEPHONE": "09 99 99 99 99",
    "ACCUEIL_HORAIRES": "du lundi au vendredi, de 9 h à 17 h",
    "SERVICE_DIRECTEUR": "Camille Démo, personne inventée pour la démonstration",
    "SERVICE_HEBERGEUR": "Hébergeur de démonstration, 20 avenue de Ségur, 75007 Paris",
}
SERVICE_POST, SERVICE_PRIVACY, ACCUEIL_TELEPHONE, ACCUEIL_HORAIRES, SERVICE_DIRECTEUR, SERVICE_HEBERGEUR = (
    os.environ.get(name, "") or (invented if DEMO else "") for name, invented in INVENTED.items()
)
ACCUEIL_HORAIRES = ACCUEIL_HORAIRES.replace(" h", "\u00a0h")
# Where the form of the public pages writes, and whom to tell of a weakness (RFC 9116: an address, https: or mailto:).
SERVICE_CONTACT = os.environ.get("SERVICE_CONTACT", "") or SERVICE_PRIVACY
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "") or f"mailto:{SERVICE_PRIVACY}"

# Multiplies every allowance of wrong tries and of look-ups; a bench raises it, nothing else should.
LIMITS_FACTOR = float(os.environ.get("LIMITS_FACTOR", "1"))

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- API -----------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["oidc.provider.parsers.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Service des mandats",
    "DESCRIPTION": "Vérifier un mandat (administrations) ; tenir à jour structures et aidants (partenaires).",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": ISSUER}],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {"axes": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # preloading is the domain owner's choice, not ours
]
