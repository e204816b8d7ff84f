"""A study goes on whatever its trials carry, and what can't be read is named and left alone."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import ArchitectureError
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
POOL = SPACE.initial_pool
VALID = POOL[0].to_dict()
KEY = "architecture:net"
NEWER = {"format": "optuna-nasbot/2", "graph": {"nodes": [[0, "ip"], [1, "op"]]}, "layers": 7}
SAMPLERS: list[Callable[[], optuna.samplers.BaseSampler]] = [
    lambda: NASBOTSampler(seed=0, n_startup_trials=3),
    lambda: EvolutionSampler(seed=0),
]


def layers_with(**fields: Any) -> dict[str, Any]:
    """A network of which one layer has other fields."""
    first, second, *others = VALID["layers"]
    return {**VALID, "layers": [first, {**second, **fields}, *others]}


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = [value]
    return value


STORABLE = {
    "null": None,
    "number": 7,
    "not a number": float("nan"),
    "infinite": float("-inf"),
    "text": "architecture",
    "no text": "",
    "lone surrogate": "\ud800",
    "zero": "\x00",
    "true": True,
    "array": [],
    "empty": {},
    "newer": NEWER,
    "null format": {**VALID, "format": None},
    "number as format": {**VALID, "format": 1},
    "format only": {"format": "optuna-nasbot/1"},
    "extra key": {**VALID, "comment": "mine"},
    "no kind": {key: VALID[key] for key in ("layers", "edges")},
    "other kind": {**VALID, "kind": "unheard-of \ud800"},
    "kind is an array": {**VALID, "kind": [["mlp-reg"]]},
    "no layers": {**VALID, "layers": []},
    "layers as text": {**VALID, "layers": "ip relu op"},
    "layers as object": {**VALID, "layers": {"0": "ip"}},
    "layer is null": {**VALID, "layers": [*VALID["layers"][:-1], None]},
    "two inputs": {**VALID, "layers": [{"label": "ip"}, *VALID["layers"]]},
    "units as text": layers_with(units="16"),
    "units as number with point": layers_with(units=16.0),
    "units true": layers_with(units=True),
    "units not a number": layers_with(units=float("nan")),
    "units huge": layers_with(units=10**300),
    "units negative": layers_with(units=-8),
    "stride of a dense layer": layers_with(stride=1),
    "label is an object": layers_with(label={}),
    "label in capitals": layers_with(label="RELU"),
    "no edges": {**VALID, "edges": []},
    "edges as numbers": {**VALID, "edges": [0, 1, 2]},
    "edge of three": {**VALID, "edges": [[0, 1, 2]]},
    "edge with true": {**VALID, "edges": [[False, True], *VALID["edges"][1:]]},
    "edge twice": {**VALID, "edges": [*VALID["edges"], VALID["edges"][0]]},
    "edge to itself": {**VALID, "edges": [*VALID["edges"], [2, 2]]},
    "edge to nowhere": {**VALID, "edges": [*VALID["edges"], [0, 10**18]]},
    "cycle": {**VALID, "edges": [*VALID["edges"], [2, 1]]},
    "nested": nested(100),
    "nested kind": {**VALID, "kind": nested(100)},
    "20,000 layers": {**VALID, "layers": [{"label": "relu", "units": 8}] * 20_000},
    "20,000 edges": {**VALID, "edges": [[0, 1]] * 20_000},
    "long label": layers_with(label="relu" * 50_000),
}
IN_MEMORY = {
    "set": {1},
    "bytes": b"\xff",
    "class": NASBOTSampler,
    "lambda": lambda: None,
    "range": {**VALID, "edges": range(2**62)},
    "huge number": {**VALID, "edges": [[0, 10**5000]]},
}
OWN_LIST: list[Any] = []
OWN_LIST.append(OWN_LIST)
IN_MEMORY["own list"] = OWN_LIST


def carrying(document: Any, state: TrialState = TrialState.COMPLETE) -> optuna.trial.FrozenTrial:
    value = 1.0 if state == TrialState.COMPLETE else None
    return optuna.create_trial(state=state, value=value, user_attrs={KEY: document})


def fill(study: optuna.Study, documents: list[Any]) -> set[int]:
    """Add four readable trials and one with each document; return the numbers of the latter."""
    finished = (TrialState.COMPLETE, TrialState.FAIL, TrialState.PRUNED, TrialState.RUNNING)
    for index, network in enumerate(POOL[:4]):
        study.add_trial(create_architecture_trial({"net": network}, value=float(index)))
    for index, document in enumerate(documents):
        study.add_trial(carrying(document, finished[index % 4]))
    return set(range(4, 4 + len(documents)))


def check_goes_on(study: optuna.Study, damaged: set[int]) -> None:
    """One suggestion works, and the warnings name the damaged trials and no other."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network = suggest_architecture(study.ask(), "net", SPACE)
    assert network in SPACE
    said = [str(warning.message) for warning in caught]
    left_out = [re.match(r"Trial (\d+) is left out", message) for message in said]
    assert {int(match[1]) for match in left_out if match} == damaged
    assert all(len(message) < 1000 for message in said)
    for number in damaged:
        with pytest.raises(ArchitectureError):
            get_architecture(study.get_trials(deepcopy=False)[number], "net")


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_study_in_memory(sampler: Callable[[], optuna.samplers.BaseSampler]) -> None:
    study = optuna.create_study(sampler=sampler())
    damaged = fill(study, [*STORABLE.values(), *IN_MEMORY.values()])
    check_goes_on(study, damaged)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_study_in_a_database(
    sampler: Callable[[], optuna.samplers.BaseSampler], tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    damaged = fill(optuna.create_study(study_name="s", storage=storage), [*STORABLE.values()])
    study = optuna.load_study(study_name="s", storage=storage, sampler=sampler())
    check_goes_on(study, damaged)
    # Nothing was repaired, either. (NaN is not equal to itself, its text is.)
    stored = [trial.user_attrs[KEY] for trial in study.trials[4:-1]]
    assert [json.dumps(document) for document in stored] == [
        json.dumps(document) for document in STORABLE.values()
    ]


def test_only_damaged_trials() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.add_trials([carrying(document) for document in STORABLE.values()])
    check_goes_on(study, set(range(len(STORABLE))))


@pytest.mark.parametrize(("storage", "depth"), [(None, 100_000), ("sqlite:///{}/deep.db", 500)])
def test_nesting_too_deep_to_be_copied(storage: str | None, depth: int, tmp_path: Path) -> None:
    study = optuna.create_study(
        storage=storage and storage.format(tmp_path),
        sampler=NASBOTSampler(seed=0, n_startup_trials=1),
    )
    study.add_trial(create_architecture_trial({"net": POOL[0]}, value=0.0))
    study.ask().set_user_attr(KEY, nested(depth))  # Optuna copies a trial as soon as it is told
    check_goes_on(study, {1})


@pytest.mark.parametrize("case", ["newer", "cycle", "nested", "20,000 layers", "lone surrogate"])
def test_enqueued_damage_fails_its_own_trial_only(case: str) -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.add_trial(carrying(STORABLE[case], TrialState.WAITING))

    def objective(trial: optuna.Trial) -> float:
        return float(len(suggest_architecture(trial, "net", SPACE).layers))

    with pytest.warns(UserWarning, match="Trial 0 is left out"):
        study.optimize(objective, n_trials=3, catch=(ArchitectureError,))
    failed, *others = study.trials
    assert failed.state == TrialState.FAIL
    assert failed.user_attrs == {KEY: STORABLE[case]}
    assert [trial.state for trial in others] == [TrialState.COMPLETE] * 2
    assert best_architecture(study, "net") in SPACE


# --- An unknown newer format


def test_newer_format_is_named_in_the_warning_and_left_alone() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.add_trials([carrying(NEWER), carrying(VALID)])
    with pytest.warns(UserWarning, match=r"Trial 0 .*'optuna-nasbot/1', got 'optuna-nasbot/2'"):
        suggest_architecture(study.ask(), "net", SPACE)
    assert study.trials[0].user_attrs == {KEY: NEWER}


def test_newer_format_of_the_running_trial_is_named_and_not_overwritten() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    study.enqueue_trial({}, user_attrs={KEY: NEWER})
    trial = study.ask()
    for _ in range(2):
        with pytest.raises(ArchitectureError, match=r"'optuna-nasbot/2'\. A newer version"):
            suggest_architecture(trial, "net", SPACE)
    assert study.trials[0].user_attrs == {KEY: NEWER}
    # A network of another name has nothing to do with it.
    assert suggest_architecture(trial, "other", SPACE) in SPACE
    assert study.trials[0].user_attrs[KEY] == NEWER


def test_newer_format_of_the_best_trial_is_named() -> None:
    study = optuna.create_study()
    study.add_trial(carrying(NEWER))
    with pytest.raises(ArchitectureError, match=r"'optuna-nasbot/2'\. A newer version"):
        best_architecture(study, "net")
