from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.spaces.limits import Limits
from optuna_nasbot.spaces.violation import Violation

# The limits by the reference's names of their violations and of its settings.
VIOLATIONS = {
    "too_many_layers": "max_layers",
    "too_few_layers": "min_layers",
    "too_much_mass": "max_mass",
    "too_little_mass": "min_mass",
    "large_max_out_degree": "max_out_degree",
    "large_max_in_degree": "max_in_degree",
    "too_many_edges": "max_edges",
    "max_units_per_layer_exceeded": "max_units",
    "min_units_per_layer_not_exceeded": "min_units",
    "too_many_2strides": "max_halvings",
}
SETTINGS = {
    "max_num_layers": "max_layers",
    "min_num_layers": "min_layers",
    "max_mass": "max_mass",
    "min_mass": "min_mass",
    "max_out_degree": "max_out_degree",
    "max_in_degree": "max_in_degree",
    "max_num_edges": "max_edges",
    "max_num_units_per_layer": "max_units",
    "min_num_units_per_layer": "min_units",
    "max_num_2strides": "max_halvings",
}

CHAIN = Architecture(
    (Layer("ip"), Layer("conv3", 20, 2), Layer("max-pool"), Layer("softmax"), Layer("op")),
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    "cnn",
)


@pytest.mark.parametrize("config", ["A", "B", "C"])
@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_golden_verdicts(golden, architectures, config: str, kind: str) -> None:
    constraints = golden("constraints")
    settings = constraints["configs"][config]
    limits = Limits(**{SETTINGS[name]: bound for name, bound in settings.items()})
    for id_, architecture in architectures(kind).items():
        expected = constraints["violations"][id_][config]
        found = limits.violation(architecture)
        if expected.startswith("raised"):  # without a layer that has units the reference fails
            assert all(layer.units is None for layer in architecture.layers)
        else:
            assert (found and found.limit) == (VIOLATIONS[expected] if expected else None), id_


def test_golden_verdicts_name_every_limit(golden) -> None:
    verdicts = golden("constraints")["violations"].values()
    named = {verdict for verdicts_of in verdicts for verdict in verdicts_of.values()}
    assert named >= set(VIOLATIONS)


@pytest.mark.parametrize(
    ("bounds", "limit", "found"),
    [
        ({"min_layers": 5, "max_layers": 5}, None, None),
        ({"max_layers": 4, "min_layers": 1}, "max_layers", 5),
        ({"min_layers": 6}, "min_layers", 6 - 1),
        ({"max_edges": 4}, None, None),
        ({"max_edges": 3}, "max_edges", 4),
        ({"min_mass": 340, "max_mass": 340}, None, None),
        ({"max_mass": 339.5}, "max_mass", 340),
        ({"min_mass": 340.5}, "min_mass", 340),
        ({"max_in_degree": 1, "max_out_degree": 1}, None, None),
        ({"min_units": 20, "max_units": 20}, None, None),
        ({"max_units": 19}, "max_units", 20),
        ({"min_units": 21}, "min_units", 20),
        ({"units": (8, 20)}, None, None),
        ({"max_halvings": 2}, None, None),
        ({"max_halvings": 1}, "max_halvings", 2),
        # 9 weights and 1 scale and 1 shift a filter; 10 classes with a bias each.
        ({"max_parameters": 20 * 11 + 21 * 10, "inputs": 1, "outputs": 10}, None, None),
        ({"max_parameters": 429, "inputs": 1, "outputs": 10}, "max_parameters", 430),
    ],
)
def test_bounds_are_inclusive(bounds: dict[str, Any], limit: str | None, found: float) -> None:
    violation = Limits(**bounds).violation(CHAIN)
    if limit is None:
        assert violation is None
    else:
        assert violation == Violation(limit, bounds[limit], found)


def test_multiply_adds_are_bounded() -> None:
    # 4 x 4 pixels after the stride, 9 weights a filter; 10 classes.
    sizes: dict[str, Any] = {"image_size": 8, "min_layers": 4, "inputs": 1, "outputs": 10}
    found = 16 * 20 * 9 + 20 * 10
    assert CNNSpace(max_multiply_adds=found, **sizes).violation(CHAIN) is None
    broken = CNNSpace(max_multiply_adds=found - 1, **sizes).violation(CHAIN)
    assert broken == Violation("max_multiply_adds", found - 1, found)
    perceptron = Architecture.chain("relu-10", "relu-20", kind="mlp-reg")
    sizes = {"inputs": 3, "outputs": 1}
    assert Limits(max_multiply_adds=250, **sizes).violation(perceptron) is None
    assert Limits(max_multiply_adds=249, **sizes).violation(perceptron) == Violation(
        "max_multiply_adds", 249, 250
    )


def test_listed_units() -> None:
    violation = Limits(units=(16, 24)).violation(CHAIN)
    assert violation == Violation("units", "(16, 24)", 20)
    assert str(violation) == "units=(16, 24), but the network has 20"


