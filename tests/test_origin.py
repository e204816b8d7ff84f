"""Trials note which edits made the networks that the samplers suggest, and of which trial's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import sampler as nasbot
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import Origin
from optuna_nasbot.trials import stored_origin

# Only wedge_layer and remove_layer change how many layers a network has.
CHAINS = MLPSpace(min_layers=4, max_layers=12, max_units=64, max_in_degree=1, max_out_degree=1)
CELLS = CellSpace(
    kind="cells-with-origin",
    operations=[Operation("a"), Operation("b")],
    operations_on="edges",
    max_vertices=4,
)
N_POOL = min(12, len(CHAINS.initial_pool))


def value(architecture: Architecture) -> float:
    return sum(layer.label == "relu" for layer in architecture.layers) - len(architecture.layers)


def study_of(sampler: ArchitectureSampler, n_trials: int, **keywords: Any) -> optuna.Study:
    study = optuna.create_study(direction="maximize", sampler=sampler, **keywords)
    study.optimize(lambda t: value(suggest_architecture(t, "net", CHAINS)), n_trials=n_trials)
    return study


def origin(trial: optuna.trial.FrozenTrial) -> Origin:
    found = stored_origin(trial.user_attrs, "net")
    assert found is not None
    return found


def gained(edits: tuple[str, ...]) -> int:
    return edits.count("wedge_layer") - edits.count("remove_layer")


@pytest.mark.parametrize(
    ("sampler", "n_start"),
    [(NASBOTSampler(seed=0), 5), (EvolutionSampler(seed=0), N_POOL)],
    ids=["nasbot", "evolution"],
)
def test_origins_are_true(sampler: ArchitectureSampler, n_start: int) -> None:
    study = study_of(sampler, n_start + 12)
    n_initial = {len(network.layers) for network in CHAINS.initial_pool}
    for trial in study.trials[:n_start]:
        start = origin(trial)
        assert start.parent is None
        n_layers = len(get_architecture(trial, "net").layers)
        assert n_layers - gained(start.edits) in n_initial
        assert bool(start.edits) == (get_architecture(trial, "net") not in CHAINS.initial_pool)
    for trial in study.trials[n_start:]:
        found = origin(trial)
        assert found.edits
        assert found.parent in range(trial.number)
        parent = get_architecture(study.trials[found.parent], "net")
        n_layers = len(get_architecture(trial, "net").layers)
        assert n_layers == len(parent.layers) + gained(found.edits)


def test_parents_are_counted_with_trials_that_hold_no_network_or_another() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.add_trial(optuna.create_trial(value=1.0))
    failed, observed = CHAINS.initial_pool[:2]
    study.add_trial(create_architecture_trial({"net": failed}, state=TrialState.FAIL))
    study.add_trial(create_architecture_trial({"net": observed}, value=1.0))
    trial = study.ask()
    suggest_architecture(trial, "net", CHAINS)
    assert origin(study.trials[-1]).parent == 2


def test_edits_of_cells() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=2))
    study.optimize(lambda t: len(suggest_architecture(t, "net", CELLS).layers), n_trials=6)
    edits = {edit for trial in study.trials for edit in origin(trial).edits}
    assert edits & {"swap_label", "add_edge", "remove_edge", "add_vertex", "remove_vertex"}


@pytest.mark.parametrize("n_times", [1, 3])
def test_redrawn_network_has_the_origin_of_the_last_draw(
    n_times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Proposal] = []
    maximise = nasbot.maximise

    def watched(*arguments: Any) -> Proposal | None:
        found = maximise(*arguments)
        assert found is not None
        drawn.append(found)
        return found

    class Simultaneous(NASBOTSampler):
        """While it chooses, another worker stores what it will choose."""

        def sample_architecture(
            self, study: optuna.Study, trial: optuna.Trial, name: str, space: ArchitectureSpace
        ) -> Architecture:
            chosen = super().sample_architecture(study, trial, name, space)
            if len(drawn) <= n_times:
                study.add_trial(
                    create_architecture_trial({name: chosen}, state=TrialState.RUNNING)
                )
            return chosen

    study = study_of(NASBOTSampler(seed=0), 6)
    study.sampler = Simultaneous(seed=0)
    monkeypatch.setattr(nasbot, "maximise", watched)
    trial = study.ask()
    network = suggest_architecture(trial, "net", CHAINS)
    assert len(drawn) == n_times + 1
    chosen = drawn[-1].candidates["net"]
    assert network == chosen.network
    assert origin(study.trials[trial.number]) == Origin(chosen.parent, chosen.edits)


def test_only_suggested_networks_have_an_origin() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    enqueue_architecture(study, {"net": CHAINS.initial_pool[0]})
    study.add_trial(create_architecture_trial({"net": CHAINS.initial_pool[1]}, value=1.0))
    study.optimize(lambda t: value(suggest_architecture(t, "net", CHAINS)), n_trials=2)
    assert [stored_origin(trial.user_attrs, "net") is None for trial in study.trials] == [
        *(True, True),
        False,
    ]


def test_only_network_of_a_space_is_that_of_its_trial() -> None:
    one = MLPSpace(min_layers=3, max_layers=3)
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    study.optimize(lambda t: value(suggest_architecture(t, "net", one)), n_trials=2)
    assert [origin(trial) for trial in study.trials] == [Origin(None, ()), Origin(0, ())]


def test_origin_survives_a_database(tmp_path: Path) -> None:
    study = study_of(NASBOTSampler(seed=0), 7, storage=f"sqlite:///{tmp_path}/study.db")
    in_memory = study_of(NASBOTSampler(seed=0), 7)
    for stored, kept in zip(study.trials, in_memory.trials, strict=True):
        assert stored.user_attrs == kept.user_attrs
        assert json.loads(json.dumps(kept.user_attrs)) == kept.user_attrs


def test_damaged_origins_do_no_harm() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=1))
    attributes = {"architecture:net:origin": ["?"]}
    study.add_trial(
        create_architecture_trial(
            {"net": CHAINS.initial_pool[0]}, value=1.0, user_attrs=attributes
        )
    )
    study.optimize(lambda t: value(suggest_architecture(t, "net", CHAINS)), n_trials=1)
    assert origin(study.trials[-1]).parent == 0


class OutsideSampler(ArchitectureSampler):
    """Chooses networks that are not of the space."""

    def __init__(self) -> None:
        super().__init__(seed=0)

    def choose(self, request: TrialRequest) -> Suggestion:
        (outside,) = proposals_of("net", [Candidate(CNNSpace().initial_pool[0], 0, ("skip",))])
        return Suggestion(outside, lambda: "")


def test_nothing_of_a_wrong_choice_is_stored() -> None:
    study = optuna.create_study(sampler=OutsideSampler())
    trial = study.ask()
    with pytest.raises(ArchitectureError):
        suggest_architecture(trial, "net", CHAINS)
    assert trial.user_attrs == {}
