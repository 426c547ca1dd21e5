"""Proofs of the tree: every one of every tree up to 300 leaves holds, and no altered one does."""

import random

from sync import tiles, tree
from sync.tiles import Tile

SIZE = 300
LEAVES = [tree.leaf_hash(f"lá {i}".encode()) for i in range(SIZE)]
NODES = tree.list_nodes(LEAVES)
ROOTS = [tree.root(NODES, size) for size in range(SIZE + 1)]


def flip(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit turned."""
    return bytes(byte ^ (1 << bit % 8 if i == bit // 8 else 0) for i, byte in enumerate(data))


def naive_root(hashes: list[bytes]) -> bytes:
    """Return the root by the words of RFC 6962 §2.1 alone."""
    if len(hashes) == 1:
        return hashes[0]
    split = max(1 << bit for bit in range(9) if 1 << bit < len(hashes))
    return tree.node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def test_every_leaf_of_every_tree_up_to_300_is_proven_and_in_no_other_place() -> None:
    chance = random.Random(300)
    for size in range(1, SIZE + 1):
        for index in range(size):
            path = tree.inclusion(NODES, index, size)
            assert tree.verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])
            assert not tree.verify_inclusion(LEAVES[index], index ^ 1, size, path, ROOTS[size])
            if path:
                at = chance.randrange(len(path))
                bad = [flip(step, chance.randrange(256)) if i == at else step for i, step in enumerate(path)]
                assert not tree.verify_inclusion(LEAVES[index], index, size, bad, ROOTS[size])


def test_every_growth_up_to_300_is_proven_and_no_other_one() -> None:
    chance = random.Random(301)
    for new in range(SIZE + 1):
        for old in range(new + 1):
            proof = tree.consistency(NODES, old, new)
            assert tree.verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
            root = flip(ROOTS[old], chance.randrange(256))
            assert not tree.verify_consistency(old, new, proof, root, ROOTS[new])
            if proof:
                at = chance.randrange(len(proof))
                bad = [flip(step, chance.randrange(256)) if i == at else step for i, step in enumerate(proof)]
                assert not tree.verify_consistency(old, new, bad, ROOTS[old], ROOTS[new])


def test_no_single_bit_of_a_proof_may_be_another() -> None:
    for size in (1, 2, 5, 8, 13):
        for index in range(size):
            path = tree.inclusion(NODES, index, size)
            for bit in range(256):
                assert not tree.verify_inclusion(flip(LEAVES[index], bit), index, size, path, ROOTS[size])
                assert not tree.verify_inclusion(LEAVES[index], index, size, path, flip(ROOTS[size], bit))
                for at in range(len(path)):
                    bad = [*path[:at], flip(path[at], bit), *path[at + 1 :]]
                    assert not tree.verify_inclusion(LEAVES[index], index, size, bad, ROOTS[size])


def test_no_single_bit_of_a_growth_may_be_another() -> None:
    for old, new in ((1, 2), (3, 7), (4, 7), (6, 8), (7, 13)):
        proof = tree.consistency(NODES, old, new)
        for bit in range(256):
            assert not tree.verify_consistency(old, new, proof, flip(ROOTS[old], bit), ROOTS[new])
            assert not tree.verify_consistency(old, new, proof, ROOTS[old], flip(ROOTS[new], bit))
            for at in range(len(proof)):
                bad = [*proof[:at], flip(proof[at], bit), *proof[at + 1 :]]
                assert not tree.verify_consistency(old, new, bad, ROOTS[old], ROOTS[new])


def test_a_root_is_what_the_words_of_the_rfc_give() -> None:
    assert all(naive_root(LEAVES[:size]) == ROOTS[size] for size in range(1, SIZE + 1))


def test_the_tiles_of_a_tree_give_the_same_roots_however_it_grew() -> None:
    size = 70_000  # two levels of tiles, a third begun
    leaves = [tree.leaf_hash(i.to_bytes(4, "big")) for i in range(size)]
    files: dict[Tile, bytes] = {}
    before = 0
    for grown in (1, 255, 256, 257, 1000, 65_535, 65_536, size):
        for tile in tiles.new_tiles(before, grown):
            files[tile] = tiles.make_tile(tile, lambda at, count: leaves[at : at + count], files.__getitem__)
        before = grown
        assert tree.root(tiles.tile_nodes(files.__getitem__, grown), grown) == tree.root(
            tree.list_nodes(leaves), grown
        )
    assert set(tiles.new_tiles(0, size)) <= files.keys()


def test_a_path_names_one_tile_and_a_tile_one_path() -> None:
    named = {
        (0, 0, 256): "0/000",
        (0, 1_234_067, 8): "0/x001/x234/067.p/8",
        (5, 999, 255): "5/999.p/255",
        (tiles.ENTRIES, 1000, 256): "entries/x001/000",
    }
    for tile, path in named.items():
        assert tiles.tile_path(tile) == path
        assert tiles.parse_path(path) == tile
    wrong = (
        "", "0", "0/0", "0/00", "6/000", "-1/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/x000/001",
        "0/001/002", "0/000/", "/0/000", "0/x001", "entries/000.p/", "0/..", "0/٠٠٠", "0/x001/x234/x067",
    )  # fmt: skip
    assert [path for path in wrong if tiles.parse_path(path) is not None] == []


def test_leaves_come_out_of_a_bundle_as_they_went_in() -> None:
    leaves = [b"", b"a", bytes(65_535)]
    packed = tiles.pack_entries(leaves)
    assert tiles.unpack_entries(packed) == leaves
    assert tiles.unpack_entries(packed[:-1]) is None
    assert tiles.unpack_entries(b"\x00") is None
