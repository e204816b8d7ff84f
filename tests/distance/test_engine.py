"""Which engine is chosen, and that both give the golden distances."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from unittest.mock import patch

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance import engine
from optuna_nasbot.distance import path_lengths
from optuna_nasbot.distance import transport
from optuna_nasbot.distance.features import NetworkFeatures

COMPILED = "optuna_nasbot.distance.compiled_transport"


WAY = """
import sys
from optuna_nasbot import MLPSpace, OTMANN
OTMANN.for_kind("mlp-reg").pairwise(MLPSpace(max_layers=6).initial_pool[:2])
print([name for name in ("compiled_transport", "transport")
       if f"optuna_nasbot.distance.{name}" in sys.modules])
"""


@pytest.mark.parametrize(
    ("setup", "environment", "name"),
    [
        ("", {"NUMBA_DISABLE_JIT": "0"}, "compiled_transport"),
        ("", {"NUMBA_DISABLE_JIT": "1"}, "transport"),
        ("import sys; sys.modules['numba'] = None", {}, "transport"),
    ],
    ids=["numba", "numba must not compile", "no numba"],
)
def test_what_solves_the_problems(setup: str, environment: dict[str, str], name: str) -> None:
    if name == "compiled_transport":
        pytest.importorskip("numba")
    found = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", setup + WAY],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert found.stdout.strip() == str([name])
    assert "numba failed" not in found.stderr


def test_import_of_the_package_does_not_import_numba() -> None:
    code = "import optuna_nasbot.distance, sys; print('numba' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
@pytest.mark.parametrize("module", ["optuna_nasbot.distance.transport", COMPILED])
def test_golden_distances(kind, module, golden, monkeypatch) -> None:
    transport_costs = pytest.importorskip(module, exc_type=ImportError).transport_costs
    n_calls = 0

    def counted(
        rows: list[NetworkFeatures], columns: list[NetworkFeatures], *rest: object
    ) -> np.ndarray:
        nonlocal n_calls
        n_calls += 1
        return transport_costs(rows, columns, *rest)

    monkeypatch.setattr(engine, "transport_costs", counted)
    expected = golden(f"distances_{kind}")
    by_id = {network["id"]: network for network in golden(f"networks_{kind}")["networks"]}
    networks = [
        Architecture.from_dict({key: by_id[id_][key] for key in ("kind", "layers", "edges")})
        for id_ in expected["ids"]
    ]
    pairs = np.array(expected["pairs"])
    i, j = pairs[:, :2].T.astype(int)
    d, d_bar = OTMANN.for_kind(kind).pairwise(networks)
    assert n_calls == 1
    np.testing.assert_allclose(d[:, i, j], pairs[:, 2:6].T, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(d_bar[:, i, j], pairs[:, 6:10].T, rtol=0, atol=1e-11)


def by_raw_pot(a: Architecture, b: Architecture, otmann: OTMANN) -> np.ndarray:
    """d_bar over the penalty, from the undivided problem in the unit of the penalty."""
    penalty = otmann.non_assignment_penalty
    masses = [np.array(layer_masses(network)) for network in (a, b)]
    lengths = [path_lengths(network).reshape(len(network.layers), -1) for network in (a, b)]
    index = otmann.operations.label_index
    labels = np.ix_(*([index[layer.label] for layer in network.layers] for network in (a, b)))
    mislabel = otmann.operations.mislabel_matrix(penalty)[labels] / penalty
    mislabel = np.minimum(otmann.mislabel_coeff * mislabel, 1e4)
    structural = cdist(*lengths, "cityblock") / lengths[0].shape[1]
    total = masses[0].sum() + masses[1].sum()
    supplies = np.append(masses[0], masses[1].sum()) / total
    demands = np.append(masses[1], masses[0].sum()) / total
    values = []
    for coeff in otmann.struct_coeffs:
        costs = np.minimum(mislabel + coeff / penalty * structural, 1e4)
        costs = np.pad(costs, (0, 1), constant_values=1.0)
        costs[-1, -1] = 0.0
        values.append(ot.emd2(supplies, demands, costs))
    return np.array(values)


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
@given(
    places=st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True)),
    penalty=st.sampled_from([1e-15, 1e-8, 1e-3, 0.5, 1.0, 7.0, 1e8]),
    mislabel_coeff=st.sampled_from([0.3, 1.0, 4.0]),
    coeffs=st.lists(st.floats(1e-3, 10.0), min_size=1, max_size=4),
)
@settings(max_examples=60)
def test_engines_agree_with_pot_in_every_unit_of_costs(
    kind, places, penalty, mislabel_coeff, coeffs, architectures
) -> None:
    networks = list(architectures(kind).values())
    a, b = (networks[int(place * len(networks))] for place in places)
    operations = a.operations
    otmann = OTMANN(operations, [penalty * c for c in coeffs], mislabel_coeff, penalty)
    expected = by_raw_pot(a, b, otmann)
    for module in engine_modules():
        with patch.object(engine, "transport_costs", module.transport_costs):
            d, d_bar = otmann.pairwise([a], [b])
        np.testing.assert_allclose(d_bar[:, 0, 0] / penalty, expected, rtol=1e-11, atol=1e-11)
        total = sum(layer_masses(a)) + sum(layer_masses(b))
        np.testing.assert_allclose(d, total * d_bar, rtol=1e-11)


def engine_modules() -> list[ModuleType]:
    """POT, and compiled code where numba compiles."""
    with suppress(ImportError):
        return [transport, import_module(COMPILED)]
    return [transport]
