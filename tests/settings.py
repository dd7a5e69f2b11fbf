"""The service's settings as the tests load them: the same file, a fixed environment, stricter templates.

Never weakens a check: what differs from `deploy/settings.py` is told below, line by line.
"""

import os

from tests.environment import SETTINGS
from tests.undefined import UndefinedVariable

for name in (
    "MANDATS_DEMO",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "STATIC_MANIFEST",
    "BEHIND_PROXY",
):
    os.environ.pop(name, None)
os.environ.update(SETTINGS)

from deploy.settings import *  # noqa: E402, F403 -- the environment comes first, and every setting is taken
from deploy.settings import DATABASES, TEMPLATES  # noqa: E402 -- the same

# An undefined variable in one of our templates fails the test that renders it.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable()  # type: ignore[index]

# Argon2 at its least cost: the algorithm stays, the wait goes.
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]

# Static files are looked for when one is asked: a client of each test would else read them all at its first page.
WHITENOISE_AUTOREFRESH = True

# The fixture `django_db_setup` says which database; a test that asks for none meets this name.
DATABASES["default"]["NAME"] = "none-asked-for"
