"""Reading networks back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import MLPSpace
from optuna_nasbot import best_architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import pareto_architectures
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


@pytest.mark.parametrize(("direction", "best"), [("minimize", 2), ("maximize", 1)])
def test_best_architecture(direction: str, best: int) -> None:
    study = optuna.create_study(direction=direction)
    values = [0.0, 3.0, -float("inf"), 1.0]
    study.add_trials(
        create_architecture_trial({"net": network}, value=value)
        for network, value in zip(NETWORKS[:4], values, strict=True)
    )
    study.add_trial(create_architecture_trial({"other": NETWORKS[4]}, value=9.0))
    study.add_trial(optuna.create_trial(value=-float("inf")))
    study.add_trial(optuna.create_trial(value=float("inf")))
    study.add_trial(
        create_architecture_trial({"net": NETWORKS[5]}, value=99.0, state=TrialState.PRUNED)
    )
    assert best_architecture(study, "net") == NETWORKS[best]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_largest_posterior_mean_is_not_the_luckiest_value(sign: float) -> None:
    study = optuna.create_study(direction="maximize" if sign > 0 else "minimize")
    good, lucky, bad, pruned = NETWORKS[:4]
    values = [(good, 1.0)] * 5 + [(lucky, -1.0)] * 5 + [(lucky, 1.1), (bad, -2.0), (bad, -2.1)]
    study.add_trials(
        create_architecture_trial({"net": network}, value=sign * value)
        for network, value in values
    )
    study.add_trial(
        create_architecture_trial({"net": pruned}, value=sign * 9.0, state=TrialState.PRUNED)
    )
    assert best_architecture(study, "net") == lucky
    assert best_architecture(study, "net", by="posterior_mean") == good


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_posterior_mean_knows_the_parameters(direction: str) -> None:
    """The better network was tried with poor rates mostly, the lucky one with the best rate."""
    sign = 1.0 if direction == "maximize" else -1.0
    better, lucky = NETWORKS[:2]
    tried = [(better, rate, 6 * rate + 0.5) for rate in np.linspace(0.0, 0.6, 12)]
    tried += [(better, 1.0, 6.5), (better, 1.0, 6.45), (better, 1.0, 6.55)]
    tried += [(lucky, 1.0, 6.0 + luck) for luck in (-0.4, -0.2, -0.1, 0.0, 0.1, 0.7)]
    tried += [(lucky, 0.5, 3.1), (lucky, 0.0, -0.1)]
    study = optuna.create_study(direction=direction)
    study.add_trials(
        create_architecture_trial(
            {"net": network},
            value=sign * value,
            params={"rate": rate},
            distributions={"rate": FloatDistribution(0.0, 1.0)},
        )
        for network, rate, value in tried
    )
    assert best_architecture(study, "net") == lucky
    assert best_architecture(study, "net", by="posterior_mean") == better


def test_the_posterior_mean_of_one_of_several_networks() -> None:
    """Trials that carry the other one only inform the model, and are not the answer."""
    study = optuna.create_study()
    pairs = zip(NETWORKS[:6], NETWORKS[4:10], strict=True)
    study.add_trials(
        create_architecture_trial({"net": first, "head": second}, value=float(number))
        for number, (first, second) in enumerate(pairs)
    )
    study.add_trial(create_architecture_trial({"head": NETWORKS[0]}, value=-100.0))
    assert best_architecture(study, "net", by="posterior_mean") in NETWORKS[:2]


def test_the_posterior_mean_of_one_network() -> None:
    study = optuna.create_study()
    study.add_trial(create_architecture_trial({"net": NETWORKS[0]}, value=1.0))
    assert best_architecture(study, "net", by="posterior_mean") == NETWORKS[0]


@pytest.mark.parametrize("by", ["mean", None, 1])
def test_best_by_something_else_is_refused(study: optuna.Study, by: Any) -> None:
    with pytest.raises(ValueError, match=r"by: expected one of \['value', 'posterior_mean'\]"):
        best_architecture(study, "net", by=by)


def test_best_architecture_needs_a_completed_trial(study: optuna.Study) -> None:
    with pytest.raises(ValueError, match="no completed trial carries an architecture 'net'"):
        best_architecture(study, "net")
    suggest_architecture(study.ask(), "net", SPACE)
    with pytest.raises(ValueError, match="no completed trial carries an architecture 'net'"):
        best_architecture(study, "net")


def test_best_architecture_needs_one_objective() -> None:
    study = optuna.create_study(directions=["minimize", "minimize"])
    with pytest.raises(ValueError, match="several have no best trial; use pareto_architectures"):
        best_architecture(study, "net")


def test_pareto_architectures_are_those_of_the_best_trials() -> None:
    study = optuna.create_study(directions=["minimize", "maximize"])
    found = [(1.0, 1.0), (2.0, 3.0), (2.0, 2.0), (0.5, 0.0), (0.0, 9.0)]
    for index, values in enumerate(found):
        study.add_trial(create_architecture_trial({"net": NETWORKS[index]}, values=values))
    study.add_trial(optuna.create_trial(values=[-1.0, 99.0]))  # without a network
    assert pareto_architectures(study, "net") == []
    study = optuna.create_study(directions=["minimize", "maximize"])
    for index, values in enumerate(found):
        constraint = {"constraints:size": 1.0} if index == 4 else {}
        trial = create_architecture_trial({"net": NETWORKS[index]}, values=values)
        study.add_trial(
            optuna.create_trial(
                values=values, user_attrs=trial.user_attrs, system_attrs=constraint
            )
        )
    assert pareto_architectures(study, "net") == [NETWORKS[0], NETWORKS[1], NETWORKS[3]]
    with pytest.raises(TypeError, match="study: expected an Optuna study"):
        pareto_architectures(3, "net")  # type: ignore[arg-type]


def test_pareto_architecture_of_one_objective_is_the_best() -> None:
    study = optuna.create_study()
    assert pareto_architectures(study, "net") == []
    for index, value in enumerate((3.0, 1.0, 2.0)):
        study.add_trial(create_architecture_trial({"net": NETWORKS[index]}, value=value))
    assert pareto_architectures(study, "net") == [NETWORKS[1]]


def test_missing_architecture_is_named(study: optuna.Study) -> None:
    trial = study.ask()
    suggest_architecture(trial, "net", SPACE)
    with pytest.raises(KeyError, match=r"trial 0 carries no architecture 'head'.*:net"):
        get_architecture(trial, "head")


def test_unreadable_architecture_is_refused() -> None:
    study = optuna.create_study()
    study.add_trial(optuna.create_trial(value=0.0, user_attrs={"architecture:net": {}}))
    with pytest.raises(ArchitectureError):
        get_architecture(study.trials[0], "net")
    with pytest.raises(ArchitectureError):
        best_architecture(study, "net")


@pytest.mark.parametrize("read", [get_architecture, best_architecture])
def test_wrong_arguments_of_reading(read: Callable[..., Architecture]) -> None:
    with pytest.raises(TypeError, match="expected an Optuna"):
        read(None, "net")
    with pytest.raises(ValueError, match="name: expected a string"):
        read(
            optuna.create_study() if read is best_architecture else optuna.create_trial(value=0.0),
            "",
        )
