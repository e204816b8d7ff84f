"""The system attributes of a study, in which optuna-dashboard keeps notes, artifacts and cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from optuna.storages import BaseStorage

_PIECE = 32_000
"""Characters. MySQL stores 65,535 bytes in an attribute, and JSON takes up to two for each of
these. The dashboard joins pieces of any length; its own have 2,045 characters, for databases of
older versions of Optuna. Each is a transaction: two cards of 400 networks took 500 of them."""
_ATTEMPTS = 5


class StudyAttributes:
    """The attributes as they were when this was made, and what has been written since.

    Storages give all attributes of a study or none. The dashboard's functions would read and
    search them three times for a note, which takes longer than all else in a study of hundreds of
    trials.

    Args:
        storage: The storage.
        study_id: The study.
    """

    def __init__(self, storage: BaseStorage, study_id: int) -> None:
        self.study_id = study_id
        self._storage = storage
        self._by_owner: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        for key, value in storage.get_study_system_attrs(study_id).items():
            self._by_owner[_owner(key)][key] = value

    def of_note(self, trial_id: int) -> dict[str, Any]:
        """Those that make the note of a trial."""
        return self._by_owner[_owner(f"dashboard:{trial_id}:")]

    def write(self, key: str, value: Any) -> None:
        """Write an attribute."""
        self._storage.set_study_system_attr(self.study_id, key, value)
        self._by_owner[_owner(key)][key] = value


class NoteAttributes:
    """What the dashboard's functions get in place of the storage, for the note of one trial.

    Args:
        attributes: The attributes of its study, which is the only one that may be asked for.
        trial_id: The trial.
    """

    def __init__(self, attributes: StudyAttributes, trial_id: int) -> None:
        self._attributes = attributes
        self._trial_id = trial_id

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        """The attributes of the study that make the note."""
        assert study_id == self._attributes.study_id
        return self._attributes.of_note(self._trial_id)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        """Write an attribute of the study."""
        assert study_id == self._attributes.study_id
        self._attributes.write(key, value)


def _owner(key: str) -> str:
    """The beginning of a key: that of a trial if the attribute belongs to its note."""
    return ":".join(key.split(":", 2)[:2])


def save_texts(storage: BaseStorage, study_id: int, texts: Mapping[str, str]) -> None:
    """Save texts in pieces, so that each is whole even if other workers save theirs there.

    Pieces of different texts make no text. A worker that finds others than its own once it is done
    begins again: the last one is undisturbed. Pieces that are right already are not written.

    Args:
        storage: The storage.
        study_id: The study.
        texts: By what the keys of their pieces begin with; a number follows.
    """
    pieces = {
        f"{prefix}{number}": text[start : start + _PIECE]
        for prefix, text in texts.items()
        for number, start in enumerate(range(0, len(text), _PIECE))
    }
    for _ in range(_ATTEMPTS):
        found = dict(storage.get_study_system_attrs(study_id))
        # No attribute can be deleted: further pieces of an earlier text become empty.
        emptied = {key: "" for key in found if key.startswith(tuple(texts))}
        wanted = emptied | pieces
        wrong = {key: value for key, value in wanted.items() if found.get(key) != value}
        if not wrong:
            return
        for key, value in wrong.items():
            storage.set_study_system_attr(study_id, key, value)
