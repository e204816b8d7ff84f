"""What both samplers of networks have in common."""

from __future__ import annotations

import inspect
import math
import pickle
import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.samplers import BaseSampler
from optuna.samplers import RandomSampler
from optuna.samplers import TPESampler
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler

SPACE = MLPSpace(max_layers=6, max_units=64)
SEVEN_NETWORKS = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=8, max_edges=3)

Factory = Callable[..., ArchitectureSampler]


def nasbot(**keywords: Any) -> NASBOTSampler:
    return NASBOTSampler(n_startup_trials=3, **keywords)


@pytest.fixture(params=[nasbot, EvolutionSampler], ids=["nasbot", "evolution"])
def make(request: pytest.FixtureRequest) -> Factory:
    factory: Factory = request.param
    return factory


def value(architecture: Architecture) -> float:
    n_relu = sum(layer.label == "relu" for layer in architecture.layers)
    return n_relu + sum(layer.units or 0 for layer in architecture.layers) / 100


def objective(trial: optuna.Trial) -> float:
    return value(suggest_architecture(trial, "net", SPACE))


def hashes(study: optuna.Study) -> list[str]:
    return [get_architecture(trial, "net").canonical_hash() for trial in study.trials]


def search(
    sampler: ArchitectureSampler, n_trials: int, objective: Callable[..., float] = objective
) -> list[str]:
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=n_trials)
    return hashes(study)


