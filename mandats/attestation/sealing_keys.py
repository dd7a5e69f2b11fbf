"""The one table of certificates: what seals now, whom the seals and the time-stamps come from, for ever.

Private keys are sealed in the vault.  A row never leaves: papers outlive the certificate that sealed
them, and whoever verifies one needs its root.  Never seals anything.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from django.conf import settings
from django.db import models

from aidants.domain.vault import seal, unseal
from mandats.attestation.certificates import Sealer, fingerprint, read_pem, write_pem

AUTHORITY: Final = "autorite"
SEAL: Final = "sceau"
TIMESTAMPS: Final = "horodatage"


class Certificat(models.Model):
    """A certificate and its chain (PEM, root last): an authority of seals, a seal, or an authority of time-stamps.

    A seal serves from ``activated_at`` until a newer one, ``retired_at`` or ``expires_at``.  Of an
    authority of time-stamps we hold the roots alone, without key.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=16)
    chain = models.TextField()
    private_sealed = models.BinaryField(null=True)
    activated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "mandats"
        db_table = "certificat"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(purpose__in=(AUTHORITY, SEAL), private_sealed__isnull=False)
                | models.Q(purpose=TIMESTAMPS, private_sealed__isnull=True),
                name="certificat_key_by_purpose",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.fingerprint[:16]}"


class NoSeal(LookupError):
    """Nothing seals at this moment: the service was not set up, or its certificate has expired."""


@lru_cache(maxsize=8)
def _opened(private_sealed: bytes, chain: str) -> Sealer:
    return Sealer(unseal(private_sealed, settings.VAULT_KEYS), chain)


def standing(purpose: str, now: datetime) -> Certificat | None:
    """Return the newest certificate of a purpose that serves at ``now``."""
    rows = Certificat.objects.filter(purpose=purpose, activated_at__lte=now, expires_at__gt=now)
    rows = rows.filter(models.Q(retired_at__isnull=True) | models.Q(retired_at__gt=now))
    return rows.order_by("-activated_at", "fingerprint").first()


def active_sealer(now: datetime) -> Sealer:
    """Return what seals at ``now``.  Raises :class:`NoSeal`."""
    row = standing(SEAL, now)
    if row is None:
        raise NoSeal(SEAL)
    return opened(row)


def opened(row: Certificat) -> Sealer:
    """Return the key and chain of a certificate of ours.  Raises ``Unsealable``."""
    return _opened(bytes(row.private_sealed or b""), row.chain)


def keep_sealer(purpose: str, sealer: Sealer, activated_at: datetime) -> Certificat:
    """Store an authority of ours or a seal, its key sealed in the vault."""
    own = sealer.certificates[0]
    return Certificat.objects.create(
        fingerprint=fingerprint(own),
        purpose=purpose,
        chain=sealer.chain,
        private_sealed=seal(sealer.private, settings.VAULT_KEYS),
        activated_at=activated_at,
        expires_at=own.not_valid_after_utc,
    )


def trust_timestamps(pem: str, now: datetime) -> list[Certificat]:
    """Believe, from now on, the time-stamps under these roots.  Raises ``CertificateRefused``."""
    return [
        Certificat.objects.get_or_create(
            fingerprint=fingerprint(root),
            defaults={
                "purpose": TIMESTAMPS,
                "chain": write_pem([root]),
                "activated_at": now,
                "expires_at": root.not_valid_after_utc,
            },
        )[0]
        for root in read_pem(pem)
    ]


def timestamp_roots() -> list[x509.Certificate]:
    """Return every root of time-stamps that was ever believed."""
    rows = Certificat.objects.filter(purpose=TIMESTAMPS).order_by("activated_at", "fingerprint")
    return [read_pem(chain)[0] for chain in rows.values_list("chain", flat=True)]


def published_certificates() -> dict[str, list[str]]:
    """Return the roots (PEM) that verify every paper for ever: of the seals, and of their time-stamps."""
    rows = Certificat.objects.filter(purpose__in=(SEAL, TIMESTAMPS)).order_by("activated_at", "fingerprint")
    found: dict[str, list[str]] = {SEAL: [], TIMESTAMPS: []}
    for purpose, chain in rows.values_list("purpose", "chain"):
        root = write_pem(read_pem(chain)[-1:])
        if root not in found[purpose]:
            found[purpose].append(root)
    return found
