"""Where values are along an axis of parallel coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.coordinate_axis import CoordinateAxis
from optuna_nasbot.visualization.figures.coordinate_axis import number_axis
from optuna_nasbot.visualization.figures.coordinate_axis import parameter_axis


def axis_of(distribution: BaseDistribution, *values: object) -> CoordinateAxis:
    configurations = [Configuration({}, {"x": value}) for value in values]
    return parameter_axis("x", Parameter(distribution), configurations)


def test_numbers_reach_from_end_to_end() -> None:
    axis = number_axis("value", np.array([3.0, -1.0, 1.0]))
    np.testing.assert_allclose(axis.places, [1.0, 0.0, 0.5])
    assert axis.texts == ["3", "-1", "1"]
    assert (0.5, "1") in axis.ticks


def test_logarithms_where_all_are_positive() -> None:
    numbers = np.array([1.0, 10.0, 1000.0])
    np.testing.assert_allclose(number_axis("m", numbers, log=True).places, [0.0, 1 / 3, 1.0])
    np.testing.assert_allclose(number_axis("m", numbers - 1, log=True).places, [0, 9 / 999, 1])


def test_far_outliers_are_at_the_end() -> None:
    axis = number_axis("value", np.array([*np.linspace(0.0, 1.0, 20), 1e9]))
    assert axis.places[-1] == 1.0
    np.testing.assert_allclose(axis.places[:20], np.linspace(0.0, 1.0, 20))
    assert axis.texts[-1] == "1e+09"


@pytest.mark.parametrize("number", [0.0, 9.0, -1e17, 1e-300])
def test_equal_numbers_are_in_the_middle(number: float) -> None:
    axis = number_axis("layers", np.full(3, number))
    np.testing.assert_allclose(axis.places, 0.5)
    assert len(axis.ticks) > 0


def test_differences_that_overflow() -> None:
    axis = number_axis("value", np.array([-1.7e308, 0.0, 1.7e308]))
    np.testing.assert_allclose(axis.places, [0.0, 0.5, 1.0])


def test_a_parameter_has_the_ends_of_its_distribution() -> None:
    axis = axis_of(FloatDistribution(1e-4, 1.0, log=True), 1e-4, 1e-3, 0.01)
    np.testing.assert_allclose(axis.places, [0.0, 0.25, 0.5])
    assert [text for _, text in axis.ticks] == ["0.0001", "0.001", "0.01", "0.1", "1"]
    axis = axis_of(IntDistribution(1, 3), 2)
    assert list(axis.places) == [0.5]
    assert [text for _, text in axis.ticks] == ["1", "2", "3"]


def test_categories_are_in_their_order() -> None:
    axis = axis_of(CategoricalDistribution(["a", None, True]), None, True, "a")
    np.testing.assert_allclose(axis.places, [0.5, 1.0, 0.0])
    assert axis.texts == ["None", "True", "a"]
    assert list(axis.ticks) == [(0.0, "a"), (0.5, "None"), (1.0, "True")]
    many = axis_of(CategoricalDistribution([*range(100)]), 99)
    assert len(many.ticks) <= 8


def test_missing_values_have_no_place() -> None:
    configurations = [Configuration({}), Configuration({}, {"x": 1.0})]
    axis = parameter_axis("x", Parameter(FloatDistribution(0.0, 1.0)), configurations)
    np.testing.assert_array_equal(axis.places, [np.nan, 1.0])
    assert axis.texts == ["missing", "1"]
