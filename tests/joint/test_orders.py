"""Networks and parameters are chosen together, in whatever order an objective asks for them."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import BaseDistribution
from optuna.pruners import HyperbandPruner
from optuna.samplers import BaseSampler
from optuna.samplers import PartialFixedSampler
from optuna.samplers import RandomSampler
from optuna.samplers import TPESampler
from optuna.search_space import IntersectionSearchSpace
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from tests.joint.conftest import DISTRIBUTIONS
from tests.joint.conftest import SPACE
from tests.joint.conftest import nasbot
from tests.joint.objectives import DECAY
from tests.joint.objectives import LR
from tests.joint.objectives import Objective
from tests.joint.objectives import decay_of
from tests.joint.objectives import lr_of
from tests.joint.objectives import network_between
from tests.joint.objectives import network_first
from tests.joint.objectives import new_study
from tests.joint.objectives import parameters_first
from tests.joint.objectives import searched
from tests.joint.objectives import tried
from tests.joint.objectives import value


def test_the_order_makes_no_difference(make: Callable[..., Any]) -> None:
    expected = tried(searched(make(seed=1)))
    assert tried(searched(make(seed=1), parameters_first)) == expected
    assert tried(searched(make(seed=1), network_between)) == expected
    study = new_study(make(seed=1))
    for _ in range(16):
        trial = study.ask({"lr": LR, "decay": DECAY})
        study.tell(trial, network_first(trial))
    assert tried(study) == expected


@pytest.mark.parametrize("objective", [network_first, parameters_first, network_between])
def test_resumed_study_goes_on_to_the_digit(
    make: Callable[..., Any], objective: Objective, tmp_path: Any
) -> None:
    whole = tried(searched(make(seed=2), objective, n=12))
    storage = f"sqlite:///{tmp_path}/study.db"
    optuna.create_study(storage=storage, study_name="s")
    for _ in range(4):
        study = optuna.load_study(storage=storage, study_name="s", sampler=make(seed=2))
        study.optimize(objective, n_trials=3)
    assert tried(study) == whole


def test_resumed_in_another_process(tmp_path: Any) -> None:
    """Where the parameters come first, before the process knows the space."""
    whole = tried(searched(nasbot(seed=2), parameters_first, n=7))
    storage = f"sqlite:///{tmp_path}/study.db"
    study = new_study(nasbot(seed=2), storage=storage, study_name="s")
    study.optimize(parameters_first, n_trials=6)
    program = (
        "import optuna\n"
        "from tests.joint.conftest import nasbot\n"
        "from tests.joint.objectives import parameters_first\n"
        f"study = optuna.load_study(storage={storage!r}, study_name='s', sampler=nasbot(seed=2))\n"
        "study.optimize(parameters_first, n_trials=1)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    assert tried(study) == whole


def test_parameters_of_all_kinds_are_searched(make: Callable[..., Any]) -> None:
    study = new_study(make(seed=3))

    def tell() -> None:
        trial = study.ask(DISTRIBUTIONS)
        network = suggest_architecture(trial, "net", SPACE)
        cost = value(network, trial.params["lr"], 1e-4) + abs(trial.params["dropout"] - 0.2)
        cost += trial.params["optimiser"] != "sgd"
        study.tell(trial, cost + (not trial.params["nesterov"]))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(18):
            tell()
    last = study.trials[-1]
    asked = study.sampler.infer_relative_search_space(study, last)
    assert asked.keys() == DISTRIBUTIONS.keys()
    for trial in study.trials:
        assert trial.params["dropout"] in (0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5)
        assert trial.params["epochs"] in (2, 4, 6, 8, 10)
        assert type(trial.params["batch_size"]) is int
        assert type(trial.params["lr"]) is float


@pytest.mark.slow
def test_search_beats_random_parameters() -> None:
    """The best of 25 trials, mean over seeds."""
    joint = [searched(nasbot(seed=seed), n=25).best_value for seed in range(4)]
    drawn = [
        searched(nasbot(seed=seed, parameter_sampler=RandomSampler(seed=seed)), n=25).best_value
        for seed in range(4)
    ]
    assert sum(joint) < 0.6 * sum(drawn)


# --- What is known of a trial


def test_enqueued_parameters_are_kept_and_the_others_chosen(make: Callable[..., Any]) -> None:
    for objective in (network_first, parameters_first, network_between):
        study = searched(make(seed=4), objective, n=13)
        study.enqueue_trial({"lr": 0.02})
        study.optimize(objective, n_trials=1)
        assert study.trials[-1].params["lr"] == 0.02


def test_enqueued_network_is_kept(make: Callable[..., Any]) -> None:
    network = SPACE.initial_pool[1]
    for objective in (network_first, parameters_first, network_between):
        study = searched(make(seed=4), objective, n=13)
        enqueue_architecture(study, {"net": network}, {"decay": 0.003})
        study.optimize(objective, n_trials=1)
        assert get_architecture(study.trials[-1], "net") == network
        assert study.trials[-1].params["decay"] == 0.003


def test_all_enqueued(make: Callable[..., Any]) -> None:
    study = searched(make(seed=4), n=13)
    enqueue_architecture(study, {"net": SPACE.initial_pool[0]}, {"lr": 0.01, "decay": 0.003})
    study.optimize(network_first, n_trials=1)
    assert study.trials[-1].params == {"lr": 0.01, "decay": 0.003}


def test_partly_fixed_parameters(make: Callable[..., Any]) -> None:
    for objective in (network_first, parameters_first):
        study = searched(PartialFixedSampler({"lr": 0.004}, make(seed=5)), objective)
        assert {trial.params["lr"] for trial in study.trials} == {0.004}
        assert len({trial.params["decay"] for trial in study.trials}) > 8


class NetworksOnly(TPESampler):
    """A user's sampler of all parameters, which asks another one for the networks."""

    def __init__(self, networks: NASBOTSampler) -> None:
        super().__init__(seed=0)
        self.networks = networks


