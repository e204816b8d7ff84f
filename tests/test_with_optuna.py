"""The sampler beside other parts of Optuna: pruners, samplers around it, moved studies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna import pruners
from optuna.samplers import PartialFixedSampler
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=6, max_units=64)
N_STARTUP = 3
VALUES = (0.9, 0.3, 1.2, 0.1, 0.7, 1.5, 0.2, 1.0, 0.4, 1.6, 0.6, 0.8)


def sampler() -> NASBOTSampler:
    return NASBOTSampler(seed=0, n_startup_trials=N_STARTUP)


def objective(trial: optuna.Trial) -> float:
    network = suggest_architecture(trial, "net", SPACE)
    rate = trial.suggest_float("rate", 0.0, 1.0)
    return sum(layer.units or 0 for layer in network.layers) / 100 - rate


def networks(study: optuna.Study) -> list[Architecture]:
    return [get_architecture(trial, "net") for trial in study.trials]


# --- Pruners


@pytest.mark.parametrize(
    "pruner",
    [
        pruners.MedianPruner(n_startup_trials=2),
        pruners.PercentilePruner(75.0, n_startup_trials=2),
        pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
        pruners.HyperbandPruner(min_resource=1, max_resource=8, reduction_factor=2),
        pruners.ThresholdPruner(lower=0.6),
        pruners.PatientPruner(pruners.MedianPruner(n_startup_trials=2), patience=0),
        pruners.WilcoxonPruner(n_startup_steps=2),
    ],
    ids=lambda pruner: type(pruner).__name__,
)
def test_pruned_networks_inform_the_search(pruner: pruners.BasePruner) -> None:
    def learning(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "net", SPACE)
        value = VALUES[trial.number]  # whatever the network, so that all is pruned that is to be
        for step in range(1, 9):
            trial.report(value - abs(step - 4) / 8, step)  # It overfits in the end.
            if trial.should_prune():
                raise optuna.TrialPruned
        return value

    study = optuna.create_study(
        study_name="pruned",  # which HyperbandPruner derives a trial's bracket from
        direction="maximize",
        sampler=sampler(),
        pruner=pruner,
    )
    study.optimize(learning, n_trials=len(VALUES))
    states = [trial.state for trial in study.trials]
    assert set(states) == {TrialState.COMPLETE, TrialState.PRUNED}
    assert TrialState.PRUNED in states[:-1]
    assert all(network in SPACE for network in networks(study))
    assert len({network.canonical_hash() for network in networks(study)}) == len(VALUES)


def test_no_pruner_changes_nothing() -> None:
    studies = []
    for pruner in (pruners.NopPruner(), pruners.MedianPruner()):
        study = optuna.create_study(sampler=sampler(), pruner=pruner)
        study.optimize(objective, n_trials=N_STARTUP + 2)
        studies.append(study)
    assert networks(studies[0]) == networks(studies[1])


# --- Samplers around it


def test_fixed_parameters_leave_the_search_as_it_is() -> None:
    fixed = optuna.create_study(sampler=PartialFixedSampler({"rate": 0.25}, sampler()))
    fixed.optimize(objective, n_trials=N_STARTUP + 3)
    assert {trial.params["rate"] for trial in fixed.trials} == {0.25}

    def with_constant(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SPACE)
        return sum(layer.units or 0 for layer in network.layers) / 100 - 0.25

    plain = optuna.create_study(sampler=sampler())
    plain.optimize(with_constant, n_trials=N_STARTUP + 3)
    assert networks(fixed) == networks(plain)


# --- Moved studies


def copied(study: optuna.Study, url: str) -> None:
    optuna.copy_study(
        from_study_name=study.study_name, from_storage=study._storage, to_storage=url
    )


def added(study: optuna.Study, url: str) -> None:
    moved = optuna.create_study(study_name=study.study_name, storage=url)
    for trial in study.trials:
        moved.add_trial(trial)


@pytest.mark.parametrize("move", [copied, added])
def test_moved_study_goes_on_as_the_old_one_would(
    move: Callable[[optuna.Study, str], None], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(sampler=sampler())
    study.optimize(objective, n_trials=N_STARTUP + 1)
    move(study, url)
    moved = optuna.load_study(study_name=study.study_name, storage=url, sampler=sampler())
    assert networks(moved) == networks(study)
    expected = suggest_architecture(study.ask(), "net", SPACE)
    assert suggest_architecture(moved.ask(), "net", SPACE) == expected
