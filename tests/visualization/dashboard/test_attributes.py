from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna_dashboard import get_note
from optuna_dashboard import save_note

from optuna_nasbot.visualization.dashboard.attributes import NoteAttributes
from optuna_nasbot.visualization.dashboard.attributes import StudyAttributes
from optuna_nasbot.visualization.dashboard.attributes import save_texts


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


def texts(study: optuna.Study) -> dict[str, str]:
    """The joined pieces of all texts."""
    attributes = study._storage.get_study_system_attrs(study._study_id)
    joined: dict[str, str] = {}
    for key in sorted(attributes, key=lambda key: int(key.rpartition(":")[2])):
        prefix = key.rpartition(":")[0]
        joined[prefix] = joined.get(prefix, "") + attributes[key]
    return joined


def test_shorter_text_takes_the_place_of_a_longer_one(study: optuna.Study) -> None:
    long, short = '"\\é' * 40_000, "x" * 40_000
    for text in (long, short, "", short):
        save_texts(study._storage, study._study_id, {"a:": text, "b:": "other"})
        assert texts(study).get("a", "") == text
        assert texts(study)["b"] == "other"


def test_pieces_fit_into_a_column_of_mysql(study: optuna.Study) -> None:
    save_texts(study._storage, study._study_id, {"a:": '"' * 100_000})
    for value in study._storage.get_study_system_attrs(study._study_id).values():
        assert 2 * len(value) + 2 < 65_535


def test_only_what_differs_is_written(
    study: optuna.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = "x" * 50_000
    save_texts(study._storage, study._study_id, {"a:": first, "b:": "other"})
    written: list[str] = []
    write = study._storage.set_study_system_attr

    def keep(study_id: int, key: str, value: Any) -> None:
        written.append(key)
        write(study_id, key, value)

    monkeypatch.setattr(study._storage, "set_study_system_attr", keep)
    save_texts(study._storage, study._study_id, {"a:": first, "b:": "other"})
    assert written == []
    save_texts(study._storage, study._study_id, {"a:": first + "y", "b:": "other"})
    assert written == ["a:1"]


def test_notes_through_attributes_are_those_of_the_storage(study: optuna.Study) -> None:
    trials = [study.ask() for _ in range(12)]
    storage = trials[0].storage
    for trial in trials:
        save_note(trial, f"before {trial.number}")
    attributes = StudyAttributes(storage, study._study_id)
    for trial in trials:
        stand_in: Any = NoteAttributes(attributes, trial._trial_id)
        trial.storage = stand_in
    for trial in trials:
        assert get_note(trial) == f"before {trial.number}"
        save_note(trial, f"after {trial.number} " * 500)  # longer than a piece of a note
    for trial in trials:
        assert get_note(trial) == f"after {trial.number} " * 500
        save_note(trial, f"short {trial.number}")
        trial.storage = storage
        assert get_note(trial) == f"short {trial.number}"
