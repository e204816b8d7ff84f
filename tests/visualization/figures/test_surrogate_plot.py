from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from optuna.trial import TrialState

from optuna_nasbot.gp import study_surrogate
from optuna_nasbot.gp.warping import warp
from optuna_nasbot.visualization import plot_surrogate


def predicted(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.mode == "markers"}


def of_all(figure: Any, attribute: str) -> np.ndarray:
    found = [getattr(trace, attribute) for trace in predicted(figure).values()]
    return np.concatenate([np.asarray(each, dtype=float) for each in found])


@pytest.fixture
def by_size(pool: Any, trial: Any) -> list[Any]:
    """Trials whose values are the sizes of their networks."""
    return [trial(network, float(len(network.layers))) for network in pool]


@pytest.mark.parametrize(("direction", "sign"), [("minimize", -1), ("maximize", 1)])
def test_observed_values_are_those_that_the_model_sees(
    direction: str, sign: float, by_size: Any, study: Any
) -> None:
    figure = plot_surrogate(study(*by_size, direction=direction), "net")
    values = np.array([trial.value for trial in by_size])
    np.testing.assert_allclose(np.sort(of_all(figure, "x")), np.sort(warp(sign * values)))


def test_predictions_come_close_for_values_that_networks_tell(by_size: Any, study: Any) -> None:
    figure = plot_surrogate(study(*by_size), "net")
    observed, mean = of_all(figure, "x"), of_all(figure, "y")
    assert np.corrcoef(observed, mean)[0, 1] > 0.7
    r2, within = re.search(r"R² (\S+), (\d+)% of", figure.layout.title.text).groups()
    assert float(r2) == pytest.approx(1 - np.square(observed - mean).mean(), abs=0.006)
    inside = predicted(figure)["Within two std"]
    assert int(within) == round(100 * len(inside.x) / len(by_size))
    assert (np.abs(inside.x - inside.y) <= 2 * np.asarray(inside.error_y.array) + 1e-9).all()


def test_a_network_is_not_predicted_from_itself(
    by_size: Any, study: Any, trial: Any, pool: Any
) -> None:
    """A value unlike all others stays unlike its prediction."""
    figure = plot_surrogate(study(trial(pool[0], 1e6), *by_size[1:]), "net")
    observed, mean = re.search(r"warped (\S+), predicted (\S+) ±", text_of(figure, 0)).groups()
    assert float(mean) > float(observed) + 0.5


def text_of(figure: Any, number: int) -> str:
    """What hangs over a trial's point."""
    texts = [text for trace in predicted(figure).values() for text in trace.hovertext]
    (text,) = [text for text in texts if text.startswith(f"Trial {number}<br>")]
    return text


def test_pruned_networks_have_the_value_that_the_sampler_gives_them(
    by_size: Any, study: Any, trial: Any, pool: Any
) -> None:
    early = trial(pool[0], -7.0, state=TrialState.PRUNED)
    figure = plot_surrogate(study(*by_size[1:], early), "net")
    median = np.quantile([t.value for t in by_size[1:]], 0.5, method="higher")
    assert f"Objective Value: {median:g}<br>" in text_of(figure, len(by_size) - 1)
    symbols = [symbol for trace in predicted(figure).values() for symbol in trace.marker.symbol]
    assert symbols.count("triangle-down") == 1
    figure = plot_surrogate(
        study(*by_size[1:], early), "net", target=lambda trial: trial.value, target_name="x"
    )
    assert len(of_all(figure, "x")) == len(by_size) - 1


def test_of_many_networks_those_of_the_sampler_are_predicted(
    by_size: Any, study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_surrogate, "MAX_OBSERVATIONS", 6)
    figure = plot_surrogate(study(*by_size), "net")
    assert len(of_all(figure, "x")) == 6
    assert "% of 6 values" in figure.layout.title.text
