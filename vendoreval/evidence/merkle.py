"""Merkle trees of RFC 6962 / RFC 9162: one hash commits to a list, and single items can be proven.

    leaf hash   SHA-256(0x00 || data)
    node hash   SHA-256(0x01 || left || right)
    empty tree  SHA-256("")

A tree of n leaves splits at the largest power of two below n. Building bottom up, this means that a
node without a right neighbour moves up unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf; its prefix keeps a leaf from ever passing for a node."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node over its two children."""
    return hashlib.sha256(_NODE + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over `leaves` (the data, not their hashes)."""
    return Tree(leaves).root


class Tree:
    """A tree over leaf data that is kept in memory to give any number of proofs."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [[leaf_hash(data) for data in leaves]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_parents(self._levels[-1]))

    def __len__(self) -> int:
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        top = self._levels[-1]
        return top[0] if top else hashlib.sha256(b"").digest()

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """The neighbours on the way from leaf `index` to the root; IndexError outside the tree."""
        if not 0 <= index < len(self):
            raise IndexError(f"leaf {index} of {len(self)}")
        proof = []
        for level in self._levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                proof.append(level[neighbour])
            index >>= 1
        return tuple(proof)

    def subset_proof(self, indices: Collection[int]) -> tuple[bytes, ...]:
        """The hashes that lead from all leaves at `indices` together to the root, each of them once.

        Level by level from the leaves, in each level from left to right: the neighbours of known nodes
        that are not known themselves. Empty when every leaf is opened. IndexError outside the tree.
        """
        known = sorted(set(indices))
        if known and not 0 <= known[0] <= known[-1] < len(self):
            raise IndexError(f"leaves {known[0]} to {known[-1]} of {len(self)}")
        proof = []
        for level in self._levels[:-1]:
            here = set(known)
            proof += [level[n ^ 1] for n in known if n ^ 1 < len(level) and n ^ 1 not in here]
            known = sorted({node >> 1 for node in known})
        return tuple(proof)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` (its data) stands at `index` in the tree of `size` leaves under `root`.

    RFC 9162 §2.1.3.2; `node` is our node's index on the level reached, `last` that of the level's
    last node.
    """
    if not 0 <= index < size:
        return False
    node, last, reached = index, size - 1, leaf_hash(leaf)
    for neighbour in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached = node_hash(neighbour, reached)
            while not node & 1 and node:  # moved up unchanged: no neighbour on these levels
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, neighbour)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == root


def verify_subset(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether all of `leaves` (index -> data) stand in the tree of `size` leaves under `root`.

    `proof` is that of `Tree.subset_proof`; one that is longer than needed does not pass.
    """
    if not leaves or not all(0 <= index < size for index in leaves):
        return False
    known = {index: leaf_hash(data) for index, data in sorted(leaves.items())}
    given, width = iter(proof), size
    try:
        while width > 1:
            above: dict[int, bytes] = {}
            for node, own in known.items():
                if node >> 1 in above:
                    continue
                if node ^ 1 >= width:  # no neighbour: it moves up unchanged
                    above[node >> 1] = own
                    continue
                other = known[node ^ 1] if node ^ 1 in known else next(given)
                above[node >> 1] = node_hash(other, own) if node & 1 else node_hash(own, other)
            known, width = above, (width + 1) >> 1
    except StopIteration:
        return False
    return next(given, None) is None and known[0] == root


def _parents(level: list[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(_NODE + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above
