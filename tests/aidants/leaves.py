"""The root over leaves that are all at hand: the service only ever has the right edge of its tree."""

from collections.abc import Iterable

from aidants.journal.merkle import Edge


def root_of_leaves(hashes: Iterable[bytes]) -> bytes:
    """Return the Merkle Tree Hash of leaf hashes in order (RFC 6962 §2.1)."""
    edge = Edge()
    for item in hashes:
        edge.append(item)
    return edge.root()
