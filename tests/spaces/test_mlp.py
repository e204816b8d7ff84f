from __future__ import annotations

import pytest

from optuna_nasbot import MLPSpace


@pytest.mark.parametrize("task", ["rnn", "", None, 3, ["regression"], {}])
def test_unknown_tasks(task: object) -> None:
    with pytest.raises(
        ValueError, match=r"^task: expected one of \['regression', 'classification'\], got "
    ):
        MLPSpace(task=task)


def test_tasks() -> None:
    assert MLPSpace() == MLPSpace(task="regression")
    assert MLPSpace(task="regression").operation_set.decision == "linear"
    assert MLPSpace(task="classification").operation_set.decision == "softmax"
    assert MLPSpace(task="classification") != MLPSpace(task="regression")


def test_the_smallest_network_has_no_hidden_layer() -> None:
    (network,) = MLPSpace(min_layers=3, max_layers=3).initial_pool
    assert [layer.label for layer in network.layers] == ["ip", "linear", "op"]


def test_widths_follow_the_units_allowed() -> None:
    for network in MLPSpace(min_units=100, max_units=150).initial_pool:
        assert {layer.units for layer in network.layers} <= {None, 100, *range(101, 151)}
        assert any(layer.units == 150 for layer in network.layers)


def test_depth_follows_the_layers_allowed() -> None:
    for n_layers in (4, 5, 30, 60):
        space = MLPSpace(min_layers=n_layers, max_layers=n_layers)
        assert {len(network.layers) for network in space.initial_pool} == {n_layers}
