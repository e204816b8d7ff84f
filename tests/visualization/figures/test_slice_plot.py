from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution
from optuna.trial import TrialState

from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot.visualization import plot_slice
from optuna_nasbot.visualization.figures.model_slice import model_slice
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.tried_networks import tried_networks


def panel(figure: Any, name: str) -> dict[str, Any]:
    """The traces of a parameter's panel by their names."""
    (axis,) = [each for each in figure.select_xaxes() if each.title.text == name]
    identity = axis.plotly_name.replace("axis", "")
    return {trace.name: trace for trace in figure.data if trace.xaxis == identity}


def modelled(study: optuna.Study) -> ModelledTrials:
    return modelled_trials(study, tried_networks(study, "net", None, ""), "net", None)


# --- What the model expects


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_the_model_finds_the_best_rate_in_units_of_the_objective(
    direction: str, sign: float, study: Any, tuned: Any
) -> None:
    made = study(*tuned(40, sign=sign), direction=direction)
    of = modelled(made)
    best = of.configurations[made.best_trial.number]
    along = model_slice(of, best, "lr")
    assert (along.lower <= along.middle).all()
    assert (along.middle <= along.upper).all()
    values = of.of.values
    assert values.min() <= along.lower.min()
    assert along.upper.max() <= values.max()
    loss = sign * along.middle
    assert 1e-4 < along.values[int(np.argmin(loss))] < 1e-2
    assert loss[0] > loss.min() + 1.0
    assert loss[-1] > loss.min() + 1.0


def test_at_an_observed_configuration_the_model_is_near_its_value(study: Any, tuned: Any) -> None:
    made = study(*tuned(40))
    of = modelled(made)
    best = made.best_trial
    along = model_slice(of, of.configurations[best.number], "optimizer")
    position = along.values.index(best.params["optimizer"])
    assert along.middle[position] == pytest.approx(best.value, abs=0.5)


@pytest.mark.parametrize(
    ("distribution", "values"),
    [
        (IntDistribution(2, 10, step=4), (2, 6, 10)),
        (FloatDistribution(0.0, 1.0, step=0.5), (0.0, 0.5, 1.0)),
        (CategoricalDistribution(["b", None, True]), ("b", None, True)),
    ],
)
def test_all_values_of_short_grids(
    distribution: Any, values: tuple[Any, ...], study: Any, pool: Any
) -> None:
    trials = [
        create_architecture_trial(
            {"net": network},
            value=float(i),
            params={"x": values[i % 3]},
            distributions={"x": distribution},
        )
        for i, network in enumerate(pool[:4])
    ]
    of = modelled(study(*trials))
    assert model_slice(of, of.configurations[0], "x").values == values


def test_values_are_spread_as_the_distribution_has_it(study: Any, tuned: Any) -> None:
    of = modelled(study(*tuned(4)))
    rates = np.log10(model_slice(of, of.configurations[0], "lr").values)
    np.testing.assert_allclose(np.diff(rates), 4 / (len(rates) - 1))
    assert (rates[0], rates[-1]) == (pytest.approx(-5.0), pytest.approx(-1.0))


# --- The figure


def test_a_panel_a_parameter_with_its_axis(study: Any, tuned: Any) -> None:
    figure = plot_slice(study(*tuned(12)), "net")
    axes = {axis.title.text: axis for axis in figure.select_xaxes()}
    assert list(axes) == ["lr", "batch_size", "optimizer"]
    assert [axis.type for axis in axes.values()] == ["log", "linear", "linear"]
    assert axes["optimizer"].ticktext == ("adam", "sgd", "None")
    assert axes["optimizer"].tickvals == (0, 1, 2)
    assert figure.layout.yaxis.title.text == "Objective Value"


