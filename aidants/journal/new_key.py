"""``python -m aidants.journal.new_key NAME [--witness]``: makes the key of a journal, or of a witness.

Prints two lines: the private key, to keep secret, and the public one, to hand to auditors and witnesses.
"""

import argparse
import secrets
import sys

from aidants.journal.notes import COSIGNATURE, ED25519, Signer


def fresh_key(name: str, *, witness: bool) -> Signer:
    """Return a key drawn now: a journal's, or a witness's."""
    return Signer(name, COSIGNATURE if witness else ED25519, secrets.token_bytes(32))


def main(arguments: list[str] | None = None) -> int:
    """Print a fresh key pair; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aidants.journal.new_key", description=__doc__)
    parser.add_argument("name", help="of the journal: its address without https://; of a witness: one of its own")
    parser.add_argument("--witness", action="store_true", help="a key that cosigns checkpoints")
    options = parser.parse_args(arguments)
    if not options.name or "+" in options.name or any(letter.isspace() for letter in options.name):
        parser.error("a name has neither spaces nor +")
    signer = fresh_key(options.name, witness=options.witness)
    sys.stdout.write(f"{signer.private_text()}\n{signer.verifier}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
