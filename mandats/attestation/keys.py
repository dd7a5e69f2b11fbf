"""The one table of signing keys: which signs now, which are published.

Private keys are sealed in the vault; unsealed and parsed once a process.  Never signs anything.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.db import connection, models
from joserfc.jwk import ECKey, RSAKey

from aidants.domain.vault import seal, unseal

CACHE_SECONDS: Final = 5.0
_RSA_BITS: Final = 2048
_KID_LENGTH: Final = 16


class SigningKey(models.Model):
    """One key pair.  It signs from ``activated_at`` until a newer one of its kind or ``retired_at``.

    It is published as soon as it exists.  A key for OIDC leaves the publication at ``retired_at``: its
    tokens are dead by then.  A key for actes never leaves it: actes verify for ever.
    """

    kid = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=8)
    alg = models.CharField(max_length=8)
    private_sealed = models.BinaryField()
    public_jwk = models.JSONField()
    activated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "mandats"
        db_table = "signing_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(purpose="oidc", alg__in=("ES256", "RS256")) | models.Q(purpose="acte", alg="ES256"),
                name="signing_key_purpose_alg",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) | models.Q(retired_at__gte=models.F("activated_at")),
                name="signing_key_retired_later",
            ),
        )

    def __str__(self) -> str:
        return self.kid


class NoActiveKey(LookupError):
    """No key of this purpose and algorithm signs at this moment: the service was not set up."""


@dataclass(frozen=True, slots=True)
class ActiveKey:
    """A private key ready to sign with, and the name under which it is published."""

    kid: str
    alg: str
    key: ECKey | RSAKey

    @property
    def ec(self) -> ECKey:
        """The key, for ES256.  Raises TypeError for an RSA key."""
        if not isinstance(self.key, ECKey):
            raise TypeError(f"{self.kid} is not an EC key")
        return self.key


_rows: dict[str, tuple[float, list[SigningKey]]] = {}


def _all_keys() -> list[SigningKey]:
    """Return every key, newest first, at most ``CACHE_SECONDS`` old.

    What is read inside a transaction is not kept: it may never be committed.
    """
    database = str(connection.settings_dict["NAME"])
    deadline, rows = _rows.get(database, (0.0, []))
    if monotonic() >= deadline:
        rows = list(SigningKey.objects.order_by("-activated_at", "kid"))
        if rows and not connection.in_atomic_block:
            _rows[database] = (monotonic() + CACHE_SECONDS, rows)
    return rows


@lru_cache(maxsize=64)
def _parsed(kid: str, alg: str, sealed: bytes) -> ActiveKey:
    private = json.loads(unseal(sealed, settings.VAULT_KEYS))
    kind = RSAKey if alg == "RS256" else ECKey
    return ActiveKey(kid, alg, kind.import_key(private))


def forget_keys() -> None:
    """Read the table again at the next question; for tests, and after keys were changed by hand."""
    _rows.clear()


def active_key(purpose: str, alg: str, now: datetime) -> ActiveKey:
    """Return the key that signs at ``now``: the newest one activated, not retired.

    Raises :class:`NoActiveKey`.
    """
    for row in _all_keys():
        retired = row.retired_at is not None and row.retired_at <= now
        if (row.purpose, row.alg) == (purpose, alg) and row.activated_at <= now and not retired:
            return _parsed(row.kid, row.alg, bytes(row.private_sealed))
    raise NoActiveKey(f"no key for {purpose} {alg}")


def published_keys(now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the JWK Set (RFC 7517 §5) to publish at ``now``, newest first, keys to come included."""
    return {
        "keys": [
            dict(row.public_jwk)
            for row in _all_keys()
            if row.purpose == "acte" or row.retired_at is None or row.retired_at > now
        ]
    }


def create_key(purpose: str, alg: str, now: datetime, *, activated_at: datetime | None = None) -> SigningKey:
    """Draw, seal and store a key that signs from ``activated_at`` (``now`` if not given).

    The key's name is the start of its thumbprint (RFC 7638).  ES256 for ``acte``; ES256 or RS256 for
    ``oidc`` (the constraint refuses the rest).
    """
    pair: ECKey | RSAKey = RSAKey.generate_key(_RSA_BITS) if alg == "RS256" else ECKey.generate_key("P-256")
    kid = pair.thumbprint()[:_KID_LENGTH]
    public = dict(pair.as_dict(private=False)) | {"kid": kid, "use": "sig", "alg": alg}
    row = SigningKey.objects.create(
        kid=kid,
        purpose=purpose,
        alg=alg,
        private_sealed=seal(json.dumps(pair.as_dict(private=True)).encode(), settings.VAULT_KEYS),
        public_jwk=public,
        activated_at=activated_at or now,
    )
    forget_keys()
    return row