def searched_so_far(sampler: ArchitectureSampler) -> optuna.Study:
    """A study whose start-up trials are over."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=n_start(sampler))
    return study


def n_start(sampler: ArchitectureSampler) -> int:
    return 3 if isinstance(sampler, NASBOTSampler) else len(SPACE.initial_pool)


# --- Arguments


@pytest.mark.parametrize("sampler", [NASBOTSampler, EvolutionSampler])
def test_all_arguments_are_optional_keywords(sampler: type[ArchitectureSampler]) -> None:
    parameters = inspect.signature(sampler).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    assert all(parameter.default is not parameter.empty for parameter in parameters)
    sampler()


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (-1, ValueError, "expected at least 0, got -1"),
        (2**32, ValueError, "expected at most 4,294,967,295, got 4294967296"),
        (1.5, TypeError, "expected a whole number, got 1.5"),
        ("1", TypeError, "expected a whole number, got '1'"),
        (True, TypeError, "expected a whole number, got True"),
    ],
)
def test_wrong_seed(seed: Any, error: type[Exception], message: str, make: Factory) -> None:
    with pytest.raises(error, match=f"^seed: {message}"):
        make(seed=seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_seed_of_numpy_is_a_seed(seed: int, make: Factory) -> None:
    plain, numpy = make(seed=seed), make(seed=np.int64(seed))
    assert ordinary_study(numpy) == ordinary_study(plain)
    assert numpy.trial_rng(0, "net").integers(2**60) == plain.trial_rng(0, "net").integers(2**60)


@pytest.mark.parametrize("sampler", ["tpe", TPESampler, 3])
def test_wrong_independent_sampler(sampler: Any, make: Factory) -> None:
    with pytest.raises(TypeError, match="independent_sampler: expected an Optuna sampler"):
        make(independent_sampler=sampler)


# --- Threads


def test_threads_choose_one_after_another() -> None:
    """So that each sees what the others have chosen."""

    class Watched(EvolutionSampler):
        n_choosing = 0
        n_at_once = 0

        def sample_architecture(self, *arguments: Any) -> Architecture:
            self.n_choosing += 1
            self.n_at_once = max(self.n_at_once, self.n_choosing)
            time.sleep(0.02)  # long enough for other threads to come
            chosen = super().sample_architecture(*arguments)
            self.n_choosing -= 1
            return chosen

    sampler = Watched(seed=0)
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, n_trials=12, n_jobs=4)
    assert sampler.n_at_once == 1


# --- Ordinary parameters


def ordinary_objective(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -5, 5)
    y = trial.suggest_int("y", 1, 100, log=True)
    return float(x**2 + y) if trial.suggest_categorical("z", ["a", "b"]) == "a" else float(y)


def ordinary_study(*samplers: optuna.samplers.BaseSampler) -> list[dict[str, Any]]:
    """15 trials, the same number with each of the samplers in turn."""
    study = optuna.create_study()
    for sampler in samplers:
        study.sampler = sampler
        study.optimize(ordinary_objective, n_trials=15 // len(samplers))
    return [trial.params for trial in study.trials]


def test_study_without_networks_is_an_ordinary_one(make: Factory) -> None:
    params = ordinary_study(make(seed=3))
    assert {tuple(each) for each in params} == {("x", "y", "z")}
    assert len({each["x"] for each in params}) == 15
    assert params != ordinary_study(make(seed=4))


def test_ordinary_study_goes_on_as_if_it_had_not_stopped(make: Factory) -> None:
    whole = ordinary_study(make(seed=3))
    assert ordinary_study(*(make(seed=3) for _ in range(3))) == whole


def test_workers_with_equal_seeds_draw_different_parameters(make: Factory) -> None:
    storage = InMemoryStorage()
    name = optuna.create_study(storage=storage).study_name
    workers = [
        optuna.load_study(study_name=name, storage=storage, sampler=make(seed=3)) for _ in range(4)
    ]
    for _ in range(3):
        trials = [worker.ask() for worker in workers]
        assert len({trial.suggest_float("x", 0, 1) for trial in trials}) == 4
        for trial in trials:
            workers[0].tell(trial, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        lambda: RandomSampler(seed=4),
        lambda: TPESampler(seed=4, multivariate=True, n_startup_trials=3),
    ],
)
def test_independent_sampler_samples_ordinary_parameters(
    other: Callable[[], optuna.samplers.BaseSampler], make: Factory
) -> None:
    assert ordinary_study(make(seed=3, independent_sampler=other())) == ordinary_study(other())


class RecordingSampler(RandomSampler):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def reseed_rng(self) -> None:
        self.calls.append("reseed_rng")

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self.calls.append(f"before_trial {trial.number}")

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        self.calls.append(f"after_trial {trial.number} {state.name} {values}")


def test_independent_sampler_hears_of_trials(make: Factory) -> None:
    recorder = RecordingSampler()
    sampler = make(independent_sampler=recorder)
    sampler.reseed_rng()
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda trial: 0.5, n_trials=1)
    assert recorder.calls == ["reseed_rng", "before_trial 0", "after_trial 0 COMPLETE [0.5]"]


def test_ordinary_parameters_beside_networks(make: Factory) -> None:
    def both(trial: optuna.Trial) -> float:
        return objective(trial) - abs(trial.suggest_float("lr", 0, 1) - 0.3)

    study = optuna.create_study(direction="maximize", sampler=make(seed=1))
    study.optimize(both, n_trials=5)
    assert all(0 <= trial.params["lr"] <= 1 for trial in study.trials)
    assert len(set(hashes(study))) == 5


# --- Seeds


def test_seed_repeats_a_study_and_another_does_not(make: Factory) -> None:
    n_trials = n_start(make()) + 2
    first = search(make(seed=5), n_trials)
    assert search(make(seed=5), n_trials) == first
    assert search(make(seed=6), n_trials) != first


def test_no_seed_differs_each_time(make: Factory) -> None:
    study = searched_so_far(make(seed=0))
    suggested = []
    for _ in range(2):
        study.sampler = make()
        suggested.append(suggest_architecture(study.ask(), "net", SPACE))
    n_random = {make().trial_rng(0, "net").integers(2**60) for _ in range(5)}
    assert len(n_random) == 5
    assert suggested[0] != suggested[1]


def test_random_numbers_depend_on_seed_trial_and_name(make: Factory) -> None:
    def draw(seed: int, number: int, name: str) -> int:
        return int(make(seed=seed).trial_rng(number, name).integers(2**60))

    assert draw(0, 1, "net") == draw(0, 1, "net")
    others = {draw(0, 1, "net"), draw(1, 1, "net"), draw(0, 2, "net"), draw(0, 1, "head")}
    assert len(others) == 4


def test_reseeding_changes_random_numbers(make: Factory) -> None:
    sampler = make(seed=5)
    before = sampler.trial_rng(0, "net").integers(2**60)
    sampler.reseed_rng()
    after = sampler.trial_rng(0, "net").integers(2**60)
    sampler.reseed_rng()
    assert len({before, after, sampler.trial_rng(0, "net").integers(2**60)}) == 3


def test_equal_seeds_in_two_workers_differ(make: Factory) -> None:
    """Each of two sampler objects suggests for a trial of its own, as if alone."""
    history = searched_so_far(make(seed=0)).trials
    suggested = []
    for n_failed in (0, 1):
        study = optuna.create_study(direction="maximize", sampler=make(seed=5))
        study.add_trials(history)
        study.add_trials([optuna.create_trial(state=TrialState.FAIL)] * n_failed)
        suggested.append(suggest_architecture(study.ask(), "net", SPACE).canonical_hash())
    assert suggested[0] != suggested[1]


# --- Pickling, threads, ask and tell


def test_pickled_sampler_continues_alike(make: Factory) -> None:
    fresh: ArchitectureSampler = pickle.loads(pickle.dumps(make(seed=5)))
    study = searched_so_far(fresh)
    assert hashes(study) == hashes(searched_so_far(make(seed=5)))

    again: optuna.Study = pickle.loads(pickle.dumps(study))
    for each in (study, again):
        each.optimize(objective, n_trials=2)
    assert hashes(again) == hashes(study)


@pytest.mark.parametrize("n_jobs", [2, 4])
def test_threads_never_try_a_network_twice(n_jobs: int, make: Factory) -> None:
    study = optuna.create_study(direction="maximize", sampler=make(seed=0))
    study.optimize(objective, n_trials=3 * n_jobs, n_jobs=n_jobs)
    assert all(trial.state == TrialState.COMPLETE for trial in study.trials)
    assert len(set(hashes(study))) == 3 * n_jobs


def test_ask_and_tell_equals_optimize(make: Factory) -> None:
    n_trials = n_start(make()) + 1
    study = optuna.create_study(direction="maximize", sampler=make(seed=5))
    for _ in range(n_trials):
        trial = study.ask()
        study.tell(trial, value(suggest_architecture(trial, "net", SPACE)))
    assert hashes(study) == search(make(seed=5), n_trials)


def test_running_networks_are_not_suggested_again(make: Factory) -> None:
    study = searched_so_far(make(seed=2))
    for _ in range(3):
        suggest_architecture(study.ask(), "net", SPACE)
    assert len(set(hashes(study))) == len(study.trials)


def test_enqueued_networks_are_not_suggested_before(make: Factory) -> None:
    study = searched_so_far(make(seed=2))
    expected = suggest_architecture(study.ask(), "net", SPACE)
    again = searched_so_far(make(seed=2))
    trial = again.ask()
    enqueue_architecture(again, {"net": expected})
    assert suggest_architecture(trial, "net", SPACE) != expected
    assert suggest_architecture(again.ask(), "net", SPACE) == expected


# --- What must not harm a study


def test_networks_that_fail_are_not_tried_again(make: Factory) -> None:
    def fragile(trial: optuna.Trial) -> float:
        found = objective(trial)
        if trial.number % 3 == 0:
            raise RuntimeError("out of memory")
        return math.nan if trial.number % 3 == 1 else found

    study = optuna.create_study(direction="maximize", sampler=make(seed=0))
    study.optimize(fragile, n_trials=12, catch=RuntimeError)
    assert sum(trial.state == TrialState.FAIL for trial in study.trials) == 8
    assert len(set(hashes(study))) == 12


def test_only_failures(make: Factory) -> None:
    tried = search(make(seed=0), 5, lambda trial: objective(trial) * math.nan)
    assert len(set(tried)) == 5


def test_damaged_trials_do_no_harm(make: Factory) -> None:
    study = searched_so_far(make(seed=0))
    damaged = {"architecture:net": {"format": "optuna-nasbot/9", "graph": "?"}}
    study.add_trial(optuna.create_trial(value=1e6, user_attrs=damaged))
    number = len(study.trials) - 1
    with pytest.warns(UserWarning, match=f"Trial {number} is left out of the model"):
        study.optimize(objective, n_trials=1)
    assert study.trials[-1].state == TrialState.COMPLETE


def test_small_space_is_exhausted_first(make: Factory) -> None:
    study = optuna.create_study(sampler=make(seed=0))
    for _ in range(10):
        trial = study.ask()
        architecture = suggest_architecture(trial, "net", SEVEN_NETWORKS)
        assert architecture in SEVEN_NETWORKS
        study.tell(trial, float(len(architecture.layers[1].label)))
    assert len(set(hashes(study)[:7])) == 7


def test_space_of_one_network(make: Factory) -> None:
    space = MLPSpace(min_layers=3, max_layers=3)
    study = optuna.create_study(sampler=make(seed=0))
    study.optimize(lambda trial: len(suggest_architecture(trial, "net", space).layers), n_trials=5)
    assert set(hashes(study)) == {space.initial_pool[0].canonical_hash()}


# --- The class in the place of a sampler


def around_class(sampler: Any = NASBOTSampler) -> BaseSampler:
    return optuna.samplers.PartialFixedSampler({"rate": 0.5}, sampler)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("slip", [NASBOTSampler, EvolutionSampler, around_class()])
def test_class_in_the_place_of_a_sampler_is_told(slip: Any, n_jobs: int) -> None:
    study = optuna.create_study(sampler=slip)
    with pytest.raises(TypeError, match=r"got its class\. .*parentheses.*NASBOTSampler\(\)"):
        study.optimize(lambda trial: 0.0, n_trials=5, n_jobs=n_jobs)
