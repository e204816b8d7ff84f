from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot.gp.views.feature_view import FeatureView
from optuna_nasbot.trials.configuration import of_networks

POOL = of_networks("net", MLPSpace().initial_pool)


def sizes(network: Architecture) -> np.ndarray:
    """The layers, a constant, and the edges."""
    return np.array([len(network.layers), 0.1, len(network.edges)], dtype=float)


def test_half_squared_differences_of_standardised_features() -> None:
    view = FeatureView("net", sizes).fitted(POOL)
    assert len(view) == 2  # without the constant one
    found = view.between(POOL[:3], POOL)
    assert found.shape == (2, 3, len(POOL))
    layers = np.array([len(each.networks["net"].layers) for each in POOL])
    gaps = np.subtract.outer(layers[:3], layers)
    np.testing.assert_allclose(found[0], np.square(gaps) / (2 * layers.var()))
    # The mean over pairs of different configurations, of which n of n^2 are none.
    n = len(POOL)
    assert view.between(POOL, POOL).mean(axis=(1, 2)) * n / (n - 1) == pytest.approx(n / (n - 1))


def test_what_was_constant_when_the_view_was_fitted_stays_left_out() -> None:
    def described(network: Architecture) -> np.ndarray:
        """Something that varies, and something that only the last one of the pool has."""
        return np.array([len(network.layers), network == POOL[-1].networks["net"]], dtype=float)

    early = FeatureView("net", described).fitted(POOL[:-1])
    layers_only = FeatureView("net", lambda network: described(network)[:1]).fitted(POOL[:-1])
    np.testing.assert_array_equal(early.between(POOL, POOL), layers_only.between(POOL, POOL))
    assert len(early.fitted(POOL)) == 2


def test_rounding_makes_no_feature() -> None:
    def noisy(network: Architecture) -> np.ndarray:
        n = len(network.layers)
        return np.array([n, 0.1 * n / n, (0.1 + 1e-16 * n) * 3])

    assert FeatureView("net", noisy).fitted(POOL).kept.tolist() == [0]


@pytest.mark.parametrize("n", [1, 3])
def test_features_that_are_all_constant_count_as_they_are(n: int) -> None:
    view = FeatureView("net", sizes).fitted(POOL[:1] * n)
    assert len(view) == 3
    assert not view.between(POOL[:1], POOL[:1]).any()
    assert np.isfinite(view.between(POOL, POOL)).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_refused(value: float) -> None:
    def broken(network: Architecture) -> np.ndarray:
        return np.array([1.0, value if network == POOL[1].networks["net"] else 1.0])

    with pytest.raises(ValueError, match=f"features: expected finite .* {value} as feature 1 of"):
        FeatureView("net", broken).fitted(POOL)
    with pytest.raises(ValueError, match="features: expected finite"):
        FeatureView("net", broken).fitted(POOL[:1]).between(POOL[:1], POOL[:2])


def test_no_configurations() -> None:
    view = FeatureView("net", sizes).fitted(POOL)
    assert view.between([], POOL).shape == (2, 0, len(POOL))
    assert view.between(POOL, []).shape == (2, len(POOL), 0)
