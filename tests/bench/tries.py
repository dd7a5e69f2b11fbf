"""Sign-in tries from many addresses, through the front door: what each costs, and whether the rightful person enters.

Each try is a whole request of Django's test client, from an address of its own, with all three limits of the service.
The hash of a wrong password is a cheap one here: its cost is the service's to bear, not what is looked at.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.test import Client, override_settings

from aidants.comptes.models import Compte
from tests import builders
from tests.bench.figures import Figure, milliseconds

TRIES = 10_000
# Nobody collected the static files of a run that serves none.
_PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def cheap_hashes() -> AbstractContextManager[object]:
    """Hash passwords at no cost until the end of the block; make accounts inside it."""
    return override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


class Besieger(Client):
    """A browser that forgets each answer, templates and cookies: each try is a stranger's first."""

    def request(self, **request: Any) -> Any:
        """Hand the request to the service."""
        return self.handler(self._base_environ(**request))  # type: ignore[attr-defined]  # Django's own, untyped


def attempt(browser: Client, email: str, address: str, password: str, code: str) -> int:
    """Return the status of one try through the sign-in page."""
    given = {"email": email, "password": password, "code": code}
    return int(browser.post("/connexion", given, REMOTE_ADDR=address).status_code)


def assail(email: str, tries: int) -> set[int]:
    """Try that many wrong passwords, each from an address of its own; return the statuses met."""
    addresses = (f"198.{18 + n // 65536}.{n // 256 % 256}.{n % 256}" for n in range(tries))
    browser = Besieger()
    return {attempt(browser, email, address, f"wrong {rank}", "000000") for rank, address in enumerate(addresses)}


def enters(who: Compte) -> bool:
    """Tell whether the rightful person signs in, from an address that tried nothing."""
    return attempt(Client(), who.email, "203.0.113.9", builders.PASSWORD, builders.totp_code(who)) == 302


def figures(tries: int = TRIES) -> Iterator[Figure]:
    """Yield the time of a try, in milliseconds; raises ``AssertionError`` if the rightful person stays out."""
    with cheap_hashes(), override_settings(STORAGES=_PLAIN):
        who, began = builders.compte(), time.perf_counter()
        statuses = assail(who.email, tries)
        spent = time.perf_counter() - began
        assert statuses == {403}, f"answered {statuses}"
        assert enters(who), "locked out"
    yield Figure("sign_in_tries", milliseconds(spent / tries), "ms", tries, {"statuses": sorted(statuses)})
