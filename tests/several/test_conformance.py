"""What users of Optuna expect of any sampler, in studies with several objectives and constraints.

Optuna's own suites check it where objectives ask for ordinary parameters only.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import pareto_architectures
from optuna_nasbot import suggest_architecture
from tests.several.studies import IS_NEW
from tests.several.studies import SPACES
from tests.several.studies import Sort
from tests.several.studies import nasbot
from tests.several.studies import tried

TWO, THREE = ("minimize", "maximize"), ("minimize", "maximize", "minimize")
SORTS = [
    Sort("mlp", TWO, "set"),
    Sort("cells", TWO, "func"),
    Sort("cnn", TWO, "set and func"),
    Sort("cells", THREE, "set"),
    Sort("mlp", THREE, "free"),
    Sort("cells", ("minimize",), "set and func"),
]
if not IS_NEW:
    SORTS = [replace(each, told="free" if each.told == "free" else "func") for each in SORTS]
SLOW = {2, 4}
"""Sorts that are left to the slow tests: what they have, the others have between them."""
N_TRIALS = {nasbot: 10, EvolutionSampler: 14}
"""Some more than each starts with."""

makers = pytest.mark.parametrize("make", N_TRIALS, ids=["nasbot", "evolution"])
sorts = pytest.mark.parametrize(
    "sort",
    [pytest.param(each, marks=[pytest.mark.slow] * (i in SLOW)) for i, each in enumerate(SORTS)],
    ids=lambda sort: f"{len(sort.directions)} of {sort.space}, {sort.told}",
)


@cache
def searched(make: Callable[..., Any], sort: Sort) -> optuna.Study:
    """A study that has run; tests share it, and don't change it."""
    study = sort.study(make, seed=1)
    study.optimize(sort.objective, n_trials=N_TRIALS[make])
    return study


@makers
@sorts
def test_trials_are_of_the_space_and_go_beyond_the_start(
    make: Callable[..., Any], sort: Sort
) -> None:
    trials = searched(make, sort).trials
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * N_TRIALS[make]
    for trial in trials:
        assert get_architecture(trial, "net") in SPACES[sort.space]
        assert type(trial.params["rate"]) is float
        assert 1e-5 <= trial.params["rate"] <= 1e-1
    parents = [trial.user_attrs["architecture:net:origin"]["parent"] for trial in trials]
    assert parents[0] is None
    assert any(parent is not None for parent in parents)


@makers
@sorts
def test_constraints_are_stored_and_nothing_is_tried_twice(
    make: Callable[..., Any], sort: Sort
) -> None:
    study = searched(make, sort)
    assert [each[3] for each in tried(study)] == [sort.constraints(each) for each in study.trials]
    assert len({(network, rate["rate"]) for network, rate, *_ in tried(study)}) == N_TRIALS[make]


@makers
@sorts
def test_the_front_is_that_of_optuna(make: Callable[..., Any], sort: Sort) -> None:
    study = searched(make, sort)
    best = sorted(study.best_trials, key=lambda trial: trial.number)
    assert best
    assert all(each <= 0 for trial in best for each in sort.constraints(trial).values())
    assert pareto_architectures(study, "net") == [get_architecture(each, "net") for each in best]


@makers
@sorts
def test_a_stopped_study_goes_on_to_the_digit_by_ask_and_tell(
    make: Callable[..., Any], sort: Sort, tmp_path: Path
) -> None:
    half, stored = N_TRIALS[make] // 2, {"storage": f"sqlite:///{tmp_path}/study.db"}
    sort.study(make, seed=1, study_name="stopped", **stored).optimize(sort.objective, half)
    study = sort.study(make, seed=1, study_name="stopped", **stored)
    for _ in range(half):
        trial = study.ask()
        study.tell(trial, sort.objective(trial))
    assert tried(study) == tried(searched(make, sort))


