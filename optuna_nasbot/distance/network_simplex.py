"""The transport problems behind OTMANN, solved exactly by a compiled network simplex. Needs numba.

A problem is that of one component of labels, in two networks with k and m layers of it. Mass flows
from k rows (layers of the one network) to m columns (layers of the other), from rows to the root
and from the root to columns; the root stands for staying unmatched. Row i is node i, the root is
node k, column j is node k + 1 + j. The costs of all arcs are a table (k + 1, m + 1) in which the
arc from node a to node b is the entry (a, b - k): the root is the last row and the first column.
Arcs to and from the root cost 1, the unit of all costs.

The simplex moves from one spanning tree with a feasible flow to the next. It starts with all
layers unmatched, a star around the root. All its trees are strongly feasible (each node can send
flow to the root), so that it comes to an end: Cunningham, A network simplex method,
Mathematical Programming 11 (1976).

All compiled code is in this one file, because numba's cache on disk notices changes only in the
file of the function that is called (see `simplex_on_disk`). Functions that are called often get
plain arrays instead of tuples of arrays: only then does numba leave out reference counting, a
third of the time. Nodes are unsigned numbers: with signed ones numba allows for indices from the
end, which takes a tenth of the time.
"""
# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-def, untyped-decorator"

from __future__ import annotations

from functools import partial

import numpy as np
from numba import njit

from optuna_nasbot.distance.costs import MAX_COST

# How much an arc must lower the cost per unit of flow to enter the tree: well above rounding.
TOLERANCE = 1e-12
NO_NODE = np.uint32(2**32 - 1)

# A node of a spanning tree. Each node but the root has the arc to its parent.
NODE = np.dtype(
    [
        ("flow", np.float64),  # the mass between the node and its parent
        ("parent", np.uint32),
        ("child", np.uint32),  # the first one; the others are its siblings
        ("after", np.uint32),  # the next sibling
        ("before", np.uint32),  # the sibling before
        ("depth", np.uint32),  # the number of arcs to the root
        ("waiting", np.uint32),  # the next node in a list of those still to be visited
    ]
)

# Infinity and NaN do not occur, and sums may be reordered: so least values are found faster.
_FAST_MATH = {"nnan", "ninf", "nsz", "reassoc", "contract", "arcp"}
_compiled = njit(error_model="numpy", fastmath=_FAST_MATH)
_inlined = njit(error_model="numpy", fastmath=_FAST_MATH, inline="always")
entry = partial(njit, error_model="numpy", fastmath=_FAST_MATH, nogil=True)


@entry()  # pragma: no cover
def solve_pairs(rows, columns, costs, pairs, below_diagonal, max_pivots_per_layer, result, solved):
    """Distances of some of the pairs of n and m networks.

    Args:
        rows: n networks, as `packing.PackedNetworks`.
        columns: m networks.
        costs: The costs, as `compiled_transport.Costs`.
        pairs: The first number of a pair, and the one after the last. Pair p is row p // m and
            column p % m.
        below_diagonal: Leave out the pairs (i, j) with i <= j.
        max_pivots_per_layer: The simplex gives up on a pair that takes more steps per layer.
        result: Array (n_coeffs, n, m) of zeros for the distances.
        solved: Array (n, m) of True, set to False for pairs that are given up.
    """
    k, m = rows.largest, columns.largest
    mislabel, structural = np.empty((k, 1 + m)), np.empty((k, 1 + m))
    table, nodes, dual = np.empty((k + 1, 1 + m)), np.empty(k + 1 + m, NODE), np.empty(k + 1 + m)
    room = (mislabel, structural, table, nodes, dual)
    for pair in range(pairs[0], pairs[1]):
        i, j = divmod(pair, len(columns.offsets))
        if below_diagonal and i <= j:
            continue
        distances = result[:, i, j]
        for component in range(rows.offsets.shape[1] - 1):
            a0, a1 = rows.offsets[i, component], rows.offsets[i, component + 1]
            b0, b1 = columns.offsets[j, component], columns.offsets[j, component + 1]
            if not _add_component(
                rows, a0, a1, columns, b0, b1, costs, max_pivots_per_layer, room, distances
            ):
                solved[i, j] = False
                break


