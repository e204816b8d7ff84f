"""Which sampler chooses the networks of a study, and warnings where none can."""

from __future__ import annotations

import threading
import warnings
from weakref import WeakKeyDictionary

from optuna.study import Study

from optuna_nasbot.trials.origin import has_origin
from optuna_nasbot.wrapped import ChoosesArchitectures
from optuna_nasbot.wrapped import samplers_behind

_TOLD: set[str] = set()
"""Names of the studies that were warned about: some programs load their study anew each trial."""
_WITHOUT_ORIGIN: WeakKeyDictionary[Study, set[int]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def choosing_sampler(study: Study) -> ChoosesArchitectures | None:
    """The sampler of a study that chooses networks, found through wrappers.

    Returns:
        The sampler; None if there is none, or if a wrapper holds several. Warns, once a study, of
        several, and of none where a sampler of this package has chosen networks of the study
        before.
    """
    sampler = type(study.sampler).__name__
    found = samplers_behind(study.sampler)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(type(each).__name__ for each in found)
        _warn_once(
            study,
            f"The study's sampler, {sampler}, holds several samplers that choose networks "
            f"({names}), so that none of them is asked: networks are drawn at random. Give "
            f"{sampler} a method sample_architecture(study, trial, name, space) that calls the "
            f"one that you mean.",
        )
    elif study.study_name not in _TOLD and _has_origins(study):
        _warn_once(
            study,
            f"The study '{study.study_name}' has networks that a sampler of optuna_nasbot chose, "
            f"but its sampler is now {sampler}, under which networks are drawn at random. A study "
            f"does not store its sampler: pass it again, for instance "
            f"optuna.load_study(..., sampler=NASBOTSampler()).",
        )
    return None


def _has_origins(study: Study) -> bool:
    """Whether a sampler of this package chose networks of the study.

    This is asked at each suggestion, so finished trials without are looked at only once.
    """
    without = _WITHOUT_ORIGIN.setdefault(study, set())
    for trial in study.get_trials(deepcopy=False):
        if trial.number not in without:
            if has_origin(trial.user_attrs):
                return True
            if trial.state.is_finished():
                without.add(trial.number)
    return False


def _warn_once(study: Study, message: str) -> None:
    with _LOCK:
        is_told = study.study_name in _TOLD
        _TOLD.add(study.study_name)
    if not is_told:
        warnings.warn(message, stacklevel=4)
