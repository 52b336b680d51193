"""The Merkle tree against the Certificate Transparency vectors and the recursive text of RFC 6962."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.evidence.merkle import Tree, leaf_hash, node_hash, root, verify_inclusion

# The eight inputs and the roots of their first n that the reference implementations of Certificate
# Transparency are tested with.
_CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
_CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _by_the_rfc(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = _by_the_rfc(leaves[:split]), _by_the_rfc(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(9))
def test_certificate_transparency_roots(size: int) -> None:
    assert root(_CT_LEAVES[:size]).hex() == _CT_ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=80))
def test_roots_equal_the_rfc_recursion(leaves: list[bytes]) -> None:
    assert root(leaves) == _by_the_rfc(leaves)


def test_all_proofs_up_to_65_leaves_hold_and_fit_nowhere_else() -> None:
    for size in range(1, 66):
        leaves = [number.to_bytes(2, "big") for number in range(size)]
        tree = Tree(leaves)
        for index, leaf in enumerate(leaves):
            proof = tree.inclusion_proof(index)
            assert len(proof) <= (size - 1).bit_length()
            assert verify_inclusion(leaf, index, size, proof, tree.root)
            other = (index + 1) % size
            assert size == 1 or not verify_inclusion(leaf, other, size, proof, tree.root)
            assert not verify_inclusion(leaf + b"x", index, size, proof, tree.root)
            assert not verify_inclusion(leaf, index, size, (*proof, tree.root), tree.root)
            assert size == 1 or not verify_inclusion(leaf, index, size, proof[:-1], tree.root)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_a_changed_proof_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    tree = Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = list(tree.inclusion_proof(index))
    step = data.draw(st.integers(0, len(proof) - 1))
    proof[step] = bytes([proof[step][0] ^ 1]) + proof[step][1:]
    assert not verify_inclusion(leaves[index], index, len(leaves), proof, tree.root)


def test_places_outside_the_tree() -> None:
    tree = Tree([b"a", b"b"])
    for index in (-1, 2):
        assert not verify_inclusion(b"a", index, 2, tree.inclusion_proof(0), tree.root)
        with pytest.raises(IndexError):
            tree.inclusion_proof(index)


def test_a_node_never_passes_for_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) == root([b"a", b"b"])
    assert root([left + right]) != root([b"a", b"b"])


@pytest.mark.slow
def test_a_million_leaves_take_about_a_second() -> None:
    leaves = [number.to_bytes(40, "big") for number in range(1_000_000)]
    started = time.process_time()
    root(leaves)
    assert time.process_time() - started < 10  # a machine that does other things; quadratic would take hours