@pytest.mark.parametrize("given", [[32, 8, 8], range(8, 33, 24), np.array([8, 32])], ids=str)
def test_listed_units_become_a_sorted_tuple(given: Any) -> None:
    assert Limits(units=given) == Limits(units=(8, 32))
    assert [type(each) for each in Limits(units=given).units or ()] == [int, int]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (16, TypeError, "units: expected a sequence of whole numbers, got 16"),
        ("16", TypeError, "units: expected a sequence of whole numbers, got '16'"),
        ({16}, TypeError, "units: expected a sequence of whole numbers, got .16.[.]"),
        ([16, 1.5], TypeError, r"units\[1\]: expected a whole number, got 1.5"),
        ([16, 0], ValueError, r"units\[1\]: expected at least 1, got 0"),
        ([], ValueError, "units: expected at least one number, got none"),
        (
            [4, 16],
            ValueError,
            "units: expected numbers from min_units=8 to max_units=1024, got 4. Leave it out, or "
            "change that limit",
        ),
        ([16, 2048], ValueError, "units: expected numbers from .* to max_units=1024, got 2048"),
    ],
)
def test_units_that_can_t_be_listed(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        Limits(units=given)


def test_degrees() -> None:
    layers = (*[Layer("ip")], *[Layer("relu", 8)] * 3, Layer("linear"), Layer("op"))
    edges = tuple((0, k) for k in (1, 2, 3)) + tuple((k, 4) for k in (1, 2, 3)) + ((4, 5),)
    fan = Architecture(layers, edges, "mlp-reg")
    assert Limits(max_in_degree=3, max_out_degree=3).violation(fan) is None
    assert Limits(max_in_degree=2).violation(fan) == Violation("max_in_degree", 2, 3)
    assert Limits(max_out_degree=2).violation(fan) == Violation("max_out_degree", 2, 3)


def test_the_first_broken_limit_in_the_order_of_the_reference_counts() -> None:
    bounds = {"max_layers": 4, "max_mass": 1, "max_edges": 1, "max_units": 8, "max_halvings": 0}
    order = ["max_layers", "max_mass", "max_edges", "max_units", "max_halvings"]
    for broken in order:
        limits = Limits(min_layers=1, **bounds)
        assert limits.violation(CHAIN).limit == broken
        del bounds[broken]


def test_halvings_mean_nothing_without_images(architectures) -> None:
    limits = Limits(max_halvings=0)
    for architecture in architectures("mlp-reg").values():
        violation = limits.violation(architecture)
        assert violation is None or violation.limit != "max_halvings"


def test_all_broken_limits_are_told() -> None:
    limits = Limits(max_layers=4, min_layers=1, min_mass=1e6, max_edges=4, max_units=19)
    assert list(limits.violations(CHAIN)) == [
        Violation("max_layers", 4, 5),
        Violation("min_mass", 1e6, 340),
        Violation("max_units", 19, 20),
    ]


def test_violations_as_text() -> None:
    assert str(Violation("max_mass", 500000.0, 1234567.0)) == (
        "max_mass=500,000, but the network has 1.23457e+06"
    )
    assert str(Violation("max_layers", 20, 25)) == "max_layers=20, but the network has 25"


WHOLE = (
    "min_layers",
    "max_layers",
    "max_edges",
    "max_in_degree",
    "max_out_degree",
    "min_units",
    "max_units",
    "max_halvings",
    "max_parameters",
    "max_multiply_adds",
    "inputs",
    "outputs",
)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("value", ["20", 20.0, True, [20], float("nan"), 2 + 0j])
def test_whole_numbers(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=rf"^{name}: expected a whole number, got "):
        Limits(**{name: value})


@pytest.mark.parametrize("name", WHOLE)
def test_numbers_of_numpy_become_plain_ones(name: str) -> None:
    assert Limits(**{name: np.int64(40)}) == Limits(**{name: 40})
    assert type(getattr(Limits(**{name: np.int64(40)}), name)) is int


@pytest.mark.parametrize("name", ["min_mass", "max_mass"])
@pytest.mark.parametrize("value", [np.float32(40), np.int64(40), 40])
def test_masses_become_plain_numbers(name: str, value: Any) -> None:
    assert type(getattr(Limits(**{name: value}), name)) is float
    assert getattr(Limits(**{name: value}), name) == 40


@pytest.mark.parametrize("name", WHOLE)
def test_least_values(name: str) -> None:
    least = 0 if name == "max_halvings" else 1
    with pytest.raises(ValueError, match=rf"^{name}: expected at least {least}, got {least - 1}"):
        Limits(**{name: least - 1})


@pytest.mark.parametrize(
    "name", ["min_layers", "max_layers", "max_edges", "max_in_degree", "min_units", "max_units"]
)
def test_what_is_always_bounded(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name}: expected a whole number, got None"):
        Limits(**{name: None})


@pytest.mark.parametrize("name", ["min_mass", "max_mass"])
@pytest.mark.parametrize("value", ["1e5", True, [1], 1j])
def test_masses_are_numbers(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=rf"^{name}: expected a number, got "):
        Limits(**{name: value})


@pytest.mark.parametrize("name", ["min_mass", "max_mass"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), 10**400], ids=str)
def test_masses_are_finite(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: expected a finite mass of at least 0, got "):
        Limits(**{name: value})


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"min_layers": 10, "max_layers": 9}, "min_layers=10 and max_layers=9"),
        ({"min_units": 10, "max_units": 9}, "min_units=10 and max_units=9"),
        ({"min_mass": 10.5, "max_mass": 9}, "min_mass=10.5 and max_mass=9"),
        ({"max_layers": 4}, "min_layers=5 and max_layers=4"),
    ],
)
def test_contradictions(bounds: dict[str, Any], message: str) -> None:
    with pytest.raises(
        ValueError, match=rf"expected the least not above the largest, got {message}"
    ):
        Limits(**bounds)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"max_units": 10**9}, "max_units: expected at most 1,000,000, got 1000000000"),
        ({"min_units": 10**9, "max_units": 10**9}, "min_units: expected at most 1,000,000"),
        ({"min_layers": 10**9, "max_layers": 10**9}, "min_layers: expected at most 900"),
    ],
)
def test_what_no_network_can_be(bounds: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Limits(**bounds)
