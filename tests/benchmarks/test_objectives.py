from __future__ import annotations

from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "objectives.py"


@pytest.fixture(scope="module")
def objectives() -> ModuleType:
    spec = util.spec_from_file_location("objectives", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_golden_synthetic_values(golden, architectures, objectives, kind: str) -> None:
    for network in golden(f"networks_{kind}")["networks"]:
        expected = network["expected"]["synthetic_value"]
        architecture = architectures(kind)[network["id"]]
        if expected is None:
            with pytest.raises(ValueError, match="expected a layer with units, got none"):
                objectives.synthetic_value(architecture)
        else:
            assert objectives.synthetic_value(architecture) == pytest.approx(expected, rel=1e-9)


def test_numbering_does_not_matter(objectives) -> None:
    layers = (Layer("ip"), Layer("relu", 8), Layer("tanh", 9), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 3), (0, 2), (2, 3), (3, 4))
    swapped = (layers[0], layers[2], layers[1], *layers[3:])
    one, other = (Architecture(given, edges, "mlp-reg") for given in (layers, swapped))
    assert objectives.synthetic_value(one) == objectives.synthetic_value(other)
