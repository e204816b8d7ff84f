"""Other samplers for the ordinary parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.samplers import RandomSampler

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import suggest_architecture
from tests.joint.conftest import SPACE
from tests.joint.conftest import nasbot
from tests.joint.objectives import decay_of
from tests.joint.objectives import lr_of
from tests.joint.objectives import new_study
from tests.joint.objectives import searched
from tests.joint.objectives import tried
from tests.joint.objectives import value


def test_parameter_sampler_samples_all_parameters(make: Callable[..., Any]) -> None:
    study = searched(make(seed=12, parameter_sampler=RandomSampler(seed=3)))
    alone = optuna.create_study(sampler=RandomSampler(seed=3))
    alone.optimize(lambda trial: lr_of(trial) + decay_of(trial), n_trials=16)
    assert [trial.params for trial in study.trials] == [trial.params for trial in alone.trials]


def test_independent_sampler_is_the_old_name(make: Callable[..., Any]) -> None:
    with pytest.warns(FutureWarning, match="^independent_sampler: .* Write parameter_sampler"):
        old = make(seed=12, independent_sampler=RandomSampler(seed=3))
    new = make(seed=12, parameter_sampler=RandomSampler(seed=3))
    assert tried(searched(old)) == tried(searched(new))


def test_two_samplers_are_refused(make: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"^independent_sampler: expected none together with"):
        make(independent_sampler=RandomSampler(), parameter_sampler=RandomSampler())
    with pytest.raises(TypeError, match=r"^parameter_sampler: expected an Optuna sampler, got 3"):
        make(parameter_sampler=3)
    with pytest.raises(TypeError, match=r"^warn_independent_sampling: expected True or False"):
        make(warn_independent_sampling=1)


def test_method_of_the_paper_searches_networks_only() -> None:
    paper = NASBOTSampler(seed=0, n_startup_trials=3, kernel="paper", acquisition="ucb")
    study = searched(paper, n=6)
    assert all(trial.system_attrs == {} for trial in study.trials)


def test_nothing_is_stored_where_there_are_no_parameters() -> None:
    study = new_study(nasbot(seed=13))
    study.optimize(
        lambda trial: value(suggest_architecture(trial, "net", SPACE), 1e-3, 1e-4), n_trials=8
    )
    assert all(trial.system_attrs == {} for trial in study.trials)
