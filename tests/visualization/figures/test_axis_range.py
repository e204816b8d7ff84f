from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.visualization.figures.axis_range import axis_range


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