@_inlined  # pragma: no cover
def _add_component(rows, a0, a1, columns, b0, b1, costs, max_pivots_per_layer, room, distances):
    """Add the share of one component to the distances; False if it is given up.

    `room` holds arrays that are filled anew each time, large enough for all components.
    """
    mislabel, structural, table, nodes, dual = room
    supplies, demands = rows.masses[a0:a1], columns.masses[b0:b1]
    k, m = len(supplies), len(demands)
    if k == 0 or m == 0:
        unmatched = supplies.sum() + demands.sum()
        for c in range(len(distances)):
            distances[c] += unmatched
        return True
    _fill_mislabel(mislabel, rows.labels[a0:a1], columns.labels[b0:b1], costs.mislabel)
    _fill_structural(structural, rows.path_lengths[a0:a1], columns.path_lengths[b0:b1])
    if k == 1 and m == 1:
        unmatched = abs(supplies[0] - demands[0])
        for c in range(len(distances)):
            cost = mislabel[0, 1] + costs.coeffs[c] * structural[0, 1]
            matched = min(supplies[0], demands[0]) * min(cost, MAX_COST)
            distances[c] += matched + unmatched
        return True
    _plant_star(nodes, dual, supplies, demands)
    for c in costs.order:
        _fill_table(table, k, m, mislabel, structural, costs.coeffs[c])
        _update_below(nodes, dual, table, k, np.uint32(k))
        if not _optimise(nodes, dual, table, k, m, max_pivots_per_layer * (k + m)):
            return False
        distances[c] += _cost_of_flow(nodes, table, k, m)
    return True


@_compiled  # pragma: no cover
def _fill_mislabel(mislabel, labels_a, labels_b, by_label):
    for i in range(len(labels_a)):
        for j in range(len(labels_b)):
            mislabel[i, 1 + j] = by_label[labels_a[i], labels_b[j]]


@_compiled  # pragma: no cover
def _fill_structural(structural, a, b):
    """Mean absolute differences of the path lengths, from column 1 on."""
    width = a.shape[1]
    for i in range(len(a)):
        own = a[i]
        for j in range(len(b)):
            other = b[j]
            total = 0.0
            for d in range(width):
                total += abs(own[d] - other[d])
            structural[i, 1 + j] = total / width


@_compiled  # pragma: no cover
def _fill_table(table, k, m, mislabel, structural, coeff):
    for i in range(k):
        table[i, 0] = 1.0
        for j in range(1, m + 1):
            table[i, j] = mislabel[i, j] + coeff * structural[i, j]
    table[k, 0] = 0.0
    for j in range(1, m + 1):
        table[k, j] = 1.0


@_compiled  # pragma: no cover
def _plant_star(nodes, dual, supplies, demands):
    """The tree in which all layers stay unmatched."""
    root = len(supplies)
    nodes[root].child = NO_NODE
    nodes[root].depth = 0
    dual[root] = 0.0
    for node in range(root):
        nodes[node].child = NO_NODE
        nodes[node].flow = supplies[node]
        _hang(nodes, np.uint32(node), np.uint32(root))
    for node in range(root + 1, root + 1 + len(demands)):
        nodes[node].child = NO_NODE
        nodes[node].flow = demands[node - root - 1]
        _hang(nodes, np.uint32(node), np.uint32(root))


@_compiled  # pragma: no cover
def _hang(nodes, node, parent):
    first = nodes[parent].child
    if first != NO_NODE:
        nodes[first].before = node
    nodes[node].after = first
    nodes[node].before = NO_NODE
    nodes[node].parent = parent
    nodes[parent].child = node


@_compiled  # pragma: no cover
def _take_off(nodes, node):
    before, after = nodes[node].before, nodes[node].after
    if before == NO_NODE:
        nodes[nodes[node].parent].child = after
    else:
        nodes[before].after = after
    if after != NO_NODE:
        nodes[after].before = before


@_compiled  # pragma: no cover
def _arc_cost(table, root, node, parent):
    return table[node, parent - root] if node < root else table[parent, node - root]