def test_it_goes_on_in_another_process(tmp_path: Path) -> None:
    sort, storage = SORTS[2], f"sqlite:///{tmp_path}/study.db"
    sort.study(nasbot, seed=1, study_name="stopped", storage=storage).optimize(sort.objective, 8)
    program = (
        "from tests.several.studies import Sort\n"
        "from tests.several.studies import nasbot\n"
        f"sort = {sort!r}\n"
        f"study = sort.study(nasbot, seed=1, study_name='stopped', storage={storage!r})\n"
        "study.optimize(sort.objective, n_trials=2)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    study = optuna.load_study(study_name="stopped", storage=storage)
    assert tried(study) == tried(searched(nasbot, sort))


@pytest.mark.parametrize("is_named", [(True,), (False,), (False, True)])
def test_it_goes_on_with_another_version_of_optuna(is_named: tuple[bool, ...]) -> None:
    """Whichever form the constraints are stored in: a list, or since Optuna 5 each by its name."""
    sort = SORTS[1]
    whole = searched(nasbot, sort)
    study = sort.study(nasbot, seed=1)
    for trial, is_new in zip(whole.trials[:7], cycle(is_named), strict=False):
        stored = trial.system_attrs
        (margin,) = stored.pop("constraints")
        form = {"constraints:0": margin} if is_new else {"constraints": [margin]}
        study.add_trial(
            optuna.create_trial(
                values=trial.values,
                params=trial.params,
                distributions=trial.distributions,
                user_attrs=trial.user_attrs,
                system_attrs={**stored, **form},
            )
        )
    study.optimize(sort.objective, n_trials=3)
    assert tried(study) == tried(whole)
    assert pareto_architectures(study, "net") == pareto_architectures(whole, "net")


@makers
@sorts
def test_other_seeds_search_elsewhere(make: Callable[..., Any], sort: Sort) -> None:
    study = sort.study(make, seed=2)
    study.optimize(sort.objective, n_trials=3)
    found, other = tried(study), tried(searched(make, sort))[:3]
    assert not {rate["rate"] for _, rate, *_ in found} & {rate["rate"] for _, rate, *_ in other}


@makers
@sorts
def test_threads_share_a_study(make: Callable[..., Any], sort: Sort) -> None:
    study = sort.study(make, seed=3)
    study.optimize(sort.objective, n_trials=8, n_jobs=2)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 8
    assert len({(network, rate["rate"]) for network, rate, *_ in tried(study)}) == 8


@makers
@sorts
def test_trials_that_end_without_a_value(make: Callable[..., Any], sort: Sort) -> None:
    """They fail, are pruned before they report, or one of their values is not a number."""

    def fails(trial: optuna.Trial) -> tuple[float, ...]:
        *others, last = sort.objective(trial)
        match trial.number % 4:
            case 0:
                raise ValueError
            case 1:
                raise optuna.TrialPruned
            case 2:
                return (*others, math.nan)
        return (*others, last)

    study = sort.study(make, seed=4)
    study.optimize(fails, n_trials=16, catch=ValueError)
    ends = [TrialState.FAIL, TrialState.PRUNED, TrialState.FAIL, TrialState.COMPLETE]
    assert [trial.state for trial in study.trials] == ends * 4
    assert len(pareto_architectures(study, "net")) == len(study.best_trials)
    assert len({(network, rate["rate"]) for network, rate, *_ in tried(study)}) == 16


@makers
def test_pruned_trials_of_one_objective(make: Callable[..., Any]) -> None:
    """Some of them before they set a constraint; none is the best, however good."""
    sort = SORTS[-1]

    def prunes(trial: optuna.Trial) -> tuple[float, ...]:
        if trial.number % 3 == 1:
            suggest_architecture(trial, "net", SPACES[sort.space])
            trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        else:
            outcomes = sort.objective(trial)
        if trial.number % 3:
            trial.report(-100.0, step=1)
            raise optuna.TrialPruned
        return outcomes

    study = sort.study(make, seed=5)
    study.optimize(prunes, n_trials=N_TRIALS[make])
    feasible = [
        trial
        for trial in study.trials[::3]
        if all(each <= 0 for each in sort.constraints(trial).values())
    ]
    best = min(feasible, key=lambda trial: trial.value)
    assert best_architecture(study, "net") == get_architecture(best, "net")
    assert study.best_trial.number == best.number
