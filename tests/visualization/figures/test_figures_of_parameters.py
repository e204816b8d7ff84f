"""What the figures that tell of parameters have in common."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot.visualization import plot_architecture_map
from optuna_nasbot.visualization import plot_importances
from optuna_nasbot.visualization import plot_parallel_coordinate
from optuna_nasbot.visualization import plot_slice

FIGURES = (plot_importances, plot_parallel_coordinate, plot_slice)
all_figures = pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)


def is_empty(figure: Any) -> bool:
    return len(figure.data) == 0 and len(figure.layout.annotations) == 1


@all_figures
@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_both_directions(plot: Any, direction: str, sign: float, study: Any, tuned: Any) -> None:
    figure = plot(study(*tuned(sign=sign), direction=direction), "net")
    assert not is_empty(figure)
    assert "'net'" in figure.layout.title.text
    figure.to_json()


@all_figures
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_trials_give_a_figure_that_says_what_is_missing(
    plot: Any, n: int, study: Any, tuned: Any, logged: list[str]
) -> None:
    figure = plot(study(*tuned(n)), "net")
    needed = 1 if plot is plot_parallel_coordinate else 3
    assert is_empty(figure) == (n < needed)
    assert len(logged) == (n < needed)
    if n < needed:
        assert "'net'" in logged[0]
        assert figure.layout.annotations[0].text.startswith(logged[0][:20])


@all_figures
def test_failures_only(plot: Any, study: Any, tuned: Any) -> None:
    failed = [
        create_architecture_trial(
            {"net": get_architecture(trial, "net")},
            state=TrialState.FAIL,
            params=trial.params,
            distributions=trial.distributions,
        )
        for trial in tuned(6)
    ]
    assert is_empty(plot(study(*failed), "net"))


@pytest.mark.parametrize("plot", [plot_importances, plot_slice])
def test_studies_without_parameters(
    plot: Any, study: Any, trial: Any, pool: Any, logged: list[str]
) -> None:
    trials = [trial(network, float(i)) for i, network in enumerate(pool)]
    assert is_empty(plot(study(*trials), "net"))
    assert "latest trial with a value has no" in logged[0]


@all_figures
@pytest.mark.parametrize("n", [3, 12])
def test_the_same_configuration_with_the_same_value(
    plot: Any, n: int, study: Any, tuned: Any
) -> None:
    repeated = tuned(1) * n
    figure = plot(study(*repeated), "net")
    assert is_empty(figure) == (plot is plot_importances)
    figure.to_json()


@all_figures
@pytest.mark.parametrize(
    "values",
    [
        [np.inf, -np.inf, 1.0, 2.0, 3.0],
        [np.inf] * 4,
        [1e308, -1e308, 5e-324, 1.7e308, -1.7e308],
        [0.0] * 4,
        [1e17] * 4,
    ],
    ids=["infinite", "all infinite", "huge", "zero", "equal"],
)
@pytest.mark.filterwarnings("ignore:Infinite objective values")
def test_values_of_all_sizes(plot: Any, values: list[float], study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial(
            {"net": network},
            value=value,
            params={"x": 0.1 * index},
            distributions={"x": FloatDistribution(0.0, 1.0)},
        )
        for index, (network, value) in enumerate(zip(pool, values, strict=False))
    ]
    figure = plot(study(*trials), "net")
    assert "NaN" not in figure.to_json()


@all_figures
def test_several_objectives_need_a_target(plot: Any, study: Any, tuned: Any) -> None:
    made = optuna.create_study(directions=["minimize", "maximize"])
    for trial in tuned(8):
        values = [0.0, trial.value]
        made.add_trial(
            optuna.create_trial(
                values=values,
                params=trial.params,
                distributions=trial.distributions,
                user_attrs=trial.user_attrs,
            )
        )
    with pytest.raises(ValueError, match="target: expected a function of a trial"):
        plot(made, "net")
    figure = plot(made, "net", target=lambda trial: trial.values[1], target_name="Accuracy")
    assert not is_empty(figure)
    assert ("Accuracy" in figure.to_json()) == (plot is not plot_importances)


@all_figures
def test_trials_that_lack_a_parameter_or_have_it_from_another_range(
    plot: Any, study: Any, trial: Any, pool: Any, tuned: Any
) -> None:
    """A warm start without parameters, and trials from before the range of one was changed."""
    other = create_architecture_trial(
        {"net": pool[1]},
        value=3.0,
        params={"lr": 5.0, "optimizer": "lion"},
        distributions={
            "lr": FloatDistribution(1.0, 9.0),
            "optimizer": CategoricalDistribution(["lion", "adam"]),
        },
    )
    assert not is_empty(plot(study(trial(pool[0], 2.0), other, *tuned(8)), "net"))


@all_figures
def test_names_are_no_tags(plot: Any, study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial(
            {"<b>net": network},
            value=float(index),
            params={"<i>x": 0.1 * index, "sort": "<u>a"},
            distributions={
                "<i>x": FloatDistribution(0.0, 1.0),
                "sort": CategoricalDistribution(["<u>a", "b"]),
            },
        )
        for index, network in enumerate(pool)
    ]
    figure = plot(
        study(*trials), "<b>net", target=lambda trial: trial.value, target_name="<s>loss"
    )
    for tag in ("<b>net", "<i>x", "<u>a", "<s>loss"):
        assert tag not in str(figure)
    assert "&lt;i&gt;x" in str(figure)


@pytest.mark.parametrize("plot", [plot_parallel_coordinate, plot_slice])
def test_parameters_are_chosen_by_name(plot: Any, study: Any, tuned: Any) -> None:
    made = study(*tuned(6))
    figure = plot(made, "net", ["optimizer", "lr"])
    text = figure.to_json()
    assert text.index("optimizer") < text.index('"lr"')
    axes = [axis.title.text or axis.ticktext for axis in figure.select_xaxes()]
    assert "batch_size" not in str(axes)
    with pytest.raises(ValueError, match=re.escape("expected some of ['lr', 'batch_size', 'opt")):
        plot(made, "net", ["lr", "rate"])
    with pytest.raises(ValueError, match="params: expected at least one name"):
        plot(made, "net", [])
    with pytest.raises(TypeError, match="params: expected a list of names, got 'lr'"):
        plot(made, "net", "lr")
    with pytest.raises(TypeError, match="params: expected a list of names, got <generator"):
        plot(made, "net", (name for name in ["lr"]))


@all_figures
def test_without_plotly_the_error_says_what_to_install(
    plot: Callable[..., Any], study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "plotly"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ImportError, match="pip install plotly"):
        plot(study(), "net")


def test_what_hangs_over_a_point_has_the_parameters(study: Any, tuned: Any) -> None:
    figure = plot_architecture_map(study(*tuned(2)), "net")
    texts = [text for trace in figure.data for text in trace.hovertext or []]
    assert all(re.search(r"<br>lr \d\S*, batch_size \d+, optimizer \w+<br>", t) for t in texts)
    assert len(texts) >= 2
