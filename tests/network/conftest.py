"""Networks for the tests of modules: golden ones, narrower copies, and small ones by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from optuna_nasbot.architecture import Architecture


@pytest.fixture(autouse=True)
def reproducible() -> Iterator[None]:
    """One thread and one seed."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def narrowed() -> Callable[[Architecture, int, int], Architecture]:
    """The same network with its units divided, down to some fewest units."""

    def narrow(architecture: Architecture, divisor: int, fewest: int) -> Architecture:
        layers = tuple(
            dataclasses.replace(layer, units=max(fewest, layer.units // divisor))
            if layer.units
            else layer
            for layer in architecture.layers
        )
        return dataclasses.replace(architecture, layers=layers)

    return narrow


@pytest.fixture
def network() -> Callable[..., Architecture]:
    """Make a network: `network("cnn", "ip conv3-8/2 fc-4 softmax op", [(0, 1), ...])`.

    Without edges it is a chain.
    """

    def make(kind: str, text: str, edges: list[tuple[int, int]] | None = None) -> Architecture:
        layers = [_layer(word) for word in text.split()]
        chain = [(index, index + 1) for index in range(len(layers) - 1)]
        return Architecture.from_dict({"kind": kind, "layers": layers, "edges": edges or chain})

    return make


def _layer(word: str) -> dict[str, Any]:
    """Read what `str(Layer)` writes."""
    word, halves, _ = word.partition("/2")
    label, _, units = word.rpartition("-")
    if not units.isdigit():
        label, units = word, ""
    strided = label.startswith(("conv", "res"))
    return {
        "label": label,
        "units": int(units) if units else None,
        "stride": (2 if halves else 1) if strided else None,
    }
