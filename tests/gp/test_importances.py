"""Shares of the variance of functions whose shares are known."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution

from optuna_nasbot import MLPSpace
from optuna_nasbot.gp.importances import Importance
from optuna_nasbot.gp.importances import importances
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.parameters import Parameter

NETWORKS = MLPSpace(max_layers=12, max_units=64).initial_pool[:8]
UNIT = Parameter(FloatDistribution(0.0, 1.0))
SHARES = {"abs": 0.02}


class Known:
    """A model whose posterior mean is a given function."""

    def __init__(self, function: Callable[[Configuration], float]) -> None:
        self._function = function

    def predict(self, candidates: Sequence[Configuration]) -> tuple[Any, Any]:
        mean = np.array([self._function(each) for each in candidates])
        return mean, np.zeros(len(mean))


def found(function: Callable[[Configuration], float], **parameters: Any) -> dict[str, Importance]:
    shares = importances(Known(function), {"net": NETWORKS}, parameters)  # type: ignore[arg-type]
    return {each.name: each for each in shares}


def place(configuration: Configuration) -> float:
    """A number between 0 and 1 that depends on the network."""
    return NETWORKS.index(configuration.networks["net"]) / 7


def test_shares_of_a_sum_are_those_of_its_parts() -> None:
    shares = found(lambda c: 2 * place(c) + 3 * c.parameters["x"], x=UNIT, y=UNIT)
    of_net, of_x = 4 * np.var(np.arange(8) / 7), 9 / 12
    expected = {"net": of_net / (of_net + of_x), "x": of_x / (of_net + of_x), "y": 0.0}
    assert list(shares) == ["net", "x", "y"]
    for name, share in expected.items():
        assert shares[name].alone == pytest.approx(share, **SHARES)
        assert shares[name].total == pytest.approx(share, **SHARES)


def test_parameter_with_the_name_of_a_network() -> None:
    model: Any = Known(lambda c: place(c) + c.parameters["net"])
    shares = importances(model, {"net": NETWORKS}, {"net": UNIT})
    assert [(each.name, each.is_network) for each in shares] == [("net", True), ("net", False)]


def test_what_two_do_together_counts_for_both() -> None:
    shares = found(lambda c: (c.parameters["x"] - 0.5) * (c.parameters["y"] - 0.5), x=UNIT, y=UNIT)
    for name in "xy":
        assert shares[name].alone == pytest.approx(0.0, abs=0.05)
        assert shares[name].total == pytest.approx(1.0, abs=0.05)
    assert shares["net"].total == 0.0


def test_parameters_are_drawn_from_their_distributions() -> None:
    """Of three categories each has a third, and of a logarithm each decade as much."""
    sort = Parameter(CategoricalDistribution(["a", "b", "c"]))
    rate = Parameter(FloatDistribution(1e-4, 1.0, log=True))
    shares = found(
        lambda c: float(c.parameters["sort"] == "b") + float(c.parameters["rate"] < 1e-2),
        sort=sort,
        rate=rate,
    )
    of_sort, of_rate = 2 / 9, 1 / 4
    assert shares["sort"].total == pytest.approx(of_sort / (of_sort + of_rate), **SHARES)
    assert shares["rate"].total == pytest.approx(of_rate / (of_sort + of_rate), **SHARES)


def test_shares_alone_are_between_nothing_and_the_total() -> None:
    for each in found(lambda c: place(c) * c.parameters["x"] ** 4, x=UNIT, y=UNIT).values():
        assert 0.0 <= each.alone <= each.total


def test_a_parameter_may_be_called_like_a_network() -> None:
    (of_network, of_parameter) = importances(
        Known(lambda c: c.parameters["net"]),  # type: ignore[arg-type]
        {"net": NETWORKS},
        {"net": UNIT},
    )
    assert (of_network.total, of_parameter.total) == (0.0, pytest.approx(1.0, abs=0.001))


def test_a_network_without_alternative_has_no_share() -> None:
    shares = importances(
        Known(lambda c: c.parameters["x"]),  # type: ignore[arg-type]
        {"net": NETWORKS[:1]},
        {"x": UNIT},
    )
    assert [each.total for each in shares] == [0.0, pytest.approx(1.0, abs=0.001)]


def test_equal_predictions_have_no_shares() -> None:
    assert found(lambda c: 3.0, x=UNIT) == {}
