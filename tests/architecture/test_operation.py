from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from optuna_nasbot import Operation


@dataclass
class NotFrozen:
    """Has no hash."""

    size: int = 3

    def __call__(self, *arguments: int) -> float:
        return 1.0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"label": 3}, TypeError, "label: expected a string, got 3"),
        ({"label": " "}, ValueError, "label: expected a string that is not empty"),
        ({"label": "ip"}, ValueError, "label: expected one other than .* got 'ip'"),
        ({"label": "op"}, ValueError, "label: expected one other than .* got 'op'"),
        ({"group": 3}, TypeError, "operation 'own', group: expected a string, got 3"),
        ({"group": ""}, ValueError, "operation 'own', group: expected a string that is not empty"),
        ({"group": "all"}, ValueError, "operation 'own', group: expected .* got 'all'"),
        ({"has_units": 1}, TypeError, "operation 'own', has_units: expected True or False, got 1"),
        ({"image": "shrink"}, ValueError, "operation 'own', image: expected one of"),
        ({"image": ["keep"]}, ValueError, "operation 'own', image: expected one of"),
        ({"mass": "1"}, TypeError, "operation 'own', mass: expected a number, got '1'"),
        ({"mass": None}, TypeError, "operation 'own', mass: expected a number, got None"),
        ({"mass": -1}, ValueError, "operation 'own', mass: expected a finite mass of at least 0"),
        ({"mass": np.nan}, ValueError, "operation 'own', mass: expected a finite mass"),
        ({"mass": 1e308}, ValueError, "operation 'own', mass: expected a mass of at most"),
        ({"mass": 10**400}, ValueError, "operation 'own', mass: expected a finite mass"),
        ({"mass": NotFrozen()}, TypeError, "operation 'own', mass: expected a function that can"),
        ({"module": 3}, TypeError, "operation 'own', module: expected a function of channels in"),
        ({"module": torch.nn.Linear(3, 3)}, TypeError, "operation 'own', module: expected a func"),
        ({"module": NotFrozen()}, TypeError, "operation 'own', module: expected a function that"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        Operation(**{"label": "own", **arguments})


@pytest.mark.parametrize("strides", [1, "12", None, (2,), (3,), (2, 1), (1, 1), ([1],)])
def test_wrong_strides(strides: Any) -> None:
    with pytest.raises(ValueError, match=r"^operation 'own', strides: expected \(\), \(1,\) or"):
        Operation("own", strides=strides)


@pytest.mark.parametrize("strides", [(), (1,), (1, 2), [1, 2], [np.int64(1), 2]])
def test_strides_are_a_tuple(strides: Any) -> None:
    assert Operation("own", strides=strides).strides == tuple(strides)


@pytest.mark.parametrize("of", [np.array, torch.tensor])
def test_strides_may_be_an_array(of: Any) -> None:
    operation = Operation("own", strides=of([1, 2]))
    assert operation == Operation("own", strides=(1, 2))
    assert set(map(type, operation.strides)) == {int}


def test_names_of_numpy_become_plain_ones() -> None:
    label, group = np.array(["own", "conv"])
    assert repr(Operation(label, group)) == repr(Operation("own", "conv"))


@pytest.mark.parametrize(
    ("mass", "expected"),
    [(7, 7.0), (np.float32(0.5), 0.5), (lambda channels_in, units: channels_in + units, 23.0)],
)
def test_mass_is_a_number_or_a_rule(mass: Any, expected: float) -> None:
    found = Operation("own", mass=mass).layer_mass(3, 20)
    assert found == expected
    assert type(found) is float


def test_mass_of_a_layer_is_channels_times_units_unless_told() -> None:
    assert Operation("own").layer_mass(3, 20) == 60


@pytest.mark.parametrize(
    ("mass", "error", "expected"),
    [
        (-1.0, ValueError, "a finite mass of at least 0, got -1.0"),
        (np.nan, ValueError, "a finite mass of at least 0, got nan"),
        (np.inf, ValueError, "a finite mass of at least 0, got inf"),
        (1e308, ValueError, r"a mass of at most 1e\+100, got 1e\+308"),
        (None, TypeError, "a number, got None"),
        (True, TypeError, "a number, got True"),
    ],
)
def test_wrong_mass_rules(mass: Any, error: type[Exception], expected: str) -> None:
    operation = Operation("own", mass=lambda channels_in, units: mass)
    where = "operation 'own', mass of 3 channels in and 20 units"
    with pytest.raises(error, match=f"^{where}: expected {expected}"):
        operation.layer_mass(3, 20)


def test_module_gets_channels_and_stride() -> None:
    made = Operation("own", module=lambda *given: torch.nn.Conv2d(*given)).make_module(3, 8, 2)
    assert made.weight.shape == (8, 3, 2, 2)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (None, "a function of channels in, .*, got None. Only a built-in label"),
        (lambda *given: 3, "a function that makes a torch.nn.Module, but it made 3"),
        (lambda *given: None, "a function that makes a torch.nn.Module, but it made None"),
        (lambda a, b: None, r".* for \(3, 8, 1\) it raised TypeError: .* takes 2 positional"),
        (lambda *given: torch.nn.ReLU, "a function that makes .* made <class"),
    ],
)
def test_no_module(module: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^operation 'own', module: expected {message}"):
        Operation("own", module=module).make_module(3, 8, 1)


def test_equal_operations_have_equal_hashes() -> None:
    one, other = (Operation("own", "conv", mass=2, strides=[1, 2]) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Operation("own", "conv", mass=3, strides=[1, 2])
