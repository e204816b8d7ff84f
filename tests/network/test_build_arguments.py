from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.network import build_module

Network = Callable[..., Architecture]


@pytest.mark.parametrize(
    ("kind", "sizes", "name"),
    [
        ("mlp-reg", {"out_features": 1}, "in_features"),
        ("mlp-reg", {"in_channels": 3, "out_features": 1}, "in_features"),
        ("mlp-reg", {"in_features": 3, "in_channels": 3, "out_features": 1}, "in_features"),
        ("cnn", {"out_features": 2}, "in_channels"),
        ("cnn", {"in_features": 3, "out_features": 2}, "in_channels"),
        ("cnn", {"in_features": 3, "in_channels": 3, "out_features": 2}, "in_channels"),
    ],
)
def test_wrong_input_argument(
    network: Network, kind: str, sizes: dict[str, int], name: str
) -> None:
    text = "ip conv3-4 softmax op" if kind == "cnn" else "ip elu-4 linear op"
    with pytest.raises(TypeError, match=f"^{name}: an architecture of kind '{kind}' takes"):
        build_module(network(kind, text), **sizes)


@pytest.mark.parametrize(
    ("number", "error", "expected"),
    [
        (0, ValueError, "at least 1"),
        (-1, ValueError, "at least 1"),
        (1.5, TypeError, "a whole number"),
        (True, TypeError, "a whole number"),
        ("3", TypeError, "a whole number"),
        (np.float64(3), TypeError, "a whole number"),
    ],
)
@pytest.mark.parametrize("name", ["in_features", "out_features"])
def test_wrong_numbers(
    network: Network, name: str, number: object, error: type[Exception], expected: str
) -> None:
    sizes = {"in_features": 3, "out_features": 2, name: number}
    with pytest.raises(error, match=f"^{name}: expected {expected}, got "):
        build_module(network("mlp-reg", "ip elu-4 linear op"), **sizes)


def test_classifier_needs_two_classes(network: Network) -> None:
    with pytest.raises(ValueError, match="out_features: expected at least 2 classes"):
        build_module(network("mlp-class", "ip elu-4 softmax op"), in_features=3, out_features=1)


def test_no_architecture() -> None:
    with pytest.raises(TypeError, match="architecture: expected an Architecture, got dict"):
        build_module({}, in_features=3, out_features=1)  # type: ignore[arg-type]
