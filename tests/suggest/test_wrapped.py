"""Samplers in wrappers, objects that stand in for trials, studies without their sampler."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import optuna
import pytest
from optuna.samplers import BaseSampler
from optuna.samplers import PartialFixedSampler
from optuna.samplers import RandomSampler

from optuna_nasbot import Architecture
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.trials import stored_origin

SPACE = MLPSpace(max_layers=8, max_units=64)


def sampler() -> NASBOTSampler:
    return NASBOTSampler(seed=0, n_startup_trials=3)


def objective(trial: Any) -> float:
    return float(len(suggest_architecture(trial, "net", SPACE).layers))


def networks(study: optuna.Study) -> list[Architecture]:
    return [get_architecture(trial, "net") for trial in study.trials]


def searched(study: optuna.Study) -> list[bool]:
    return [stored_origin(trial.user_attrs, "net") is not None for trial in study.trials]


# --- Wrappers of samplers


class Forwarding(BaseSampler):
    """A wrapper that passes on what a sampler has to have, and nothing else."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)

    @property
    def first(self) -> BaseSampler:
        held: Any = next(iter(self.__dict__.values()))
        if isinstance(held, dict):
            held = [*held.values()]
        return held[0] if isinstance(held, (list, tuple)) else held

    def infer_relative_search_space(self, *arguments: Any) -> Any:
        return self.first.infer_relative_search_space(*arguments)

    def sample_relative(self, *arguments: Any) -> Any:
        return self.first.sample_relative(*arguments)

    def sample_independent(self, *arguments: Any) -> Any:
        return self.first.sample_independent(*arguments)


class Slotted(Forwarding):
    __slots__ = ("_inner",)

    def __init__(self, inner: BaseSampler) -> None:
        self._inner = inner

    @property
    def first(self) -> BaseSampler:
        return self._inner


class Private(Forwarding):
    __slots__ = ("__inner",)

    def __init__(self, inner: BaseSampler) -> None:
        self.__inner = inner

    @property
    def first(self) -> BaseSampler:
        return self.__inner


def with_class_attribute(inner: BaseSampler) -> BaseSampler:
    class Held(Forwarding):
        base = inner
        first = inner  # type: ignore[assignment]

    return Held()


class Proxy:
    """Passes on everything."""

    def __init__(self, inner: BaseSampler) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def hidden(inner: BaseSampler) -> Any:
    """Passes on everything to what no attribute shows."""

    class Closure:
        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

    return Closure()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: Forwarding(base=inner),
        lambda inner: Forwarding(_Forwarding__sampler=inner),
        lambda inner: Forwarding(base=Forwarding(base=inner)),
        lambda inner: Forwarding(base=PartialFixedSampler({"rate": 0.5}, inner)),
        lambda inner: PartialFixedSampler({"rate": 0.5}, Forwarding(base=inner)),
        lambda inner: Forwarding(samplers=[inner, RandomSampler()]),
        lambda inner: Forwarding(samplers={"networks": inner}),
        lambda inner: Forwarding(main=inner, fallback=RandomSampler(), same=inner),
        lambda inner: Forwarding(main=inner, made_by=NASBOTSampler, stage={"a": [("b", inner)]}),
        lambda inner: Forwarding(main=inner, other=MagicMock()),
        with_class_attribute,
        Private,
        lambda inner: optuna.samplers.CmaEsSampler(independent_sampler=inner),
        Slotted,
        Proxy,
        hidden,
    ],
)
def test_sampler_is_found_in_a_wrapper(
    wrap: Callable[[BaseSampler], BaseSampler], recwarn: pytest.WarningsRecorder
) -> None:
    plain = optuna.create_study(sampler=sampler())
    wrapped = optuna.create_study(sampler=wrap(sampler()))
    for study in (plain, wrapped):
        study.optimize(objective, n_trials=5)
    assert networks(wrapped) == networks(plain)
    assert all(searched(wrapped))
    assert not [each for each in recwarn if "networks are drawn" in str(each.message)]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one, other: Forwarding(one=one, other=other),
        lambda one, other: Forwarding(samplers=[one, other]),
        lambda one, other: Forwarding(one=one, inner=Forwarding(other=other)),
    ],
)
def test_wrapper_of_several_samplers_is_warned_of_once(
    wrap: Callable[[BaseSampler, BaseSampler], BaseSampler],
) -> None:
    study = optuna.create_study(sampler=wrap(sampler(), EvolutionSampler()))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(objective, n_trials=3)
    messages = [str(each.message) for each in caught if "drawn at random" in str(each.message)]
    assert len(messages) == 1
    assert "Forwarding, holds several" in messages[0]
    assert "NASBOTSampler, EvolutionSampler" in messages[0]
    assert not any(searched(study))


def test_wrapper_that_chooses_itself_is_asked() -> None:
    class Choosing(Forwarding):
        def sample_architecture(self, *arguments: Any) -> Architecture:
            return SPACE.initial_pool[4]

    study = optuna.create_study(sampler=Choosing(one=sampler(), other=EvolutionSampler()))
    study.optimize(objective, n_trials=2)
    assert networks(study) == [SPACE.initial_pool[4]] * 2


