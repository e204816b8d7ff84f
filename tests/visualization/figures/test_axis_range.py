from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.axis_range import range_of_equal


def test_far_outliers_are_outside() -> None:
    values = np.append(np.linspace(1, 2, 50), [-1e6, 1e300])
    assert axis_range(values) == (1.0, 2.0)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        [1.0, 2.0, 4.0, 8.0, 16.0],
        [1.0, 2.0, 3.0, 4.0, 5.0, 40.0],
        [0.0] * 9 + [1.0],
        [-1e308, 1e308, -1e308, 1e308],
    ],
    ids=["none", "one", "no far outlier", "not that far", "mostly equal", "spread overflows"],
)
def test_otherwise_the_axis_is_left_alone(values: list[float]) -> None:
    assert axis_range(np.array(values)) is None


@pytest.mark.parametrize(
    "values",
    [[1.0, 1.0 + 2**-52], [1e12, 1e12 + 1e-3], [-1e17] * 3, [0.0, 5e-324], [-1e-310, 1e-310]],
    ids=str,
)
def test_values_that_an_axis_cannot_tell_apart_get_a_range_around_them(
    values: list[float],
) -> None:
    low, high = axis_range(np.array(values))
    assert low < min(values)
    assert max(values) < high
    assert high - low > 1e-10 * max(map(abs, values))
    assert high - low > 1e-300


@pytest.mark.parametrize(
    "values",
    [[], [0.0], [1.0] * 3, [1e-12, 2e-12], [1e12, 1e12 + 1e4], [-1.7e308, 1.7e308]],
    ids=str,
)
def test_other_values_need_no_range_of_equal_ones(values: list[float]) -> None:
    assert range_of_equal(np.array(values)) is None