def test_wrapper_with_parameters_of_its_own() -> None:
    plain = searched(nasbot(seed=6, parameter_sampler=TPESampler(seed=0)))
    assert tried(searched(NetworksOnly(nasbot(seed=6)))) == tried(plain)


class OwnSearchSpace(BaseSampler):
    """A user's wrapper that finds out by itself which parameters to ask another sampler for."""

    def __init__(self, inner: BaseSampler) -> None:
        self.inner = inner
        self.found: list[dict[str, Any]] = []

    def infer_relative_search_space(
        self, study: optuna.Study, trial: optuna.trial.FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return IntersectionSearchSpace().calculate(study)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        self.found.append(self.inner.sample_relative(study, trial, search_space))
        return self.found[-1]

    def sample_independent(
        self,
        study: optuna.Study,
        trial: optuna.trial.FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self.inner.sample_independent(study, trial, param_name, param_distribution)


def test_wrapper_with_a_search_space_of_its_own(make: Callable[..., Any]) -> None:
    for objective in (network_first, parameters_first):
        wrapper = OwnSearchSpace(make(seed=6))
        searched(wrapper, objective, n=4)
        assert [set(each) for each in wrapper.found[1:]] == [{"lr", "decay"}] * 3


def test_single_valued_parameters_do_no_harm(make: Callable[..., Any]) -> None:
    def objective(trial: optuna.Trial) -> float:
        trial.suggest_int("one", 1, 1)
        trial.suggest_categorical("only", ["a"])
        return network_first(trial)

    expected = tried(searched(make(seed=7)))
    found = tried(searched(make(seed=7), objective))
    assert [(net, {n: p[n] for n in ("lr", "decay")}) for net, p in found] == expected


def test_trials_without_parameters_stay_in_the_model() -> None:
    study = new_study(nasbot(seed=8))
    for index in range(5):
        network = SPACE.initial_pool[index]
        study.add_trial(create_architecture_trial({"net": network}, value=float(index)))
    with pytest.warns(UserWarning, match="trial 4, the latest one .* you added that trial"):
        study.optimize(parameters_first, n_trials=6)
    study.optimize(network_first, n_trials=6)
    assert all(trial.params.keys() == {"lr", "decay"} for trial in study.trials[5:])


def test_crash_between_the_parameters(make: Callable[..., Any]) -> None:
    def crashing(trial: optuna.Trial) -> float:
        network, lr = suggest_architecture(trial, "net", SPACE), lr_of(trial)
        if trial.number % 3 == 1:
            raise RuntimeError
        return value(network, lr, decay_of(trial))

    study = new_study(make(seed=8))
    study.optimize(crashing, n_trials=18, catch=RuntimeError)
    assert [t.state == TrialState.FAIL for t in study.trials] == [i % 3 == 1 for i in range(18)]


def test_changed_range(make: Callable[..., Any]) -> None:
    study = searched(make(seed=9), n=13)

    def narrower(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SPACE)
        return value(network, trial.suggest_float("lr", 1e-1, 1.0, log=True), 1e-3)

    with pytest.warns(UserWarning, match="'lr' is not searched .* 12 had it with another range"):
        study.optimize(narrower, n_trials=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study.optimize(narrower, n_trials=4)
    assert all(0.1 <= trial.params["lr"] <= 1.0 for trial in study.trials[13:])
    assert study.sampler.infer_relative_search_space(study, study.trials[-1]).keys() == {"lr"}


def conditional(trial: optuna.Trial) -> float:
    cost = network_first(trial)
    if trial.number % 2:
        cost += trial.suggest_float("momentum", 0.0, 1.0)
    return cost


def test_conditional_parameters(make: Callable[..., Any]) -> None:
    with pytest.warns(UserWarning, match="trial 0, the latest .*, has no such param") as caught:
        study = searched(make(seed=10), conditional)
    assert len([each for each in caught if "momentum" in str(each.message)]) == 1
    assert [("momentum" in trial.params) for trial in study.trials] == [False, True] * 8


def test_warning_of_conditional_parameters_can_be_silenced(make: Callable[..., Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        searched(make(seed=10, warn_independent_sampling=False), conditional)


def test_hyperband_does_not_split_the_trials() -> None:
    expected = tried(searched(nasbot(seed=11), parameters_first))
    pruner = HyperbandPruner(min_resource=1, max_resource=9)
    study = new_study(nasbot(seed=11), pruner=pruner)
    study.optimize(parameters_first, n_trials=16)
    assert tried(study) == expected


# --- Repetitions, and workers


def test_configurations_are_not_repeated() -> None:
    small = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=8, max_edges=3)

    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", small)
        layers = [layer.label for layer in network.layers]
        return layers.count("relu") + trial.suggest_int("depth", 1, 3)

    study = searched(nasbot(seed=14), objective, n=20)
    found = [(net, *params.values()) for net, params in tried(study)]
    assert len(set(found)) == 20
    assert len({net for net, _ in found}) == 7


def test_running_trials_are_given_other_configurations(make: Callable[..., Any]) -> None:
    for objective in (network_first, parameters_first):
        study = searched(make(seed=15), objective, n=13)
        for _ in range(5):
            objective(study.ask())
        found = [(net, *params.values()) for net, params in tried(study)]
        assert len(set(found)) == 18


def test_other_workers_know_of_parameters_that_were_not_asked_for_yet() -> None:
    study = searched(nasbot(seed=16), n=6)
    trials = [study.ask() for _ in range(4)]
    for trial in trials:
        suggest_architecture(trial, "net", SPACE)
    params = [(lr_of(trial), decay_of(trial)) for trial in trials]
    assert len(set(params)) == 4


def test_threads_share_a_sampler(make: Callable[..., Any]) -> None:
    study = new_study(make(seed=17))
    study.optimize(parameters_first, n_trials=20, n_jobs=4)
    found = [(net, *params.values()) for net, params in tried(study)]
    assert len(set(found)) == 20
