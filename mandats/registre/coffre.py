"""What the register seals while a brouillon lives, and the digests it keeps instead of secrets."""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings

from aidants.domain.vault import keyed_digest, seal, unseal
from mandats.domain.identite import Identite
from mandats.registre.models import Brouillon


@dataclass(frozen=True, slots=True)
class FrozenTexts:
    """The exact text and summary shown to the usager, and their SHA-256 in hex."""

    text: str
    summary: str
    text_sha256: str
    summary_sha256: str


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def freeze_texts(text: str, summary: str) -> FrozenTexts:
    """Bind a text and its summary to their digests (UTF-8 bytes)."""
    return FrozenTexts(text, summary, sha256_hex(text.encode()), sha256_hex(summary.encode()))


def seal_identity(identite: Identite) -> bytes:
    """Seal an identity for a brouillon."""
    return seal(identite.to_bytes(), settings.VAULT_KEYS)


def identity_of(brouillon: Brouillon) -> Identite | None:
    """Return the identity that a brouillon holds, if any."""
    if brouillon.identity_sealed is None:
        return None
    return Identite.from_bytes(unseal(bytes(brouillon.identity_sealed), settings.VAULT_KEYS))


def seal_texts(texts: FrozenTexts) -> bytes:
    """Seal the frozen texts: they name the usager."""
    return seal(json.dumps([texts.text, texts.summary]).encode(), settings.VAULT_KEYS)


def texts_of(brouillon: Brouillon) -> FrozenTexts | None:
    """Return the frozen texts of a brouillon, if any."""
    if brouillon.frozen_sealed is None:
        return None
    text, summary = json.loads(unseal(bytes(brouillon.frozen_sealed), settings.VAULT_KEYS))
    return FrozenTexts(text, summary, brouillon.text_sha256, brouillon.summary_sha256)


def secret_digest(purpose: str, value: str) -> str:
    """Return the keyed digest of a code or of a foreign identifier, under the service's key."""
    return keyed_digest(settings.DIGEST_KEY, purpose, value)
