"""What the samplers tell of their progress in Optuna's log, to those who ask."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import optuna
import pytest

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.search.initial_design import networks_around_pool
from optuna_nasbot.trials import Origin
from optuna_nasbot.trials import stored_origin

SPACE = MLPSpace(max_layers=6, max_units=64)


def told_origin(study: optuna.Study) -> Origin | None:
    return stored_origin(study.trials[-1].user_attrs, "net")


def value(trial: optuna.Trial) -> float:
    return float(len(suggest_architecture(trial, "net", SPACE).layers))


def test_startup_trials(messages: list[str]) -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=3))
    for n_observed in range(3):
        messages.clear()
        study.optimize(value, n_trials=1)
        assert messages == [
            f"Trial {n_observed}: start-up, {n_observed} of 3 trials have ended; "
            f"'net' is {told_origin(study)}."
        ]


@pytest.mark.parametrize("acquisition", ["log_ei", "ucb", "ts"])
def test_choice_of_the_model(acquisition, messages: list[str]) -> None:
    sampler = NASBOTSampler(seed=0, n_startup_trials=2, acquisition=acquisition)
    study = optuna.create_study(sampler=sampler)
    study.optimize(value, n_trials=2)
    messages.clear()
    study.optimize(value, n_trials=1)
    fitted, chosen = messages
    assert re.fullmatch(
        r"Fitted a model to 2 trials in \d+\.\d\d s with new hyperparameters\.", fitted
    )
    told = re.fullmatch(
        r"Trial 2: expected improvement over the best: (\S+) standard deviations; 'net' is (.+)\.",
        chosen,
    )
    assert told is not None
    assert 0 <= float(told[1]) < 3
    assert told[2] == str(told_origin(study))


def test_hyperparameters_that_were_fitted_before(messages: list[str]) -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    networks = networks_around_pool(SPACE, 100, np.random.default_rng(0))[:65]
    trials = [create_architecture_trial({"net": each}, value=1.0) for each in networks]
    n_added = 0
    for n, how in ((64, "new"), (65, "the earlier")):
        study.add_trials(trials[n_added:n])
        n_added = n
        messages.clear()
        suggest_architecture(study.ask(), "net", SPACE)
        assert messages[0].startswith(f"Fitted a model to {n} trials in ")
        assert messages[0].endswith(f" s with {how} hyperparameters.")


def test_a_model_of_the_same_trials_is_not_fitted_again(messages: list[str]) -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.add_trial(create_architecture_trial({"net": SPACE.initial_pool[0]}, value=1.0))
    for _ in range(2):
        suggest_architecture(study.ask(), "net", SPACE)
    assert sum(each.startswith("Fitted") for each in messages) == 1


def test_evolution(messages: list[str]) -> None:
    study = optuna.create_study(sampler=EvolutionSampler(seed=0))
    n = len(SPACE.initial_pool)
    study.optimize(value, n_trials=n + 1)
    assert messages[1] == (
        f"Trial 1: start-up, 1 of {n} networks were tried; 'net' is an initial network."
    )
    assert messages[-1] == f"Trial {n}: evolving from {n} networks; 'net' is {told_origin(study)}."


def output(preparation: str) -> str:
    """What a process writes in which a network is suggested."""
    code = f"""
import logging
import optuna
{preparation}
from optuna_nasbot import MLPSpace, NASBOTSampler, suggest_architecture

def objective(trial):
    suggest_architecture(trial, "net", MLPSpace())
    return 0.0

optuna.create_study(sampler=NASBOTSampler()).optimize(objective, n_trials=1)
"""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stderr


ASKED = 'logging.getLogger("optuna.optuna_nasbot").setLevel(logging.INFO)'


@pytest.mark.parametrize(
    ("preparation", "told", "finished"),
    [
        ("", False, True),
        ("optuna.logging.set_verbosity(optuna.logging.DEBUG)", False, True),
        (ASKED, True, True),
        (f"import optuna_nasbot; {ASKED}", True, True),
        (f"{ASKED}; optuna.logging.set_verbosity(optuna.logging.WARNING)", True, False),
        (f"{ASKED}; optuna.logging.disable_default_handler()", False, False),
    ],
)
def test_only_who_asks_is_told(preparation: str, told: bool, finished: bool) -> None:
    written = output(preparation)
    assert ("Trial 0: start-up, 0 of 5 trials have ended" in written) == told
    assert ("Trial 0 finished with value" in written) == finished