@_compiled  # pragma: no cover
def _update_below(nodes, dual, table, root, top):
    """Compute depths and duals of all nodes below one whose own depth and dual are right."""
    nodes[top].waiting = NO_NODE
    next_parent = top
    while next_parent != NO_NODE:
        parent = next_parent
        next_parent = nodes[parent].waiting
        depth, price = nodes[parent].depth + 1, dual[parent]
        node = nodes[parent].child
        while node != NO_NODE:
            nodes[node].depth = depth
            dual[node] = _arc_cost(table, root, node, parent) - price
            if nodes[node].child != NO_NODE:
                nodes[node].waiting = next_parent
                next_parent = node
            node = nodes[node].after


@_compiled  # pragma: no cover
def _optimise(nodes, dual, table, root, m, max_pivots):
    """Pivot until no arc can lower the cost; False if that takes more than `max_pivots`.

    The rows, and the root as the last of them, offer their best arcs in turn. (Staying with a row
    after a pivot takes two to three times as many pivots.)
    """
    row, n_in_order, n_pivots = root, 0, 0
    prices = dual[root:]
    while n_in_order <= root:
        row = row + 1 if row < root else 0
        costs = table[row]
        least = costs[0]
        for j in range(1, m + 1):
            reduced = costs[j] - prices[j]
            if reduced < least:
                least = reduced
        if least < dual[row] - TOLERANCE:
            if n_pivots == max_pivots:
                return False
            j = 0
            while costs[j] - prices[j] > least:
                j += 1
            _pivot(nodes, dual, table, root, np.uint32(row), np.uint32(root + j))
            n_pivots += 1
            n_in_order = 0
        else:
            n_in_order += 1
    return True


@_compiled  # pragma: no cover
def _pivot(nodes, dual, table, root, row, column):
    """Take the arc from row to column into the tree, with as much flow as the cycle allows."""
    change, leaving, row_moves, top = _bottleneck(nodes, root, row, column)
    _change_flows(nodes, root, row, top, -change)
    _change_flows(nodes, root, column, top, change)
    moved, new_parent = (row, column) if row_moves else (column, row)
    node, parent, flow = moved, new_parent, change
    while True:  # reverse the path from the new arc to the one that leaves the tree
        old_parent, old_flow = nodes[node].parent, nodes[node].flow
        _take_off(nodes, node)
        _hang(nodes, node, parent)
        nodes[node].flow = flow
        if node == leaving:
            break
        node, parent, flow = old_parent, node, old_flow
    nodes[moved].depth = nodes[new_parent].depth + 1
    dual[moved] = _arc_cost(table, root, moved, new_parent) - dual[new_parent]
    _update_below(nodes, dual, table, root, moved)


@_compiled  # pragma: no cover
def _bottleneck(nodes, root, row, column):
    """The arc of the cycle that runs dry first when mass flows from row to column.

    Of several, the last one in the direction of flow, seen from the top of the cycle: it keeps
    the tree strongly feasible.

    Returns:
        (its flow, its lower node, whether this is on the side of the row, the top).
    """
    change, leaving, on_row_side = np.finfo(np.float64).max, NO_NODE, True
    a, b = row, column
    while a != b:
        if nodes[a].depth >= nodes[b].depth:
            if a < root and nodes[a].flow < change:
                change, leaving, on_row_side = nodes[a].flow, a, True
            a = nodes[a].parent
        else:
            if b > root and nodes[b].flow <= change:
                change, leaving, on_row_side = nodes[b].flow, b, False
            b = nodes[b].parent
    return change, leaving, on_row_side, a


@_compiled  # pragma: no cover
def _change_flows(nodes, root, node, top, change):
    """Add to the flows of rows, and take from those of columns, on the way up to the top."""
    while node != top:
        nodes[node].flow += change if node < root else -change
        node = nodes[node].parent


@_compiled  # pragma: no cover
def _cost_of_flow(nodes, table, root, m):
    total = 0.0
    for node in range(root):
        total += nodes[node].flow * table[node, nodes[node].parent - root]
    for j in range(1, m + 1):
        node = nodes[root + j]
        total += node.flow * table[node.parent, j]
    return total