def test_wrappers_in_a_circle_end() -> None:
    outer = Forwarding(base=RandomSampler())
    outer.__dict__["inner"] = Forwarding(base=RandomSampler(), back=outer)
    study = optuna.create_study(sampler=outer)
    study.optimize(objective, n_trials=1)
    assert networks(study)[0] in SPACE


# --- Studies that were loaded without their sampler


def messages_of_loading(url: str, n_loads: int, **keywords: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(n_loads):
            loaded = optuna.load_study(study_name=url, storage=url, **keywords)
            loaded.optimize(objective, n_trials=3)
    return [str(each.message) for each in caught if "drawn at random" in str(each.message)]


def test_study_without_its_sampler_is_warned_of_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(study_name=url, storage=url, sampler=sampler())
    study.optimize(objective, n_trials=2)
    messages = messages_of_loading(url, n_loads=2)
    assert len(messages) == 1
    assert "its sampler is now TPESampler" in messages[0]
    assert "optuna.load_study(..., sampler=NASBOTSampler())" in messages[0]


def test_warning_that_is_an_error_fails_one_trial_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(study_name=url, storage=url, sampler=sampler())
    study.optimize(objective, n_trials=1)
    loaded = optuna.load_study(study_name=url, storage=url)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        loaded.optimize(objective, n_trials=3, catch=UserWarning)
    assert [trial.state.name for trial in loaded.trials[1:]] == ["FAIL", "COMPLETE", "COMPLETE"]


@pytest.mark.parametrize("present", [sampler, EvolutionSampler])
def test_study_with_a_sampler_is_not_warned_of(
    present: Callable[[], BaseSampler], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(study_name=url, storage=url, sampler=sampler())
    study.optimize(objective, n_trials=2)
    assert messages_of_loading(url, n_loads=1, sampler=present()) == []


def test_comparison_with_another_sampler_is_not_warned_of(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(study_name=url, storage=url, sampler=RandomSampler())
    enqueue_architecture(study, {"net": SPACE.initial_pool[0]})
    study.optimize(objective, n_trials=2)
    assert messages_of_loading(url, n_loads=1) == []


def test_finished_trials_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []

    def counted(user_attrs: dict[str, Any]) -> bool:
        looked_at.append(user_attrs)
        return False

    monkeypatch.setattr("optuna_nasbot.chooser.has_origin", counted)
    study = optuna.create_study(sampler=RandomSampler())
    study.optimize(objective, n_trials=30)
    assert len(looked_at) <= 2 * 30


# --- Objects that stand in for trials


class Captor:
    """Passes on everything, and keeps what was suggested."""

    def __init__(self, trial: Any) -> None:
        self.wrapped = trial
        self.captured: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wrapped, name)


class Delegating(optuna.trial.BaseTrial):
    """A trial of a user's own that shows no study."""

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    @property
    def number(self) -> int:
        return self._trial.number

    @property
    def user_attrs(self) -> dict[str, Any]:
        return self._trial.user_attrs


Delegating.__abstractmethods__ = frozenset()  # what is left out here is not called


class Study(Captor):
    """Holds its trial where no attribute shows it, and shows its study."""

    def __init__(self, trial: Any) -> None:
        self.get = lambda name: getattr(trial, name)

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


def with_history(trial: optuna.Trial) -> Any:
    """Holds other trials beside its own."""
    captor = Captor(trial)
    captor.history = [optuna.create_trial(value=1.0), optuna.trial.FixedTrial({})]
    return captor


@pytest.mark.parametrize(
    "stand_in",
    [Captor, lambda trial: Captor(Captor(trial)), Delegating, Study, with_history],
)
def test_stand_in_leads_to_the_sampler(stand_in: Callable[[optuna.Trial], Any]) -> None:
    plain = optuna.create_study(sampler=sampler())
    plain.optimize(objective, n_trials=5)
    study = optuna.create_study(sampler=sampler())

    def through_stand_in(trial: optuna.Trial) -> float:
        other = stand_in(trial)
        network = suggest_architecture(other, "net", SPACE)
        assert suggest_architecture(other, "net", SPACE) == network
        assert get_architecture(other, "net") == network
        return float(len(network.layers))

    study.optimize(through_stand_in, n_trials=5)
    assert networks(study) == networks(plain)
    assert all(searched(study))


class Remote:
    """A trial of another process: it has attributes, and no way to the study's sampler."""

    number = 3

    def __init__(self, user_attrs: dict[str, Any]) -> None:
        self.user_attrs = user_attrs

    def suggest_float(self, name: str, low: float, high: float) -> float:
        return low

    def set_user_attr(self, key: str, value: Any) -> None:
        self.user_attrs[key] = value


def test_stand_in_without_a_way_to_the_sampler_is_told_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"got a Remote, through which .* Call suggest_archi"):
        suggest_architecture(Remote({}), "net", SPACE)  # type: ignore[arg-type]
    carried: Any = Remote({"architecture:net": SPACE.initial_pool[1].to_dict()})
    assert suggest_architecture(carried, "net", SPACE) == SPACE.initial_pool[1]
    assert get_architecture(carried, "net") == SPACE.initial_pool[1]


def test_stand_in_for_a_replayed_trial() -> None:
    replayed = optuna.trial.FixedTrial({})
    network = suggest_architecture(Captor(replayed), "net", SPACE)  # type: ignore[arg-type]
    assert get_architecture(replayed, "net") == network
