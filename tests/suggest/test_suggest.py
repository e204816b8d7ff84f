"""Which network a trial gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.samplers import BaseSampler
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import Operation
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.spaces import ArchitectureSpace

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool
SINGLE = CellSpace(kind="single", operations=[Operation("only")], max_vertices=2, max_edges=1)


class CountingSampler(ArchitectureSampler):
    """Suggests the networks of the pool in turn."""

    def __init__(self) -> None:
        super().__init__(seed=0, independent_sampler=None)
        self.asked: list[tuple[int, str]] = []

    def sample_architecture(
        self, study: optuna.Study, trial: optuna.Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        self.asked.append((trial.number, name))
        return space.initial_pool[(len(self.asked) - 1) % len(space.initial_pool)]


@pytest.fixture
def sampler() -> CountingSampler:
    return CountingSampler()


@pytest.fixture
def study(sampler: CountingSampler) -> optuna.Study:
    return optuna.create_study(sampler=sampler)


# --- The choice


def test_sampler_chooses(study: optuna.Study, sampler: CountingSampler) -> None:
    trial = study.ask()
    assert suggest_architecture(trial, "net", SPACE) == NETWORKS[0]
    assert sampler.asked == [(0, "net")]


def test_asking_twice_gives_the_same_network(
    study: optuna.Study, sampler: CountingSampler
) -> None:
    trial = study.ask()
    first = suggest_architecture(trial, "net", SPACE)
    assert suggest_architecture(trial, "net", SPACE) == first
    assert len(sampler.asked) == 1


def test_sampler_is_found_through_wrappers(sampler: CountingSampler) -> None:
    wrapped: BaseSampler = sampler
    for name in ("lr", "momentum"):
        wrapped = optuna.samplers.PartialFixedSampler({name: 0.5}, wrapped)
    study = optuna.create_study(sampler=wrapped)
    trial = study.ask()
    assert suggest_architecture(trial, "net", SPACE) == NETWORKS[0]
    assert trial.suggest_float("lr", 0, 1) == trial.suggest_float("momentum", 0, 1) == 0.5
    assert len(sampler.asked) == 1


class ForeignSampler(optuna.samplers.RandomSampler):
    """A sampler that is none of this package and suggests what it was given."""

    def __init__(self, choice: Any) -> None:
        super().__init__()
        self.choice = choice

    def sample_architecture(self, *arguments: Any) -> Any:
        assert [type(each) for each in arguments] == [optuna.Study, optuna.Trial, str, MLPSpace]
        return self.choice


class Simultaneous(CountingSampler):
    """While it chooses, another worker stores what it will choose, the first `n_times`."""

    def __init__(self, n_times: int) -> None:
        super().__init__()
        self.n_times = n_times

    def sample_architecture(
        self, study: optuna.Study, trial: optuna.Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        chosen = super().sample_architecture(study, trial, name, space)
        if len(self.asked) <= self.n_times:
            study.add_trial(create_architecture_trial({name: chosen}, state=TrialState.RUNNING))
        return chosen


@pytest.mark.parametrize("n_times", [0, 1, 3])
def test_network_that_another_worker_chose_at_the_same_time_is_redrawn(n_times: int) -> None:
    sampler = Simultaneous(n_times)
    study = optuna.create_study(sampler=sampler)
    trial = study.ask()
    assert suggest_architecture(trial, "net", SPACE) == NETWORKS[n_times]
    assert get_architecture(study.trials[trial.number], "net") == NETWORKS[n_times]
    assert len(sampler.asked) == n_times + 1


def test_redrawing_ends() -> None:
    sampler = Simultaneous(100)
    study = optuna.create_study(sampler=sampler)
    assert suggest_architecture(study.ask(), "net", SPACE) in NETWORKS
    assert len(sampler.asked) < 20


def test_sampler_that_has_no_other_network_is_not_asked_again_and_again() -> None:
    sampler = Simultaneous(100)
    study = optuna.create_study(sampler=sampler)
    assert len(SINGLE.initial_pool) == 1
    assert suggest_architecture(study.ask(), "net", SINGLE) == SINGLE.initial_pool[0]
    assert len(sampler.asked) == 2


def test_foreign_sampler_chooses() -> None:
    foreign = ForeignSampler(NETWORKS[3])
    for sampler in (foreign, optuna.samplers.PartialFixedSampler({"lr": 0.5}, foreign)):
        trial = optuna.create_study(sampler=sampler).ask()
        assert suggest_architecture(trial, "net", SPACE) == NETWORKS[3]
        assert get_architecture(trial, "net") == NETWORKS[3]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (MLPSpace(min_layers=9).initial_pool[0], "expected max_layers=8"),
        (CNNSpace().initial_pool[0], "expected kind 'mlp-reg', got 'cnn'"),
        (None, "expected an Architecture, got NoneType"),
    ],
)
def test_choice_outside_the_space_is_refused(choice: Any, message: str) -> None:
    trial = optuna.create_study(sampler=ForeignSampler(choice)).ask()
    with pytest.raises(ArchitectureError, match=f"'net' that ForeignSampler chose .*{message}"):
        suggest_architecture(trial, "net", SPACE)
    assert trial.user_attrs == {}


def test_enqueued_network_runs_exactly_once(study: optuna.Study, sampler: CountingSampler) -> None:
    enqueue_architecture(
        study, {"net": NETWORKS[5]}, params={"lr": 0.25}, user_attrs={"source": "by hand"}
    )
    tried = []

    def objective(trial: optuna.Trial) -> float:
        tried.append((suggest_architecture(trial, "net", SPACE), trial.suggest_float("lr", 0, 1)))
        return 0.0

    study.optimize(objective, n_trials=2)
    assert tried[0] == (NETWORKS[5], 0.25)
    assert tried[1][0] == NETWORKS[0]
    assert sampler.asked == [(1, "net")]
    assert study.trials[0].user_attrs["source"] == "by hand"
    assert "source" not in study.trials[1].user_attrs


def test_retried_trial_keeps_its_network(study: optuna.Study, sampler: CountingSampler) -> None:
    # What Optuna's heartbeat calls when a worker died; it was renamed in 4.9.
    storages: Any = optuna.storages
    retry = getattr(storages, "RetryHeartbeatStaleTrialCallback", None)
    retry = retry or storages.RetryFailedTrialCallback
    trial = study.ask()
    network = suggest_architecture(trial, "net", SPACE)
    study.tell(trial, state=TrialState.FAIL)
    retry()(study, study.trials[0])
    assert suggest_architecture(study.ask(), "net", SPACE) == network
    assert len(sampler.asked) == 1


def test_copied_study_keeps_its_networks(study: optuna.Study) -> None:
    study.optimize(lambda trial: len(suggest_architecture(trial, "net", SPACE).layers), n_trials=2)
    target = optuna.storages.InMemoryStorage()
    storage = study._storage
    optuna.copy_study(from_study_name=study.study_name, from_storage=storage, to_storage=target)
    copied = optuna.load_study(study_name=study.study_name, storage=target)
    assert [get_architecture(trial, "net") for trial in copied.trials] == list(NETWORKS[:2])


def test_objective_can_be_replayed(study: optuna.Study, sampler: CountingSampler) -> None:
    def objective(trial: optuna.trial.BaseTrial) -> float:
        units = sum(layer.units or 0 for layer in suggest_architecture(trial, "net", SPACE).layers)
        return units * trial.suggest_float("lr", 0.5, 1)

    study.optimize(objective, n_trials=3)
    n_asked = len(sampler.asked)
    assert objective(study.best_trial) == study.best_value
    fixed = optuna.trial.FixedTrial(study.best_params)
    fixed.set_user_attr("architecture:net", study.best_trial.user_attrs["architecture:net"])
    assert objective(fixed) == study.best_value
    assert len(sampler.asked) == n_asked


def test_carried_network_outside_the_space_is_refused(study: optuna.Study) -> None:
    enqueue_architecture(study, {"net": NETWORKS[-1]})
    trial = study.ask()
    with pytest.raises(ArchitectureError, match="max_layers=5, but the network has"):
        suggest_architecture(trial, "net", MLPSpace(max_layers=5))
    with pytest.raises(ArchitectureError, match="expected kind 'cnn', got 'mlp-reg'"):
        suggest_architecture(trial, "net", CNNSpace())


def test_damaged_network_is_refused(study: optuna.Study, sampler: CountingSampler) -> None:
    study.enqueue_trial({}, user_attrs={"architecture:net": {"format": "optuna-nasbot/7"}})
    with pytest.raises(ArchitectureError, match="expected 'optuna-nasbot/1'"):
        suggest_architecture(study.ask(), "net", SPACE)
    assert sampler.asked == []


# --- Other samplers


@pytest.mark.parametrize(
    "other",
    [
        lambda: optuna.samplers.RandomSampler(seed=0),
        lambda: optuna.samplers.TPESampler(seed=0, n_startup_trials=2),
        lambda: optuna.samplers.GPSampler(seed=0, n_startup_trials=2),
    ],
)
@pytest.mark.parametrize("space", [SPACE, CNNSpace(max_layers=10, image_size=8)])
def test_other_samplers_get_random_networks(
    other: Callable[[], BaseSampler], space: ArchitectureSpace
) -> None:
    study = optuna.create_study(sampler=other())

    def objective(trial: optuna.Trial) -> float:
        architecture = suggest_architecture(trial, "net", space)
        assert architecture in space
        assert suggest_architecture(trial, "net", space) == architecture
        return len(architecture.layers) * trial.suggest_float("lr", 0, 1)

    study.optimize(objective, n_trials=5)
    networks = [get_architecture(trial, "net") for trial in study.trials]
    assert len({network.canonical_hash() for network in networks}) > 1


def test_fixed_trial_without_a_network_gets_a_random_one() -> None:
    trial = optuna.trial.FixedTrial({})
    architecture = suggest_architecture(trial, "net", SPACE)
    assert architecture in SPACE
    assert get_architecture(trial, "net") == architecture


def test_several_objectives_under_other_samplers() -> None:
    study = optuna.create_study(
        directions=["minimize", "maximize"], sampler=optuna.samplers.RandomSampler()
    )
    study.optimize(
        lambda trial: (len(suggest_architecture(trial, "net", SPACE).layers), 0.0), n_trials=2
    )
    assert get_architecture(study.best_trials[0], "net") in SPACE


# --- What is stored


@pytest.mark.parametrize("storage", ["memory", "sqlite"])
def test_stored_attributes_are_plain_json(
    storage: str, sampler: CountingSampler, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/study.db" if storage == "sqlite" else None
    study = optuna.create_study(sampler=sampler, storage=url)
    trial = study.ask()
    architecture = suggest_architecture(trial, "net", SPACE)
    expected = {
        "architecture:net": architecture.to_dict(),
        "architecture:net:n_layers": len(architecture.layers),
        "architecture:net:mass": trial.user_attrs["architecture:net:mass"],
    }
    assert trial.user_attrs == study.trials[0].user_attrs == expected
    assert json.loads(json.dumps(expected, allow_nan=False)) == expected
    assert get_architecture(study.trials[0], "net") == architecture


def test_several_networks_beside_ordinary_parameters(
    study: optuna.Study, sampler: CountingSampler
) -> None:
    cnn_space = CNNSpace(max_layers=8, image_size=8)

    def objective(trial: optuna.Trial) -> float:
        net = trial.suggest_float("net", 0, 1)
        encoder = suggest_architecture(trial, "encoder", cnn_space)
        head = suggest_architecture(trial, "net", SPACE)
        assert (encoder.kind, head.kind) == ("cnn", "mlp-reg")
        assert trial.suggest_float("net", 0, 1) == net
        assert suggest_architecture(trial, "encoder", cnn_space) == encoder
        assert suggest_architecture(trial, "net", SPACE) == head
        return net

    study.optimize(objective, n_trials=3)
    assert all(trial.params.keys() == {"net"} for trial in study.trials)
    assert sampler.asked == [(number, name) for number in range(3) for name in ("encoder", "net")]


def test_one_name_cannot_mean_two_spaces(study: optuna.Study) -> None:
    trial = study.ask()
    suggest_architecture(trial, "net", SPACE)
    with pytest.raises(ArchitectureError, match="expected kind 'cnn', got 'mlp-reg'"):
        suggest_architecture(trial, "net", CNNSpace())


# --- Wrong arguments


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"trial": None}, TypeError, "trial: expected an Optuna trial, got None"),
        ({"trial": optuna.create_study()}, TypeError, "trial: expected .* got <optuna.study"),
        ({"name": 3}, TypeError, "name: expected a string, got 3"),
        ({"name": ""}, ValueError, "name: expected a string without colons, not empty"),
        ({"name": "net:mass"}, ValueError, "name: expected a string without colons"),
        ({"space": "cnn"}, TypeError, "space: expected a search space such as MLPSpace"),
        ({"space": MLPSpace}, TypeError, "space: expected a search space such as MLPSpace"),
    ],
)
def test_wrong_arguments_of_suggest(
    change: dict[str, Any], error: type[Exception], message: str, study: optuna.Study
) -> None:
    arguments = {"trial": study.ask(), "name": "net", "space": SPACE, **change}
    with pytest.raises(error, match=message):
        suggest_architecture(**arguments)
    assert study.trials[0].user_attrs == {}
