from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.masses import channels

KINDS = ("cnn", "mlp-reg", "mlp-class")


@pytest.mark.parametrize("kind", KINDS)
def test_golden_channels(golden, architectures, kind: str) -> None:
    for network in golden(f"networks_{kind}")["networks"]:
        given = architectures(kind)[network["id"]]
        into, out = channels(given.layers, given.parents, given.operations)
        assert list(into) == network["expected"]["channels_in"], network["id"]
        assert list(out) == network["expected"]["channels_out"], network["id"]


@pytest.mark.parametrize("kind", KINDS)
def test_golden_masses(golden, architectures, kind: str) -> None:
    for network in golden(f"networks_{kind}")["networks"]:
        architecture = architectures(kind)[network["id"]]
        expected = network["expected"]
        assert layer_masses(architecture) == pytest.approx(expected["masses"], rel=1e-9)
        assert total_mass(architecture) == pytest.approx(expected["total_mass"], rel=1e-9)


def test_pools_pass_their_channels_on_and_dense_layers_count_a_tenth() -> None:
    layers = (
        Layer("ip"),
        Layer("conv3", 40, 1),
        Layer("res5", 60, 1),
        Layer("avg-pool"),
        Layer("fc", 30),
        Layer("softmax"),
        Layer("op"),
    )
    edges = ((0, 1), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 6))
    masses = layer_masses(Architecture(layers, edges, "cnn"))
    processing = 40 + 40 * 60 + (40 + 60) + 0.1 * 100 * 30
    assert masses[1:5] == pytest.approx((40, 2400, 100, 300))
    assert masses[0] == masses[5] == masses[6] == pytest.approx(0.1 * processing)


def test_decision_layers_share_one_non_processing_mass_of_at_least_a_hundred() -> None:
    layers = (Layer("ip"), Layer("relu", 8), Layer("linear"), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 2), (0, 3), (2, 4), (3, 4))
    assert layer_masses(Architecture(layers, edges, "mlp-reg")) == (100.0, 8.0, 50.0, 50.0, 100.0)


@pytest.mark.parametrize("given", [None, "cnn", 3, ("ip", "op"), Architecture])
@pytest.mark.parametrize("measure", [layer_masses, total_mass])
def test_what_is_no_network_has_no_mass(measure: Callable[[Any], Any], given: Any) -> None:
    with pytest.raises(TypeError, match=r"^architecture: expected an Architecture, got "):
        measure(given)
