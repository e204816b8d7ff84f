from __future__ import annotations

import dataclasses

import numpy as np

from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.packing import packed
from optuna_nasbot.distance.stacking import stacked


def network(*component_masses: list[float]) -> NetworkFeatures:
    sizes = [len(masses) for masses in component_masses]
    masses = np.array([mass for part in component_masses for mass in part])
    return NetworkFeatures(
        masses=masses,
        labels=np.repeat(np.arange(len(sizes)), sizes),
        path_lengths=10.0 * masses[:, None] + np.arange(2),
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        total_mass=float(masses.sum()),
    )


NETWORKS = packed((network([2.0, 1.0], [3.0]), network([4.0], []), network([], [7.0, 6.0, 5.0])))


def test_networks_lie_below_each_other_from_light_to_heavy_with_a_spare_row_after_each():
    first, second = stacked(NETWORKS, 0, 3)
    np.testing.assert_array_equal(first.masses, [1, 2, 0, 4, 0, 0])
    np.testing.assert_array_equal(first.owner, [0, 0, 0, 1, 1, 2])
    np.testing.assert_array_equal(first.starts, [0, 3, 5])
    np.testing.assert_array_equal(first.spares, [2, 4, 5])
    np.testing.assert_array_equal(first.sizes, [2, 1, 0])
    np.testing.assert_array_equal(first.totals, [3, 4, 0])
    np.testing.assert_array_equal(second.masses, [3, 0, 0, 5, 6, 7, 0])
    np.testing.assert_array_equal(second.totals, [3, 0, 18])


def test_labels_and_path_lengths_follow_the_masses():
    for component, stack in enumerate(stacked(NETWORKS, 0, 3)):
        layers = stack.masses > 0.0
        np.testing.assert_array_equal(stack.labels[layers], component)
        np.testing.assert_array_equal(stack.path_lengths[layers, 1], 10 * stack.masses[layers] + 1)


def test_networks_from_the_middle_make_a_stack():
    first, second = stacked(NETWORKS, 1, 3)
    np.testing.assert_array_equal(first.masses, [4, 0, 0])
    np.testing.assert_array_equal(first.owner, [0, 0, 1])
    np.testing.assert_array_equal(second.masses, [0, 5, 6, 7, 0])
    np.testing.assert_array_equal(second.path_lengths[1:4, 1], [51, 61, 71])


def test_first_networks_of_a_stack_are_a_stack():
    for n in (1, 2, 3):
        for part, whole in zip(stacked(NETWORKS, 0, n), stacked(NETWORKS, 0, 3), strict=True):
            for field in dataclasses.fields(part):
                name = field.name
                rows = np.arange(len(part.masses))
                expected, found = getattr(part, name), getattr(whole.first(n), name)
                if name in ("labels", "path_lengths"):  # arbitrary in spare rows
                    rows = np.flatnonzero(part.masses)
                    expected, found = expected[rows], found[rows]
                np.testing.assert_array_equal(found, expected)
