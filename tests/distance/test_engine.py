"""Which engine is chosen, and that both give the golden distances."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance import engine
from optuna_nasbot.distance import transport
from optuna_nasbot.distance.features import NetworkFeatures

COMPILED = "optuna_nasbot.distance.compiled_transport"


def test_compiled_code_is_chosen_where_there_is_numba() -> None:
    pytest.importorskip("numba")
    assert engine.transport_costs.__module__ == COMPILED


def test_pot_is_chosen_where_there_is_no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert runpy.run_path(engine.__file__)["transport_costs"] is transport.transport_costs


@pytest.mark.parametrize(
    "numba",
    [
        "raise ImportError('Numba needs another NumPy.')",
        "def njit(**_):\n    raise RuntimeError('Numba needs another NumPy.')",
    ],
)
def test_numba_that_does_not_work_is_reported(
    numba: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numba.py").write_text(numba, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("numba", COMPILED, "optuna_nasbot.distance.network_simplex"):
        monkeypatch.setitem(sys.modules, name, None)  # to be put back as it was
        del sys.modules[name]
    with pytest.warns(RuntimeWarning, match=r"Numba needs another NumPy\. OTMANN .* with POT"):
        chosen = runpy.run_path(engine.__file__)["transport_costs"]
    assert chosen is transport.transport_costs


def test_import_of_the_package_does_not_import_numba() -> None:
    code = "import optuna_nasbot.distance, sys; print('numba' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
@pytest.mark.parametrize("module", ["optuna_nasbot.distance.transport", COMPILED])
def test_golden_distances(kind, module, golden, monkeypatch) -> None:
    transport_costs = pytest.importorskip(module).transport_costs
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
    np.testing.assert_allclose(d[:, i, j], pairs[:, 2:6].T, rtol=1e-13, atol=1e-9)
    np.testing.assert_allclose(d_bar[:, i, j], pairs[:, 6:10].T, rtol=0, atol=1e-14)
