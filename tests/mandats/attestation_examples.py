"""A throwaway key, and the golden files with the public key that signed them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

GOLDEN = Path(__file__).parent.parent / "golden"


@cache
def throwaway() -> tuple[ECKey, str, dict[str, Any]]:
    """Return a private key, its name, and the JWK Set that publishes it."""
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()[:16]
    return key, kid, {"keys": [dict(key.as_dict(private=False)) | {"kid": kid, "use": "sig", "alg": "ES256"}]}


def golden_keys() -> dict[str, Any]:
    """Return the JWK Set of the golden files; the private key was thrown away."""
    keys: dict[str, Any] = json.loads((GOLDEN / "acte-v1.jwks.json").read_text())
    return keys


def golden(name: str) -> str:
    """Return a golden text without its final newline."""
    return (GOLDEN / name).read_text().rstrip("\n")
