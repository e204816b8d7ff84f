from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.distance.inverted_index import inverted_index

INT64 = st.integers(-(2**63), 2**63 - 1)
SETS = st.lists(st.sets(st.integers(-3, 12) | INT64), max_size=7)


def joined(sets: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    elements = [element for one in sets for element in one]
    owner = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    return np.array(elements, dtype=np.int64), owner


@given(SETS, SETS.filter(any))
def test_counts_what_sets_share(a, b):
    index = inverted_index(*joined(b), len(b))
    found = index.sizes_of_intersections(*joined(a), len(a))
    expected = [[len(first & second) for second in b] for first in a]
    np.testing.assert_array_equal(found, np.array(expected).reshape(len(a), len(b)))
