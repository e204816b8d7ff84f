"""Studies that earlier versions stored can be read and go on; `write.py` wrote them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot.trials import architecture_attributes

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.log"))
STUDIES = ["regression", "two-networks"]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write", FOLDER / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def storage(version: str, tmp_path: Path) -> JournalStorage:
    """A copy: a journal is written to when it is read."""
    return JournalStorage(
        JournalFileBackend(str(shutil.copy(FOLDER / f"{version}.log", tmp_path)))
    )


def expected(version: str, study: str) -> Any:
    return json.loads((FOLDER / f"{version}.json").read_text("utf-8"))[study]


def load(storage: JournalStorage, name: str) -> optuna.Study:
    sampler = NASBOTSampler(seed=1, n_startup_trials=3)
    return optuna.load_study(study_name=name, storage=storage, sampler=sampler)


def test_there_is_a_study_of_each_sort() -> None:
    assert VERSIONS
    for version in VERSIONS:
        states = {trial["state"] for trial in expected(version, "regression")}
        assert states == {state.name for state in TrialState}


@pytest.mark.parametrize("name", STUDIES)
def test_all_is_read(name: str, version: str, storage: JournalStorage, writer: ModuleType) -> None:
    study = load(storage, name)
    read = writer.contents(study, writer.NAMES[name])
    assert json.loads(json.dumps(read)) == expected(version, name)


@pytest.mark.parametrize("name", STUDIES)
def test_networks_are_stored_as_they_were(
    name: str, storage: JournalStorage, writer: ModuleType
) -> None:
    for trial in load(storage, name).trials:
        for network in writer.NAMES[name]:
            again = architecture_attributes(get_architecture(trial, network), network)
            stored = {key: trial.user_attrs[key] for key in again}
            assert again.pop(f"architecture:{network}:mass") == pytest.approx(
                stored.pop(f"architecture:{network}:mass"), rel=1e-15
            )
            assert again == stored


def test_best_architecture(version: str, storage: JournalStorage) -> None:
    for name, network, choose in (
        ("regression", "net", min),
        ("two-networks", "encoder", max),
        ("two-networks", "head", max),
    ):
        completed = [trial for trial in expected(version, name) if trial["state"] == "COMPLETE"]
        best = choose(completed, key=lambda trial: trial["value"])
        found = best_architecture(load(storage, name), network)
        assert found.canonical_hash() == best["networks"][network]


def test_a_search_goes_on(version: str, storage: JournalStorage, writer: ModuleType) -> None:
    study = load(storage, "regression")
    stored = expected(version, "regression")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Infinite objective values are clipped")
        study.optimize(writer.regression, n_trials=4, catch=(MemoryError,))
    # The network that was enqueued comes first, then new ones.
    waiting = len(stored) - 1
    assert stored[waiting]["state"] == "WAITING"
    assert study.trials[waiting].params == {"lr": 0.02}
    assert study.trials[waiting].state.is_finished()
    hashes = [get_architecture(trial, "net").canonical_hash() for trial in study.trials]
    assert hashes[: len(stored)] == [trial["networks"]["net"] for trial in stored]
    assert len(set(hashes)) == len(hashes) == len(stored) + 3


def test_a_search_of_two_networks_goes_on(storage: JournalStorage, writer: ModuleType) -> None:
    study = load(storage, "two-networks")
    before = len(study.trials)
    study.optimize(writer.two_networks, n_trials=1)
    assert get_architecture(study.trials[before], "encoder") in writer.ENCODER
    assert get_architecture(study.trials[before], "head") in writer.HEAD
