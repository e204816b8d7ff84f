"""The benchmark of a learning rate and a weight decay beside the network."""

from __future__ import annotations

import pytest

from optuna_nasbot import Architecture

BEST = Architecture.chain(*["relu-40"] * 6, kind="mlp-reg")
WIDE = Architecture.chain(*["relu-80"] * 6, kind="mlp-reg")


def test_the_best_network_with_the_best_parameters_is_worth_0(module) -> None:
    joint = module("joint")
    assert joint.worth(BEST) == 0
    for interacts in (False, True):
        assert joint.value(BEST, 1e-3, 1e-3, interacts) == pytest.approx(0)
        assert joint.value(BEST, 1e-2, 1e-3, interacts) == pytest.approx(0.7)
        assert joint.value(BEST, 1e-3, 1e-5, interacts) == pytest.approx(0.6)


def test_wide_networks_want_a_smaller_learning_rate(module) -> None:
    joint = module("joint")
    assert joint.worth(WIDE) == 1
    assert joint.value(WIDE, 1e-3, 1e-3, False) == pytest.approx(1)
    assert joint.value(WIDE, 10**-3.3, 1e-3, True) == pytest.approx(1)


def test_the_order_makes_no_difference(module) -> None:
    joint, results_table = module("joint"), module("results_table")
    runs = [results_table.Run(f"joint-{order}", "additive", "nasbot", 3) for order in joint.ORDERS]
    first, *others = [joint.searched(run, 8) for run in runs]
    assert all(other == first for other in others)
    values, worths = first
    assert values == sorted(values, reverse=True)
    assert all(worth <= value for worth, value in zip(worths, values, strict=True))