def test_trials_are_at_their_values(study: Any, tuned: Any) -> None:
    made = study(*tuned(12))
    figure = plot_slice(made, "net", target=lambda trial: trial.value, target_name="loss")
    for name in ("lr", "batch_size", "optimizer"):
        traces = panel(figure, name)
        dots = [traces["Best network"], traces["Other networks"]]
        assert sorted(value for each in dots for value in each.y) == sorted(
            trial.value for trial in made.trials
        )
    rates = {
        text.split("<br>")[0]: x
        for each in dots
        for text, x in zip(each.hovertext, each.x, strict=True)
    }
    places = {"adam": 0, "sgd": 1, None: 2}
    for trial in made.trials:
        place = places[trial.params["optimizer"]]
        assert abs(rates[f"Trial {trial.number}"] - place) <= 0.15


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_trials_of_the_best_network_are_marked(
    direction: str, sign: float, study: Any, tuned: Any
) -> None:
    made = study(*tuned(20, sign=sign), direction=direction)
    figure = plot_slice(made, "net")
    assert f"the best trial, {made.best_trial.number}" in figure.layout.title.text
    network = get_architecture(made.best_trial, "net")
    own = {trial.number for trial in made.trials if get_architecture(trial, "net") == network}
    texts = panel(figure, "lr")["Best network"].hovertext
    assert {int(text.split("<br>")[0].split()[1]) for text in texts} == own
    assert 1 < len(own) < 20


def test_the_best_trial_is_completed_and_satisfies_all_constraints(
    study: Any, tuned: Any, logged: list[str]
) -> None:
    first, second, *others = tuned(8)
    broken = optuna.create_trial(
        value=-50.0,
        params=first.params,
        distributions=first.distributions,
        user_attrs=first.user_attrs,
        system_attrs={"constraints": [1.0]},
    )
    pruned = create_architecture_trial(
        {"net": get_architecture(second, "net")},
        value=-90.0,
        state=TrialState.PRUNED,
        params=second.params,
        distributions=second.distributions,
    )
    figure = plot_slice(study(broken, pruned, *others), "net")
    best = min(range(6), key=lambda index: others[index].value) + 2
    assert f"the best trial, {best}" in figure.layout.title.text
    symbols = [str(trace.marker.symbol) for trace in figure.data if trace.mode == "markers"]
    assert sum(each.count("triangle-down") for each in symbols) == 3  # one a panel
    assert len(plot_slice(study(broken, broken, broken), "net").data) == 0
    assert "satisfies all constraints" in logged[-1]


def test_trials_without_a_parameter_are_not_in_its_panel(
    study: Any, tuned: Any, trial: Any, pool: Any
) -> None:
    figure = plot_slice(study(trial(pool[0], -5.0), *tuned(6)), "net")
    assert "the best trial, 0" in figure.layout.title.text
    traces = panel(figure, "lr")
    assert len(traces["Best network"].x) + len(traces["Other networks"].x) == 6
    assert len(traces["Model"].x) > 50


def test_of_many_parameters_six_are_shown(study: Any, pool: Any) -> None:
    distributions = {f"x{i}": FloatDistribution(0.0, 1.0) for i in range(8)}
    trials = [
        create_architecture_trial(
            {"net": network},
            value=float(i),
            params=dict.fromkeys(distributions, 0.1 * i),
            distributions=distributions,
        )
        for i, network in enumerate(pool)
    ]
    figure = plot_slice(study(*trials), "net")
    titles = [axis.title.text for axis in figure.select_xaxes()]
    assert titles == [f"x{i}" for i in range(6)]
    assert "6 of 8 parameters" in figure.layout.title.text
    assert figure.layout.height == 700
    assert plot_slice(study(*trials), "net", ["x6", "x7"]).layout.height is None


def test_outliers_do_not_stretch_the_axis(study: Any, tuned: Any, pool: Any) -> None:
    trials = tuned(12)
    far = create_architecture_trial(
        {"net": pool[0]},
        value=1e9,
        params=trials[0].params,
        distributions=trials[0].distributions,
    )
    figure = plot_slice(study(*trials, far), "net")
    assert figure.layout.yaxis.range[1] < 100
