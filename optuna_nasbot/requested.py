"""What the objectives of this process have asked for, to warn of likely mistakes."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from functools import partial
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from optuna.study import Study
from optuna.trial import TrialState

from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.names import names_among


@dataclass(frozen=True, eq=False)
class _Requests:
    """The requests of one study.

    Args:
        spaces: The space that a name was asked for with last.
        ignored: Names of networks that trials carry from the start, for instance since they were
            enqueued, and that have not been asked for, by number of the trial.
        told: The names of networks that were warned of because no objective asked for them.
        remade: The names that were warned of because their spaces were made anew.
    """

    spaces: dict[str, ArchitectureSpace] = field(default_factory=dict)
    ignored: dict[int, set[str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    remade: set[str] = field(default_factory=set)


_REQUESTS: WeakKeyDictionary[Study, _Requests] = WeakKeyDictionary()
_LOCK = threading.RLock()


def note_request(
    study: Study, number: int, user_attrs: Mapping[str, Any], name: str, space: ArchitectureSpace
) -> None:
    """Note that a trial asks for a network, and warn of likely mistakes.

    Those are networks that earlier trials carry but did not ask for, and spaces that are made anew
    in each trial.

    Args:
        study: The study.
        number: The number of the trial.
        user_attrs: Its user attributes.
        name: The name that it asks for.
        space: The space that it asks with.
    """
    with _LOCK:
        requests = _REQUESTS.setdefault(study, _Requests())
        if number not in requests.ignored:
            requests.ignored[number] = set(names_among(user_attrs))
        requests.ignored[number].discard(name)
        is_remade = name not in requests.remade and _is_remade(space, requests.spaces.get(name))
        if is_remade:
            requests.remade.add(name)
        requests.spaces[name] = space
        untried = [*_untried(study, requests, exclude=number)]
    if is_remade:
        warnings.warn(
            f"The space of '{name}' gets a new function accepts in each trial, which makes it "
            f"another space for which everything is prepared again. Make the space, or the "
            f"function, once, outside the objective.",
            stacklevel=3,
        )
    for which, ignored in untried:
        warnings.warn(
            f"Trial {which} carries an architecture '{ignored}' that its objective did not ask "
            f"for, so it was not tried. The objective asks for "
            f"{', '.join(map(repr, sorted(requests.spaces)))}: enqueue it under one of these "
            f"names.",
            stacklevel=3,
        )


def _is_remade(space: ArchitectureSpace, before: ArchitectureSpace | None) -> bool:
    """Whether a space differs from the one before only by a function that was made anew."""
    if type(space) is not type(before) or not is_dataclass(space):
        return False
    accepts, accepts_before = (getattr(each, "accepts", None) for each in (space, before))
    made_of = _made_of(accepts)
    if accepts is accepts_before or made_of is None or made_of != _made_of(accepts_before):
        return False
    others = [each.name for each in fields(space) if each.compare and each.name != "accepts"]
    return all(getattr(space, each) == getattr(before, each) for each in others)


def _made_of(function: object) -> tuple[object, ...] | None:
    """The code of a function and the identities of what it holds; None of other objects."""
    if isinstance(function, FunctionType):
        held = [cell.cell_contents for cell in function.__closure__ or ()]
        return function.__code__, *map(id, held)
    if isinstance(function, partial):
        names = tuple(function.keywords)
        return function.func, names, *map(id, (*function.args, *function.keywords.values()))
    return None


def _untried(study: Study, requests: _Requests, exclude: int) -> Iterator[tuple[int, str]]:
    """Numbers of trials, and names that neither they nor others asked for, each name once."""
    if not any(names for number, names in requests.ignored.items() if number != exclude):
        return
    for trial in study.get_trials(deepcopy=False):
        if trial.number != exclude and trial.state.is_finished():
            ignored = requests.ignored.pop(trial.number, set())
            # One that failed may not have come so far.
            if trial.state != TrialState.FAIL:
                for name in sorted(ignored - requests.told - requests.spaces.keys()):
                    requests.told.add(name)
                    yield trial.number, name


def last_space(study: Study, name: str) -> ArchitectureSpace | None:
    """The space with which an objective of this process last asked for a name, if one did."""
    with _LOCK:
        requests = _REQUESTS.get(study)
        return None if requests is None else requests.spaces.get(name)
