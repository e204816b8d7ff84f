"""What the figures fit the model to."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.surrogate_plot import leave_one_out_predictions
from optuna_nasbot.visualization.figures.tried_networks import tried_networks


def modelled(study: optuna.Study, name: str = "net", target: Any = None) -> ModelledTrials:
    found = tried_networks(study, name, target, "" if target is None else "x")
    return modelled_trials(study, found, name, target)


def test_parameters_are_part_of_what_was_tried(study: Any, tuned: Any) -> None:
    found = modelled(study(*tuned(5)))
    assert found.dimensions.names == ("net", "lr", "batch_size", "optimizer")
    assert [each.parameters for each in found.configurations] == [t.params for t in tuned(5)]


def test_the_model_predicts_by_parameters(study: Any, tuned: Any) -> None:
    """The learning rate makes most of the values: networks alone tell next to nothing."""
    with_parameters = modelled(study(*tuned(30)))
    without = [
        create_architecture_trial({"net": each}, value=trial.value)
        for each, trial in zip(with_parameters.of.networks, tuned(30), strict=True)
    ]
    assert leave_one_out_predictions(with_parameters).explained > 0.6
    assert leave_one_out_predictions(modelled(study(*without))).explained < 0.3


@pytest.mark.parametrize(("direction", "sign"), [("minimize", -1.0), ("maximize", 1.0)])
def test_larger_targets_are_better(direction: str, sign: float, study: Any, tuned: Any) -> None:
    found = modelled(study(*tuned(6), direction=direction))
    values = np.array([trial.value for trial in found.of.trials])
    np.testing.assert_array_equal(found.of.values, values)
    assert np.argmax(found.targets.all) == np.argmax(sign * values)


def test_pruned_trials_have_a_value_unless_there_is_a_target(study: Any, tuned: Any) -> None:
    (pruned,) = tuned(1, state=TrialState.PRUNED)
    made = study(*tuned(4), pruned)
    assert len(modelled(made).configurations) == 5
    found = modelled(made, target=lambda trial: 10.0 - trial.value)
    assert len(found.configurations) == 4
    np.testing.assert_allclose(found.of.values, [10.0 - trial.value for trial in tuned(4)])


def test_networks_of_other_names_are_part_of_what_was_tried(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"body": a, "head": b}, value=float(i))
        for i, (a, b) in enumerate(pairwise(pool))
    ]
    for name in ("body", "head"):
        found = modelled(study(*trials), name)
        assert all(each.networks.keys() == {"body", "head"} for each in found.configurations)
        found.surrogate.predict(found.configurations)


def test_a_trial_whose_other_network_is_damaged_is_left_out(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"body": a, "head": b}, value=float(i))
        for i, (a, b) in enumerate(pairwise(pool))
    ]
    attributes = {**trials[0].user_attrs, "architecture:head": "?"}
    damaged = optuna.create_trial(value=0.0, user_attrs=attributes)
    with pytest.warns(UserWarning, match="Trial 0 is left out of the model"):
        found = modelled(study(damaged, *trials), "body")
    assert len(found.configurations) == len(trials)


def test_another_name_without_a_network_that_can_be_modelled(study: Any, pool: Any) -> None:
    """The latest trial alone has it, and is not among those that are shown."""
    trials = [create_architecture_trial({"net": each}, value=1.0) for each in pool[:3]]
    of_head = create_architecture_trial({"head": pool[0]}, value=2.0)
    found = modelled(study(*trials, of_head))
    assert len(found.configurations) == 3
    found.surrogate.predict(found.configurations)
