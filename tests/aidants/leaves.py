"""The root over leaves that are all at hand: the service only ever has the right edge of its tree."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

from sigstore._internal.merkle import verify_merkle_inclusion

from aidants.journal import merkle
from aidants.journal.merkle import Edge


def root_of_leaves(hashes: Iterable[bytes]) -> bytes:
    """Return the Merkle Tree Hash of leaf hashes in order (RFC 6962 §2.1)."""
    edge = Edge()
    for item in hashes:
        edge.append(item)
    return edge.root()


def reader(leaves: list[bytes]) -> merkle.ReadNode:
    """Return a reader of nodes over data kept in memory."""
    hashes = [merkle.leaf_hash(data) for data in leaves]

    def read(level: int, index: int) -> bytes:
        return merkle.full_root(hashes[index << level : (index + 1) << level])

    return read


def accepted_by_sigstore(index: int, size: int, data: bytes, proof: list[bytes], root: bytes) -> None:
    """Hand an inclusion proof to sigstore's verifier, which raises when it does not hold."""
    given_proof = SimpleNamespace(log_index=index, tree_size=size, hashes=proof, root_hash=root)
    entry = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=given_proof, canonicalized_body=data))
    verify_merkle_inclusion(cast("Any", entry))
