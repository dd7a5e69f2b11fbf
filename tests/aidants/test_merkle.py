"""The tree: vectors of the Certificate Transparency reference implementation, and readers that others wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion
from sigstore.errors import VerificationError

from aidants.journal import merkle
from tests.aidants.leaves import accepted_by_sigstore, reader, root_of_leaves

# transparency-dev/merkle, proof/verify_test.go: the leaves and roots of certificate-transparency's reference.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSION = [
    (0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip
CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
    (6, 7, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
]  # fmt: skip


READ = reader(LEAVES)


@pytest.mark.spec("RFC 6962", "2.1")
def test_roots_are_those_of_the_reference() -> None:
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in enumerate(ROOTS, start=1):
        assert root_of_leaves(map(merkle.leaf_hash, LEAVES[:size])) == root
        assert merkle.range_root(READ, 0, size) == root


@pytest.mark.spec("RFC 6962", "2.1.1")
@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(index: int, size: int, proof: list[str]) -> None:
    made = merkle.inclusion_proof(READ, index, size)
    assert [item.hex() for item in made] == proof
    assert merkle.verify_inclusion(index, size, merkle.leaf_hash(LEAVES[index]), made, ROOTS[size - 1])


@pytest.mark.spec("RFC 6962", "2.1.2")
@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(old: int, size: int, proof: list[str]) -> None:
    made = merkle.consistency_proof(READ, old, size)
    assert [item.hex() for item in made] == proof
    assert merkle.verify_consistency(old, size, ROOTS[old - 1], ROOTS[size - 1], made)


def _flipped(proof: list[bytes]) -> list[list[bytes]]:
    """Return the proof with one bit changed, a hash missing, one too many, in each place."""
    changed = [[*proof[:at], bytes([proof[at][0] ^ 8]) + proof[at][1:], *proof[at + 1 :]] for at in range(len(proof))]
    return [*changed, proof[:-1], proof[1:], [*proof, ROOTS[0]], [ROOTS[0], *proof], [*proof, b""]]


@pytest.mark.parametrize(("index", "size", "_proof"), INCLUSION)
def test_a_spoilt_inclusion_proof_is_refused(index: int, size: int, _proof: list[str]) -> None:
    leaf, root = merkle.leaf_hash(LEAVES[index]), ROOTS[size - 1]
    proof = merkle.inclusion_proof(READ, index, size)
    for spoilt in _flipped(proof):
        assert not merkle.verify_inclusion(index, size, leaf, spoilt, root)
    for place, width in (
        (index - 1, size),
        (index + 1, size),
        (index ^ 2, size),
        (index, size * 2),
        (index, size // 2),
    ):
        assert not merkle.verify_inclusion(place, width, leaf, proof, root)
    assert not merkle.verify_inclusion(index, size, root, proof, leaf)


@pytest.mark.parametrize(("old", "size", "_proof"), CONSISTENCY[1:])
def test_a_spoilt_consistency_proof_is_refused(old: int, size: int, _proof: list[str]) -> None:
    first, second = ROOTS[old - 1], ROOTS[size - 1]
    proof = merkle.consistency_proof(READ, old, size)
    for spoilt in _flipped(proof):
        assert not merkle.verify_consistency(old, size, first, second, spoilt)
    for older, newer in ((old - 1, size), (old + 1, size), (old ^ 2, size), (old, size * 2), (old, size // 2)):
        assert not merkle.verify_consistency(older, newer, first, second, proof)
    assert not merkle.verify_consistency(old, size, second, first, proof)


def test_every_proof_of_small_trees_convinces_pymerkle_and_sigstore() -> None:
    leaves = [bytes([number]) * 32 for number in range(40)]
    read = reader(leaves)
    tree = InmemoryTree(algorithm="sha256")
    for size, data in enumerate(leaves, start=1):
        tree.append_entry(data)
        root = merkle.range_root(read, 0, size)
        assert tree.get_root() == root
        for index in range(size):
            proof = merkle.inclusion_proof(read, index, size)
            accepted_by_sigstore(index, size, leaves[index], proof, root)
            assert [*tree.prove_inclusion(index + 1).path[1:]] == proof
            assert merkle.verify_inclusion(index, size, merkle.leaf_hash(leaves[index]), proof, root)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(read, old, size)
            assert merkle.verify_consistency(old, size, tree.get_root(old), root, proof)
            verify_consistency(tree.get_root(old), root, tree.prove_consistency(old, size))
        verify_inclusion(tree.get_leaf(size), root, tree.prove_inclusion(size))


def test_sigstore_refuses_what_we_refuse() -> None:
    proof = merkle.inclusion_proof(READ, 3, 8)
    with pytest.raises(VerificationError):
        accepted_by_sigstore(3, 8, b"another", proof, ROOTS[7])


@given(size=st.integers(1, 70_000), data=st.data())
def test_tiles_give_the_nodes_of_the_tree(size: int, data: st.DataObject) -> None:
    tiles = merkle.TileTree(size, _numbered_tile)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = merkle.range_root(tiles.node, 0, size)
    proof = merkle.inclusion_proof(tiles.node, index, size)
    assert merkle.verify_inclusion(index, size, tiles.hashes(0, index // 256)[index % 256], proof, root)
    proof = merkle.consistency_proof(tiles.node, old, size)
    assert merkle.verify_consistency(old, size, merkle.range_root(tiles.node, 0, old), root, proof)


_KNOWN: dict[tuple[int, int], bytes] = {}


def _numbered_tile(level: int, number: int, width: int) -> list[bytes]:
    """Return a tile of the tree whose leaves are the numbers, each hash computed once."""
    return [_numbered_node(level, number * 256 + at) for at in range(width)]


def _numbered_node(level: int, index: int) -> bytes:
    if (level, index) not in _KNOWN:
        below = [_numbered_node(level - 1, index * 256 + at) for at in range(256)] if level else []
        _KNOWN[level, index] = merkle.full_root(below) if level else merkle.leaf_hash(str(index).encode())
    return _KNOWN[level, index]


@pytest.mark.spec("C2SP tlog-tiles", "Merkle Tree")
def test_tiles_of_seventy_thousand_leaves_are_those_of_the_specification() -> None:
    assert merkle.tile_width(0, 272, 70_000) == 256
    assert merkle.tile_width(0, 273, 70_000) == 112
    assert merkle.tile_width(0, 274, 70_000) == 0
    assert [merkle.tile_width(1, number, 70_000) for number in (0, 1, 2)] == [256, 17, 0]
    assert [merkle.tile_width(2, number, 70_000) for number in (0, 1)] == [1, 0]
    assert [merkle.tile_width(1, 0, 256), merkle.tile_width(0, 0, 256)] == [1, 256]


@pytest.mark.spec("C2SP tlog-tiles", "Merkle Tree")
@pytest.mark.parametrize(
    ("number", "width", "path"),
    [(0, 256, "000"), (1234067, 256, "x001/x234/067"), (5, 12, "005.p/12"), (1000, 255, "x001/000.p/255")],
)
def test_addresses_of_tiles(number: int, width: int, path: str) -> None:
    assert merkle.tile_path(number, width) == path
    assert merkle.parse_tile_path(path) == (number, width)


@pytest.mark.parametrize(
    "path",
    ["", "0", "00", "x000/000", "1234", "001/000", "x001/x000", "000.p/0", "000.p/256", "000.p/012", "000.p/", "٠٠٠",
     "000.p/1.p/2", "-01", "000/", "x001//000", "00x"],
)  # fmt: skip
def test_other_addresses_are_refused(path: str) -> None:
    assert merkle.parse_tile_path(path) is None


def test_an_edge_continues_where_it_was_kept() -> None:
    edge = merkle.edge_at(READ, 5)
    for data in LEAVES[5:]:
        edge.append(merkle.leaf_hash(data))
    assert edge.root() == ROOTS[7]
    with pytest.raises(ValueError, match="one hash a bit"):
        merkle.Edge(3, [ROOTS[0]])
