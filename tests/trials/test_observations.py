"""What the samplers read from a study."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import is_tried_elsewhere
from optuna_nasbot.trials import observe
from optuna_nasbot.trials.configuration import of_networks

NETWORKS = MLPSpace(max_layers=8, max_units=64).initial_pool
KIND = NETWORKS[0].kind
NOBODY = -1


def study_of(*trials: optuna.trial.FrozenTrial, direction: str = "maximize") -> optuna.Study:
    study = optuna.create_study(direction=direction)
    study.add_trials(trials)
    return study


def finished(index: int, value: float | None, **keywords: Any) -> optuna.trial.FrozenTrial:
    return create_architecture_trial({"net": NETWORKS[index]}, value=value, **keywords)


def seen(study: optuna.Study, exclude: int = NOBODY) -> Observations:
    trials = [each for each in study.get_trials(deepcopy=False) if each.number != exclude]
    return observe(trials, study.directions, Dimensions({"net": KIND}))


def networks_of(observations: Iterable[Observation]) -> tuple[Architecture, ...]:
    return tuple(each.configuration.networks["net"] for each in observations)


@pytest.mark.parametrize(("direction", "sign"), [("maximize", 1.0), ("minimize", -1.0)])
def test_larger_values_are_better(direction: str, sign: float) -> None:
    observed = seen(study_of(finished(0, 2.0), finished(1, -3.0), direction=direction))
    assert observed.networks("net") == NETWORKS[:2]
    assert observed.outcomes.values[:, 0].tolist() == [sign * 2.0, sign * -3.0]


def test_empty_study() -> None:
    observed = seen(study_of())
    assert observed.networks("net") == ()
    assert observed.running == observed.waiting == ()
    assert observed.outcomes.values.shape == (0, 1)
    assert observed.excluded == frozenset()


def test_pruned_trials_count_with_their_last_report() -> None:
    study = study_of()

    def objective(trial: optuna.Trial) -> float:
        enqueued = suggest_architecture(trial, "net", MLPSpace(max_layers=8, max_units=64))
        for step in range(NETWORKS.index(enqueued)):
            trial.report(10.0 + step, step)
        raise optuna.TrialPruned

    for network in NETWORKS[:3]:
        enqueue_architecture(study, {"net": network})
    study.optimize(objective, n_trials=3)
    observed = seen(study)
    assert observed.networks("net") == NETWORKS[1:3]
    assert observed.outcomes.values[:, 0].tolist() == [10.0, 11.0]
    assert networks_of(observed.failed) == NETWORKS[:1]


def test_networks_without_a_value_are_taken_but_not_observed() -> None:
    study = study_of(
        finished(0, 1.0),
        finished(1, None, state=TrialState.FAIL),
        finished(2, None, state=TrialState.PRUNED),
        finished(3, math.nan, state=TrialState.PRUNED),
        finished(4, None, state=TrialState.RUNNING),
        finished(5, None, state=TrialState.WAITING),
    )
    observed = seen(study)
    assert observed.networks("net") == NETWORKS[:1]
    assert networks_of(observed.running) == NETWORKS[4:5]
    assert networks_of(observed.waiting) == NETWORKS[5:6]
    assert networks_of(observed.failed) == NETWORKS[1:4]
    assert observed.excluded == {each.key for each in of_networks("net", NETWORKS[:6])}


def test_a_network_that_failed_several_times_counts_once() -> None:
    failed = [finished(index, None, state=TrialState.FAIL) for index in (0, 1, 0)]
    assert networks_of(seen(study_of(*failed)).failed) == (NETWORKS[1], NETWORKS[0])


def test_failed_network_that_is_tried_again_is_not_failed_any_more() -> None:
    for again in (
        finished(0, 1.0),
        finished(0, None, state=TrialState.RUNNING),
        finished(0, None, state=TrialState.WAITING),
    ):
        failed = [finished(index, None, state=TrialState.FAIL) for index in (0, 1)]
        assert networks_of(seen(study_of(*failed, again)).failed) == NETWORKS[1:2]


def test_tried_elsewhere() -> None:
    study = study_of(
        finished(0, None, state=TrialState.RUNNING),
        finished(1, 1.0),
        finished(2, None, state=TrialState.WAITING),
        finished(3, None, state=TrialState.FAIL),
        *(finished(index, None, state=TrialState.RUNNING) for index in range(5)),
    )
    trials = study.get_trials(deepcopy=False)
    twin = create_architecture_trial(
        {"net": Architecture.from_dict(NETWORKS[0].to_dict())}, value=1.0
    )
    twin.number = 9
    assert is_tried_elsewhere([trials[0], twin], 9, Dimensions({"net": KIND}))
    assert not is_tried_elsewhere([twin], 9, Dimensions({"net": KIND}))
    tried = [
        is_tried_elsewhere([*trials[:4], each], each.number, Dimensions({"net": KIND}))
        for each in trials[4:]
    ]
    assert tried == [True, True, True, False, False]


def test_asking_trial_and_other_networks_are_left_out() -> None:
    cnn = CNNSpace(max_layers=8).initial_pool[0]
    study = study_of(
        optuna.create_trial(value=0.0),
        create_architecture_trial({"net": cnn}, value=1.0),
        create_architecture_trial({"other": NETWORKS[0]}, value=2.0),
        finished(1, 3.0),
        finished(2, None, state=TrialState.RUNNING),
    )
    observed = seen(study, exclude=4)
    assert observed.networks("net") == NETWORKS[1:2]
    assert observed.outcomes.values[:, 0].tolist() == [3.0]
    assert observed.running == ()


@pytest.mark.parametrize(
    ("values", "clipped"),
    [
        ([1.0, math.inf, 3.0, -math.inf], [1.0, 3.0, 3.0, 1.0]),
        ([math.inf, -math.inf], [1.0, -1.0]),
        ([-math.inf], [-1.0]),
        ([math.inf, 5.0], [5.0, 5.0]),
        ([math.inf, 1e308, -1e308], [1e308, 1e308, -1e308]),
    ],
)
def test_infinite_values_are_clipped(values: list[float], clipped: list[float]) -> None:
    study = study_of(*(finished(index, value) for index, value in enumerate(values)))
    with pytest.warns(UserWarning, match="Infinite objective values are clipped"):
        observed = seen(study)
    assert observed.outcomes.values[:, 0].tolist() == clipped


def test_extreme_values_stay_as_they_are() -> None:
    values = [1.7e308, -1.7e308, 5e-324, -0.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        observed = seen(study_of(*(finished(i, value) for i, value in enumerate(values))))
    assert observed.outcomes.values[:, 0].tolist() == values


@pytest.mark.parametrize(
    "document",
    [
        {"format": "optuna-nasbot/2", "layers": "who knows"},
        {**NETWORKS[0].to_dict(), "edges": [[0, 1]]},
        {**NETWORKS[0].to_dict(), "kind": "unheard-of"},
        "damaged",
        [],
    ],
)
def test_unreadable_network_is_left_out_with_a_warning(document: Any) -> None:
    damaged = optuna.create_trial(value=9.0, user_attrs={"architecture:net": document})
    study = study_of(finished(1, 1.0), damaged, finished(2, 2.0))
    with pytest.warns(UserWarning, match="Trial 1 is left out .* architecture 'net'"):
        observed = seen(study)
    assert observed.networks("net") == NETWORKS[1:3]
    assert observed.outcomes.values[:, 0].tolist() == [1.0, 2.0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=60)
@given(data=st.data())
def test_no_damage_stops_a_study(data: st.DataObject) -> None:
    document = copy.deepcopy(NETWORKS[0].to_dict())
    place: Any = document
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    damaged = optuna.create_trial(value=9.0, user_attrs={"architecture:net": document})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        observed = seen(study_of(damaged, finished(1, 1.0)))
    assert len(caught) + len(observed.networks("net")) <= 2
    assert observed.networks("net")[-1] == NETWORKS[1]
    assert np.isfinite(observed.outcomes.values[:, 0]).all()
