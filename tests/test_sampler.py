"""Bayesian optimisation of networks in a study."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.kernels import paper_kernel
from optuna_nasbot.gp.prior import ABOUT_ONE
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.search.initial_design import networks_around_pool
from optuna_nasbot.trials.configuration import Configuration

SPACE = MLPSpace(max_layers=6, max_units=64)
POOL = SPACE.initial_pool
TINY = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=10, max_edges=3)


def value(architecture: Architecture) -> float:
    n_relu = sum(layer.label == "relu" for layer in architecture.layers)
    return n_relu - sum(layer.units or 0 for layer in architecture.layers) / 100


def study_of(*trials: optuna.trial.FrozenTrial, **keywords: Any) -> optuna.Study:
    sampler = NASBOTSampler(seed=0, **{"n_startup_trials": 1, **keywords})
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials(trials)
    return study


def finished(index: int, value: float | None, **keywords: Any) -> optuna.trial.FrozenTrial:
    return create_architecture_trial({"net": POOL[index]}, value=value, **keywords)


def suggested(study: optuna.Study) -> Architecture:
    return suggest_architecture(study.ask(), "net", SPACE)


def tried(study: optuna.Study) -> list[Architecture]:
    return [get_architecture(trial, "net") for trial in study.trials]


# --- Arguments


@pytest.mark.parametrize("n", [0, -3, 2.0, "10", None, True])
def test_wrong_number_of_startup_trials(n: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="n_startup_trials: expected"):
        NASBOTSampler(n_startup_trials=n)


@pytest.mark.parametrize("kernel", ["", "PAPER", None, 1])
def test_wrong_kernel(kernel: Any) -> None:
    with pytest.raises(ValueError, match=r"kernel: expected one of \['default', 'paper'\] or a"):
        NASBOTSampler(kernel=kernel)


def test_the_kernel_of_the_paper_sees_no_neighbourhoods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optuna_nasbot.distance.network_distances.neighbourhood_distances", None)
    assert suggested(study_of(finished(0, 1.0), finished(1, 2.0), kernel="paper")) in SPACE
    with pytest.raises(TypeError):
        suggested(study_of(finished(0, 1.0), finished(1, 2.0)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda networks: None, TypeError, "kernel: expected a function that makes a Kernel, got"),
        (lambda networks: Kernel(()), ValueError, "kernel: expected a term with something to"),
        (lambda networks: Term((), ABOUT_ONE), ValueError, "views: expected at least one view"),
    ],
)
def test_a_wrong_kernel_of_ones_own(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        suggested(study_of(finished(0, 1.0), finished(1, 2.0), n_startup_trials=2, kernel=make))


def test_a_kernel_of_ones_own() -> None:
    def kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
        asked.extend(networks)
        return paper_kernel(networks)

    asked: list[str] = []
    trials = [finished(index, float(index)) for index in range(3)]
    own, paper = (suggested(study_of(*trials, kernel=each)) for each in (kernel, "paper"))
    assert own == paper
    assert asked == ["net"]


@pytest.mark.parametrize("acquisition", ["ei", "LOG_EI", None, ["ucb"]])
def test_wrong_acquisition(acquisition: Any) -> None:
    with pytest.raises(
        ValueError, match=r"acquisition: expected one of \['log_ei', 'ucb', 'ts'\]"
    ):
        NASBOTSampler(acquisition=acquisition)


# --- Start


def started(seed: int, n: int) -> list[Architecture]:
    study = optuna.create_study(sampler=NASBOTSampler(seed=seed, n_startup_trials=n))
    study.optimize(lambda trial: value(suggest_architecture(trial, "net", SPACE)), n_trials=n)
    return tried(study)


def test_startup_networks_are_far_from_each_other() -> None:
    def mean_distance_to_nearest(networks: list[Architecture]) -> float:
        d_bar = OTMANN.for_space(SPACE).pairwise(networks)[1].mean(axis=0)
        np.fill_diagonal(d_bar, np.inf)
        return float(d_bar.min(axis=1).mean())

    around = networks_around_pool(SPACE, 90, np.random.default_rng(0))
    rngs = [np.random.default_rng(seed) for seed in range(20)]
    random = [[around[i] for i in rng.permutation(len(around))[:5]] for rng in rngs]
    ours = [started(seed, n=5) for seed in range(20)]
    assert np.mean([*map(mean_distance_to_nearest, ours)]) > 1.2 * np.mean(
        [*map(mean_distance_to_nearest, random)]
    )


def test_the_start_depends_on_the_seed() -> None:
    assert started(seed=0, n=5) == started(seed=0, n=5) != started(seed=1, n=5)


def test_running_trials_do_not_hold_up_the_start() -> None:
    """More workers than start-up networks, none of them finished."""
    study = study_of(n_startup_trials=2)
    networks = [suggested(study) for _ in range(5)]
    assert len({network.canonical_hash() for network in networks}) == 5
    assert all(network in SPACE for network in networks)


# --- Model


def test_search_beats_its_start() -> None:
    study = study_of(n_startup_trials=3)
    study.optimize(lambda trial: value(suggest_architecture(trial, "net", SPACE)), n_trials=8)
    values = [trial.values[0] for trial in study.trials]
    assert max(values[3:]) > max(values[:3])
    assert len({network.canonical_hash() for network in tried(study)}) == 8


@pytest.mark.parametrize("acquisition", ["log_ei", "ucb", "ts"])
def test_each_acquisition_runs(acquisition: Any) -> None:
    study = study_of(n_startup_trials=2, acquisition=acquisition)
    for number in range(5):
        trial = study.ask()
        study.tell(trial, float(value(suggest_architecture(trial, "net", TINY))))
        if number == 3:
            suggest_architecture(study.ask(), "net", TINY)
    assert len({network.canonical_hash() for network in tried(study)}) == 6


@pytest.mark.parametrize("acquisition", ["ucb", "ts"])
def test_new_sampler_goes_on_as_the_old_one_would(acquisition: Any) -> None:
    """What a sampler remembers of earlier suggestions saves time and changes nothing."""

    def new_study() -> optuna.Study:
        return study_of(n_startup_trials=3, acquisition=acquisition)

    study = new_study()
    study.optimize(lambda trial: value(suggest_architecture(trial, "net", SPACE)), n_trials=6)
    resumed = new_study()
    resumed.add_trials(study.trials[:5])
    assert suggested(resumed) == tried(study)[5]


def test_minimising_equals_maximising_the_negative() -> None:
    found = []
    for direction, sign in (("maximize", 1.0), ("minimize", -1.0)):
        study = optuna.create_study(
            direction=direction, sampler=NASBOTSampler(seed=0, n_startup_trials=3)
        )
        study.optimize(
            lambda trial, sign=sign: sign * value(suggest_architecture(trial, "net", SPACE)),
            n_trials=6,
        )
        found.append(tried(study))
    assert found[0] == found[1]


def test_networks_outside_the_space_inform_the_model() -> None:
    """A study that was begun in a larger space goes on in a smaller one."""
    large = MLPSpace(max_layers=12).initial_pool
    study = study_of(
        *(
            create_architecture_trial({"net": network}, value=float(index))
            for index, network in enumerate(large[:4])
        )
    )
    assert all(network not in SPACE for network in large[:4])
    assert suggested(study) in SPACE


def test_cnn_space() -> None:
    space = CNNSpace(image_size=8, max_layers=8, max_units=32)
    study = study_of(n_startup_trials=2)
    study.optimize(lambda trial: len(suggest_architecture(trial, "net", space).layers), n_trials=4)
    assert all(network in space for network in tried(study))


# --- Values that could do harm


@pytest.mark.parametrize(
    "values",
    [
        [1.0],
        [0.0, 0.0, 0.0],
        [1e308, -1e308, 0.0],
        [1.7e308, 1.7e308, 1.6e308],
        [5e-324, 0.0, -5e-324],
        [1e-320, 2e-320, 3e-320],
        [1.0, 1.0 + 2**-52, 1.0],
        [-1e300, 1.0, 2.0],
    ],
)
def test_any_finite_values(values: list[float]) -> None:
    study = study_of(*(finished(index, value) for index, value in enumerate(values)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        architecture = suggested(study)
    assert architecture in SPACE
    assert architecture not in POOL[: len(values)]


@pytest.mark.parametrize(
    "values", [[math.inf], [-math.inf, math.inf], [math.inf, 1.0, -math.inf, 2.0]]
)
def test_infinite_values_are_clipped_with_a_warning(values: list[float]) -> None:
    study = study_of(*(finished(index, value) for index, value in enumerate(values)))
    with pytest.warns(UserWarning, match="Infinite objective values are clipped"):
        architecture = suggested(study)
    assert architecture in SPACE
    assert architecture not in POOL[: len(values)]


def test_one_network_with_different_values() -> None:
    study = study_of(finished(0, 1.0), finished(0, 2.0), finished(0, -5.0), finished(1, 0.0))
    assert suggested(study) not in POOL[:2]


def test_one_network_alone_with_different_values() -> None:
    assert suggested(study_of(finished(0, 1.0), finished(0, 2.0))) != POOL[0]


def test_trials_of_all_sorts() -> None:
    cnn = CNNSpace(max_layers=8).initial_pool[0]
    study = study_of(
        finished(0, 1.0),
        finished(1, None, state=TrialState.FAIL),
        finished(2, None, state=TrialState.PRUNED),
        finished(3, 2.0, state=TrialState.PRUNED, intermediate_values={0: 2.0}),
        finished(4, math.nan, state=TrialState.PRUNED),
        finished(5, None, state=TrialState.RUNNING),
        optuna.create_trial(value=3.0),
        create_architecture_trial({"net": cnn}, value=4.0),
        create_architecture_trial({"other": POOL[6]}, value=5.0),
    )
    architecture = suggested(study)
    assert architecture in SPACE
    assert architecture not in POOL[:6]


def test_failed_networks_are_avoided_unless_failures_are_left_out() -> None:
    first = suggested(study_of(optuna.create_trial(value=0.0)))
    failed = create_architecture_trial({"net": first}, state=TrialState.FAIL)
    assert suggested(study_of(failed)) != first
    assert suggested(study_of(failed, learn_from_failures=False)) == first


@pytest.mark.parametrize("learn", [None, 1, "yes"])
def test_wrong_learn_from_failures(learn: Any) -> None:
    with pytest.raises(TypeError, match="learn_from_failures: expected True or False"):
        NASBOTSampler(learn_from_failures=learn)


def test_many_running_trials_are_avoided_and_the_latest_ones_modelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    running = {
        network.canonical_hash(): network for network in networks_around_pool(SPACE, 300, rng)
    }
    trials = [
        create_architecture_trial({"net": network}, state=TrialState.RUNNING)
        for network in running.values()
    ]
    assert len(trials) > 150
    pending: list[Architecture] = []
    hallucinate = Surrogate.hallucinate

    def spy(surrogate: Surrogate, more: Sequence[Configuration]) -> Surrogate:
        pending.extend(each.networks["net"] for each in more)
        return hallucinate(surrogate, more)

    monkeypatch.setattr(Surrogate, "hallucinate", spy)
    study = study_of(finished(0, 1.0), finished(1, 2.0), *trials)
    assert suggested(study).canonical_hash() not in running
    latest = list(running)[-100:]
    assert [network.canonical_hash() for network in pending] == latest


def test_two_networks_in_a_trial() -> None:
    study = study_of(n_startup_trials=2)

    def objective(trial: optuna.Trial) -> float:
        first = suggest_architecture(trial, "first", SPACE)
        second = suggest_architecture(trial, "second", TINY)
        assert second in TINY
        return value(first) - value(second)

    study.optimize(objective, n_trials=4)
    found = {
        tuple(get_architecture(trial, name).canonical_hash() for name in ("first", "second"))
        for trial in study.trials
    }
    assert len(found) == 4
