from __future__ import annotations

import numpy as np

from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.packing import packed


def network(masses: list[float], offsets: list[int]) -> NetworkFeatures:
    array = np.array(masses)
    labels = array.astype(int) + 10
    return NetworkFeatures(array, labels, array[:, None] * [1, 2], np.array(offsets), array.sum())


NETWORKS = (
    network([1.0, 2.0, 3.0], [0, 2, 3]),
    network([4.0], [0, 1, 1]),
    network([5.0, 6.0], [0, 0, 2]),
)


def test_networks_follow_each_other():
    found = packed(NETWORKS)
    np.testing.assert_array_equal(found.masses, [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(found.labels, found.masses + 10)
    np.testing.assert_array_equal(found.path_lengths, np.outer(found.masses, [1, 2]))
    np.testing.assert_array_equal(found.offsets, [[0, 2, 3], [3, 4, 4], [4, 4, 6]])
    assert found.largest == 2


def test_features_stay_as_they_are():
    packed(NETWORKS[1:])
    np.testing.assert_array_equal(NETWORKS[2].offsets, [0, 0, 2])


def test_the_same_networks_are_packed_once():
    assert packed(tuple(NETWORKS)) is packed((*NETWORKS[:1], *NETWORKS[1:]))
    np.testing.assert_array_equal(packed(NETWORKS[::-1]).masses, [5, 6, 4, 1, 2, 3])
