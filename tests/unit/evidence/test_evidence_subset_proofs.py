"""Proofs of several leaves at once, held against the single proofs of RFC 6962."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.evidence.merkle import Tree, verify_inclusion, verify_subset


def leaves_of(size: int) -> list[bytes]:
    return [bytes([k]) for k in range(size)]


@pytest.mark.parametrize("size", range(1, 10))
def test_every_subset_is_proven_and_nothing_else(size: int) -> None:
    data = leaves_of(size)
    tree = Tree(data)
    for count in range(1, size + 1):
        for chosen in combinations(range(size), count):
            proof = tree.subset_proof(chosen)
            opened = {index: data[index] for index in chosen}
            assert verify_subset(opened, size, proof, tree.root)
            assert not verify_subset({**opened, chosen[0]: b"other"}, size, proof, tree.root)
            assert not verify_subset(opened, size, (*proof, b"\x00" * 32), tree.root)
            if proof:
                assert not verify_subset(opened, size, proof[:-1], tree.root)


@given(st.integers(1, 200), st.data())
def test_one_leaf_has_the_proof_of_rfc_6962(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf = leaves_of(256)[index]
    tree = Tree(leaves_of(size))
    assert tree.subset_proof([index]) == tree.inclusion_proof(index)
    assert verify_inclusion(leaf, index, size, tree.subset_proof([index]), tree.root)


def test_all_leaves_need_no_further_hash() -> None:
    tree = Tree(leaves_of(37))
    assert tree.subset_proof(range(37)) == ()
    assert verify_subset(dict(enumerate(leaves_of(37))), 37, (), tree.root)


def test_a_place_outside_the_tree_is_refused() -> None:
    tree = Tree(leaves_of(5))
    with pytest.raises(IndexError):
        tree.subset_proof([5])
    assert not verify_subset({5: b"x"}, 5, (), tree.root)
    assert not verify_subset({}, 5, (tree.root,), tree.root)
