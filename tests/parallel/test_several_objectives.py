"""Workers share a study that has two objectives and a constraint."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import TrialState
from processes import run_workers
from storage_addresses import opened
from study_worker import value

from optuna_nasbot import get_architecture
from optuna_nasbot import pareto_architectures

N_WORKERS, N_TRIALS_EACH = 4, 8


@pytest.mark.skipif(
    not hasattr(optuna.trial.Trial, "set_constraint"),
    reason="Constraints are set in an objective since Optuna 5.",
)
@pytest.mark.server
def test_four_workers(postgresql_address: str) -> None:
    study = optuna.create_study(
        study_name="several",
        storage=opened(postgresql_address),
        directions=["maximize", "minimize"],
    )
    run_workers(N_WORKERS, postgresql_address, "several", N_TRIALS_EACH)

    trials = study.trials
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * N_WORKERS * N_TRIALS_EACH
    tried = set()
    for trial in trials:
        network, rate = get_architecture(trial, "net"), trial.params["rate"]
        tried.add((network.canonical_hash(), rate))
        assert trial.values == [pytest.approx(value(network, rate)), len(network.layers)]
        assert trial.constraints == {"rate": rate - 0.5}
    assert len(tried) == len(trials)

    best = sorted(study.best_trials, key=lambda trial: trial.number)
    assert all(trial.params["rate"] <= 0.5 for trial in best)
    front = [get_architecture(trial, "net") for trial in best]
    assert pareto_architectures(study, "net") == front != []
    # With the model trials satisfy the constraint more often than by chance.
    assert sum(trial.params["rate"] <= 0.5 for trial in trials[10 + N_WORKERS :]) > 9
