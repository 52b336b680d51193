"""One-to-one assignment of delivered units to gold units, for all types with several units an item.

The sum of similarities is the largest possible; among such assignments the one with the fewest errors, then
the one with the most pairs is taken. What is still equal is decided by the order in which units are numbered,
so callers number them by content. Labels play no other part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_EXACT = 2**52  # whole numbers up to here are exact in the solvers
_ROUNDS = 10  # in which the certain pairs are taken away; what is left is solved
_DENSE = 4_000_000  # cells of a matrix; larger components are solved as sparse ones


def assign(expected: Ints, delivered: Ints, similarity: Ints, same: Mask) -> Ints:
    """Positions of the pairs that are matched, ascending.

    A pair is allowed to match `expected[i]` with `delivered[i]`, each a unit's number, at a similarity in whole
    billionths, not negative; `same` says whether their labels agree. No pair stands there twice.
    """
    chosen, open_ = _certain(expected, delivered, similarity)
    if len(open_):
        rest = _by_component(expected[open_], delivered[open_], similarity[open_], same[open_])
        chosen = np.concatenate([chosen, open_[rest]])
    return np.sort(chosen)


def _certain(expected: Ints, delivered: Ints, similarity: Ints) -> tuple[Ints, Ints]:
    """Pairs that are part of every best assignment, and those that are still open.

    A pair whose units have no other is one; so is a pair that outweighs the two best others of its units
    together, for these could not replace it.
    """
    alone = (np.bincount(expected)[expected] == 1) & (np.bincount(delivered)[delivered] == 1)
    found, open_ = [np.flatnonzero(alone)], np.flatnonzero(~alone)
    for _ in range(_ROUNDS):
        if not len(open_):
            break
        e, d, weight = expected[open_], delivered[open_], similarity[open_]
        sure = weight > _best_other(e, weight) + _best_other(d, weight)
        if not sure.any():
            break
        found.append(open_[sure])
        open_ = open_[~(np.isin(e, e[sure]) | np.isin(d, d[sure]))]
    return np.concatenate(found), open_


def _best_other(unit: Ints, weight: Ints) -> Ints:
    """For each pair the largest weight of another pair of the same unit, 0 where there is none."""
    order = np.argsort(unit, kind="stable")
    mine, weights = unit[order], weight[order]
    first = np.r_[True, mine[1:] != mine[:-1]]
    starts, segment = np.flatnonzero(first), np.cumsum(first) - 1
    best = np.maximum.reduceat(weights, starts)[segment]
    at_best = weights == best
    shared = np.add.reduceat(at_best.astype(np.int64), starts)[segment] > 1
    second = np.maximum.reduceat(np.where(at_best, 0, weights), starts)[segment]
    other = np.empty(len(unit), dtype=np.int64)
    other[order] = np.where(at_best & ~shared, second, best)
    return other


def _by_component(expected: Ints, delivered: Ints, similarity: Ints, same: Mask) -> Ints:
    """The best pairs of each connected component of units."""
    left, e = np.unique(expected, return_inverse=True)
    right, d = np.unique(delivered, return_inverse=True)
    units = len(left) + len(right)
    graph = csr_array((np.ones(len(e), dtype=np.int8), (e, d + len(left))), shape=(units, units))
    count, part = connected_components(graph, directed=False)
    e_at, e_size = _places(part[: len(left)], count)
    d_at, d_size = _places(part[len(left) :], count)
    component = part[e].astype(np.int64)
    weight = _weights(similarity, same, component, np.minimum(e_size, d_size))
    twos = ((e_size == 2) & (d_size == 2))[component]
    found = [np.flatnonzero(twos)[_two_by_two(component[twos], e_at[e[twos]], d_at[d[twos]], weight[twos])]]
    rest = np.flatnonzero(~twos)
    rest = rest[np.argsort(component[rest], kind="stable")]
    for pairs in np.split(rest, np.flatnonzero(np.diff(component[rest])) + 1) if len(rest) else ():
        number = component[pairs[0]]
        size = (int(e_size[number]), int(d_size[number]))
        solve = _dense if size[0] * size[1] <= _DENSE else _sparse
        found.append(pairs[solve(e_at[e[pairs]], d_at[d[pairs]], weight[pairs], size)])
    return np.concatenate(found)


def _two_by_two(component: Ints, e: Ints, d: Ints, weight: Ints) -> Ints:
    """The better of the two ways to pair two units with two, of many components at once."""
    numbers, place = np.unique(component, return_inverse=True)
    crossed = (e != d).astype(np.int64)
    sums = np.zeros((len(numbers), 2), dtype=np.int64)
    np.add.at(sums, (place, crossed), weight)
    return np.flatnonzero(crossed == (sums[:, 1] > sums[:, 0])[place])


def _places(part: NDArray[np.int32], count: int) -> tuple[Ints, Ints]:
    """Each unit's number within its component, and the components' sizes."""
    sizes = np.bincount(part, minlength=count)
    order = np.argsort(part, kind="stable")
    place = np.empty(len(part), dtype=np.int64)
    place[order] = np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return place, sizes


def _weights(similarity: Ints, same: Mask, component: Ints, most: Ints) -> Ints:
    """Weights by which fewer errors, then more pairs break ties of the sum, as far as they stay exact.

    A pair saves one error, or two if the labels agree; of a component at most `most` pairs are matched.
    """
    weight, scale = similarity, 2 * most + 1
    for bonus in (1 + same.astype(np.int64), np.ones(len(same), dtype=np.int64)):
        largest = np.zeros(len(most), dtype=np.int64)
        np.maximum.at(largest, component, weight + 1)
        fits = most * 1.0 * largest * scale <= _EXACT
        weight = np.where(fits[component], weight * scale[component] + bonus, weight)
    return weight


def _dense(e: Ints, d: Ints, weight: Ints, size: tuple[int, int]) -> Ints:
    matrix, position = np.zeros(size), np.full(size, -1, dtype=np.int64)
    matrix[e, d], position[e, d] = weight, np.arange(len(e))
    from scipy.optimize import linear_sum_assignment  # takes long to import, and few units need it

    rows, columns = linear_sum_assignment(matrix, maximize=True)
    chosen: Ints = position[rows, columns]
    return chosen[chosen >= 0]


def _sparse(e: Ints, d: Ints, weight: Ints, size: tuple[int, int]) -> Ints:
    """As `_dense`, each unit of gold having a further column of its own that stands for no match."""
    dear = float(weight.max()) + 1
    rows = np.concatenate([e, np.arange(size[0])])
    columns = np.concatenate([d, size[1] + np.arange(size[0])])
    costs = np.concatenate([dear - weight, np.full(size[0], dear)])
    matrix = csr_array((costs, (rows, columns)), shape=(size[0], sum(size)))
    chosen_e, chosen_d = min_weight_full_bipartite_matching(matrix)
    partner = np.full(size[0], -1, dtype=np.int64)
    partner[chosen_e] = chosen_d
    return np.flatnonzero(partner[e] == d)
