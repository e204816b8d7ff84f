"""Every script of the benchmarks can be started."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = [path.stem for path in FOLDER.glob("*.py") if '"__main__"' in path.read_text()]


@pytest.mark.parametrize("name", SCRIPTS)
def test_options_are_explained(name: str, module, capsys, monkeypatch) -> None:
    script = module(name)
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        script.main()
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_correlations_of_a_subset(module) -> None:
    script = module("approximation")
    found = np.array(script.correlations(script.SPACES["mlp"], 0, 40, [20, 40]))
    assert found.shape == (2, 2)
    assert (np.abs(found) <= 1).all()
