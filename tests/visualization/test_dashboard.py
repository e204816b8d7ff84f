from __future__ import annotations

import io
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from xml.etree import ElementTree

import numpy as np
import optuna
import optuna_dashboard
import pytest
from optuna.artifacts import FileSystemArtifactStore
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.visualization import DashboardCallback
from optuna_nasbot.visualization import add_to_dashboard
from optuna_nasbot.visualization import plot_architecture_map
from optuna_nasbot.visualization.dashboard import callback as dashboard_callback
from optuna_nasbot.visualization.dashboard.trial import stored_trial

SPACE = MLPSpace(max_layers=12, max_units=64)
CARDS = {"architecture-map-net", "surrogate-net"}


@pytest.fixture
def store(tmp_path: Path) -> FileSystemArtifactStore:
    return FileSystemArtifactStore(str(tmp_path))


def get(study: optuna.Study, store: Any, address: str) -> tuple[str, bytes]:
    """What the dashboard's server answers: the type of the content and the content."""
    headers: dict[str, str] = {}

    def start(status: str, found: list[tuple[str, str]], _: Any) -> None:
        assert status == "200 OK"
        headers.update(found)

    environ: dict[str, Any] = {"PATH_INFO": address}
    setup_testing_defaults(environ)
    app = optuna_dashboard.wsgi(study._storage, artifact_store=store)
    content = b"".join(app(environ, start))
    return headers["Content-Type"], content


def cards(study: optuna.Study, store: Any) -> dict[str, Any]:
    detail = json.loads(get(study, store, f"/api/studies/{study._study_id}")[1])
    return {
        each["id"]: json.loads(each["graph_object"]) for each in detail["plotly_graph_objects"]
    }


def note(study: optuna.Study, number: int) -> str:
    text: str = optuna_dashboard.get_note(stored_trial(study, study.trials[number]))
    return text


class CountingStorage(InMemoryStorage):
    """Counts how often the attributes of studies are read, and keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.n_reads = 0
        self.written: list[str] = []

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        self.n_reads += 1
        return super().get_study_system_attrs(study_id)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        self.written.append(key)
        super().set_study_system_attr(study_id, key, value)


def many_networks(n: int) -> list[Architecture]:
    rng = np.random.default_rng(0)
    pool = SPACE.initial_pool
    return [mutate(Candidate(pool[i % len(pool)]), SPACE, rng).network for i in range(n)]


def objective(trial: optuna.Trial) -> float:
    return float(len(suggest_architecture(trial, "net", SPACE).layers))


def test_note_has_the_drawing_below_what_the_user_wrote(store: Any) -> None:
    def noting(trial: optuna.Trial) -> float:
        optuna_dashboard.save_note(trial, "Mine, *not yours*.")
        return objective(trial)

    study = optuna.create_study()
    study.optimize(noting, n_trials=1, callbacks=[DashboardCallback(store)])
    mine, summary, image = note(study, 0).split("\n\n")
    assert mine == "Mine, *not yours*."
    assert summary.startswith(r"**net**: mlp\-reg, ")
    address = image.rpartition("(")[2].removesuffix(")")
    assert image == f"[![architecture net]({address})]({address})"
    kind, drawing = get(study, store, address)
    assert kind == "image/svg+xml"
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert [key for key in study.trials[0].user_attrs if "dashboard" in key] == []


def test_note_tells_the_origin(store: Any, trial: Any, study: Any, pool: Any) -> None:
    origin = {"edits": ["wedge_layer", "swap_layer"], "parent": 4}
    made = study(trial(pool[0], 1.0, user_attrs={"architecture:net:origin": origin}))
    add_to_dashboard(made, store)
    text = note(made, 0).replace("  \n", " ")
    assert "Made from trial 4's network after wedge_layer, swap_layer." in text


def test_lines_of_a_note_are_short(store: Any, trial: Any, study: Any, pool: Any) -> None:
    origin = {"edits": ["wedge_layer"] * 20, "parent": 4}
    made = study(trial(pool[0], 1.0, user_attrs={"architecture:net:origin": origin}))
    add_to_dashboard(made, store)
    text, _, _ = note(made, 0).partition("\n\n")
    lines = text.split("  \n")
    assert len(lines) > 3
    assert max(map(len, lines)) <= 105
    assert text.count("wedge_layer") == 20


@pytest.mark.filterwarnings("ignore:Infinite objective values")
def test_cards_are_drawn_in_silence(
    store: Any, trial: Any, study: Any, pool: Any, logged: list[str]
) -> None:
    values = [float("inf"), 1.0, 2.0]
    made = study(*(trial(network, value) for network, value in zip(pool, values, strict=False)))
    add_to_dashboard(made, store)
    assert cards(made, store).keys() == CARDS
    assert logged == []
    plot_architecture_map(made, "net")
    assert logged[-1] == "Trial 0 is shown without a value because it is inf or nan."


def test_long_names(store: Any, pool: Any, study: Any) -> None:
    names = ["网" * 100, "网" * 99]
    networks = dict(zip(names, pool, strict=False))
    made = study(*(create_architecture_trial(networks, value=float(i)) for i in range(3)))
    add_to_dashboard(made, store)
    keys = cards(made, store).keys()
    assert len(keys) == 4
    assert max(map(len, keys)) < 100


def test_all_names_are_shown_and_mean_themselves(store: Any, pool: Any, study: Any) -> None:
    names = ["encoder", "a*b](c)_<d>", "ü"]
    networks = dict(zip(names, pool, strict=False))
    made = study(*(create_architecture_trial(networks, value=float(i)) for i in range(3)))
    add_to_dashboard(made, store)
    add_to_dashboard(made, store)
    assert note(made, 0).count("![architecture ") == 3
    assert r"**a\*b\]\(c\)\_\<d\>**" in note(made, 0)
    assert len(cards(made, store)) == 6


@pytest.mark.parametrize("state", [TrialState.FAIL, TrialState.PRUNED])
def test_trials_without_a_value_get_their_drawing(
    state: TrialState, store: Any, trial: Any, study: Any, pool: Any
) -> None:
    made = study(trial(pool[0], state=state), trial(pool[1], state=TrialState.WAITING))
    add_to_dashboard(made, store)
    assert "![architecture net]" in note(made, 0)
    assert note(made, 1) == ""


def test_nothing_is_added_twice(store: Any, tmp_path: Path) -> None:
    study = optuna.create_study()
    study.optimize(objective, n_trials=5, callbacks=[DashboardCallback(store)])
    files = sorted(tmp_path.iterdir())
    assert len(files) == 5
    for _ in range(2):
        add_to_dashboard(study, store)
        assert sorted(tmp_path.iterdir()) == files
        assert note(study, 3).count("![architecture net]") == 1
        assert cards(study, store).keys() == CARDS


def test_cards_are_drawn_when_the_study_has_grown_by_a_quarter(
    store: Any, monkeypatch: pytest.MonkeyPatch, trial: Any, study: Any, pool: Any
) -> None:
    drawn: list[None] = []
    monkeypatch.setattr(dashboard_callback, "save_cards", lambda *_: drawn.append(None))
    made = study(*(trial(pool[0], 1.0) for _ in range(120)))
    callback = DashboardCallback(store)
    sizes = []
    for size, frozen in enumerate(made.trials, start=1):
        callback(made, frozen)
        sizes += [size] * (len(drawn) - len(sizes))
    assert sizes[:3] == [3, 4, 5]
    assert all(after <= before * 1.25 + 1 for before, after in pairwise(sizes))
    assert len(sizes) < 20


def test_several_threads(store: Any) -> None:
    study = optuna.create_study()
    study.optimize(objective, n_trials=12, n_jobs=2, callbacks=[DashboardCallback(store)])
    assert all("![architecture net]" in note(study, number) for number in range(12))
    assert cards(study, store).keys() == CARDS


def test_card_is_whole_though_another_worker_saves_one(
    store: Any, monkeypatch: pytest.MonkeyPatch, trial: Any, study: Any, pool: Any
) -> None:
    made = study(*(trial(network, float(i)) for i, network in enumerate(pool[:4])))
    write = made._storage.set_study_system_attr
    disturbed: set[str] = set()

    def write_disturbed(study_id: int, key: str, value: Any) -> None:
        write(study_id, key, value)
        if "plot_data" in key and key not in disturbed:
            disturbed.add(key)
            write(study_id, key, "of another")

    monkeypatch.setattr(made._storage, "set_study_system_attr", write_disturbed)
    add_to_dashboard(made, store)
    assert len(disturbed) == 2
    assert cards(made, store).keys() == CARDS


def test_dashboard_joins_the_pieces_of_a_card(store: Any, trial: Any, study: Any) -> None:
    made = study(*(trial(network, float(i)) for i, network in enumerate(many_networks(60))))
    add_to_dashboard(made, store)
    keys = made._storage.get_study_system_attrs(made._study_id)
    assert 2 <= sum("architecture-map" in key for key in keys) < 10
    drawn = json.loads(plot_architecture_map(made, "net").to_json())
    assert cards(made, store)["architecture-map-net"] == drawn


@pytest.mark.parametrize("n", [6, 40])
def test_attributes_of_the_study_are_read_a_few_times(
    n: int, store: Any, trial: Any, study: Any
) -> None:
    storage = CountingStorage()
    made = study(*(trial(network, 1.0) for network in many_networks(n)), storage=storage)
    add_to_dashboard(made, store)
    # What is missing; before the notes are written; before and after the cards are.
    assert storage.n_reads == 4
    assert all("![architecture net]" in note(made, number) for number in range(n))


def test_callback_reads_the_attributes_once(store: Any, trial: Any, study: Any, pool: Any) -> None:
    storage = CountingStorage()
    made = study(*(trial(pool[0], 1.0) for _ in range(10)), storage=storage)
    callback = DashboardCallback(store)
    callback(made, made.trials[1])
    assert (storage.n_reads, len(storage.written)) == (1, 3)
    callback(made, made.trials[9])  # no card is due
    assert (storage.n_reads, len(storage.written)) == (2, 6)
    callback(made, made.trials[9])
    assert (storage.n_reads, len(storage.written)) == (3, 6)


def test_nothing_is_written_when_nothing_is_missing(
    store: Any, trial: Any, study: Any, pool: Any, tmp_path: Path
) -> None:
    storage = CountingStorage()
    made = study(*(trial(network, float(i)) for i, network in enumerate(pool)), storage=storage)
    add_to_dashboard(made, store)
    storage.n_reads = 0
    storage.written.clear()
    add_to_dashboard(made, FullStore())
    assert storage.written == []
    assert storage.n_reads == 2


def test_many_notes_are_written_in_parts(
    store: Any, monkeypatch: pytest.MonkeyPatch, trial: Any, study: Any, pool: Any
) -> None:
    monkeypatch.setattr(dashboard_callback, "_AT_ONCE", 2)
    made = study(*(trial(network, 1.0) for network in pool[:5]))
    optuna_dashboard.save_note(stored_trial(made, made.trials[4]), "Mine.")
    add_to_dashboard(made, store)
    assert [note(made, number).count("![architecture net]") for number in range(5)] == [1] * 5
    assert note(made, 4).startswith("Mine.\n\n**net**")


def test_what_is_written_while_networks_are_drawn_stays(
    tmp_path: Path, trial: Any, study: Any, pool: Any
) -> None:
    made = study(*(trial(network, 1.0) for network in pool[:4]))

    class SlowStore(FileSystemArtifactStore):
        def write(self, artifact_id: str, content_body: Any) -> None:
            for frozen in made.trials:
                optuna_dashboard.save_note(stored_trial(made, frozen), f"Mine, {artifact_id}.")
            super().write(artifact_id, content_body)

    add_to_dashboard(made, SlowStore(str(tmp_path)))
    for number in range(4):
        mine, _, image = note(made, number).split("\n\n")
        assert mine.startswith("Mine, ")
        assert image.startswith("[![architecture net]")


@pytest.mark.parametrize(
    ("n", "expected"), [(2, {"pareto-front-net"}), (3, {"pareto-front-net"}), (4, set())]
)
def test_several_objectives_get_their_front(
    n: int, expected: set[str], store: Any, study: Any, pool: Any
) -> None:
    values = [[float(i), *[-float(i)] * (n - 1)] for i in range(4)]
    made = study(
        *(
            create_architecture_trial({"net": network}, values=each)
            for network, each in zip(pool, values, strict=False)
        ),
        directions=["minimize"] * n,
    )
    add_to_dashboard(made, store)
    assert "![architecture net]" in note(made, 3)
    drawn = cards(made, store)
    assert drawn.keys() == expected
    for card in drawn.values():
        assert [trace["name"] for trace in card["data"]] == ["Pareto front"]


def test_cards_of_several_objectives_are_drawn_in_silence(
    store: Any, study: Any, pool: Any, logged: list[str]
) -> None:
    made = study(
        create_architecture_trial({"net": pool[0]}, values=[float("inf"), 1.0]),
        directions=["minimize"] * 2,
    )
    add_to_dashboard(made, store)
    assert cards(made, store).keys() == {"pareto-front-net"}
    assert logged == []


def test_note_tells_which_constraints_are_broken(store: Any, trial: Any, study: Any) -> None:
    def bound(trial: optuna.Trial) -> float:
        trial.set_user_attr("architecture:net:origin", {"edits": [], "parent": None})
        return objective(trial)

    made = study(sampler=optuna.samplers.TPESampler(constraints_func=lambda trial: [1234.5, -1.0]))
    made.optimize(bound, n_trials=1, callbacks=[DashboardCallback(store)])
    text, _, _ = note(made, 0).partition("\n\n")
    *_, origin, broken = text.split("  \n")
    assert origin == "Made from an initial network."
    assert broken.replace("\\", "") == "Infeasible: constraint 0 broken by 1,234.5."


class FullStore:
    def write(self, artifact_id: str, content_body: io.BytesIO) -> None:
        raise OSError("no space left")


@pytest.mark.filterwarnings("error")
def test_study_goes_on_when_the_dashboard_fails(logged: list[str]) -> None:
    study = optuna.create_study()
    study.optimize(objective, n_trials=4, callbacks=[DashboardCallback(FullStore())])
    assert len(study.get_trials(states=[TrialState.COMPLETE])) == 4
    told = [text for text in logged if "dashboard" in text]
    assert told == ["The dashboard lacks architectures. OSError: no space left"]
    assert cards(study, FullStore()).keys() == CARDS


@pytest.mark.filterwarnings("ignore:The figure leaves out")
def test_network_that_cannot_be_read_is_left_out(
    store: Any, trial: Any, study: Any, pool: Any, logged: list[str]
) -> None:
    damaged = trial(pool[0], 1.0)
    damaged.set_user_attr("architecture:net", {"format": 1})
    damaged.set_user_attr("architecture:whole", pool[5].to_dict())
    made = study(damaged, *(trial(network, 1.0) for network in pool[1:5]))
    add_to_dashboard(made, store)
    [text] = logged
    assert text.startswith("The dashboard lacks trial 0. ")
    assert "![architecture net]" in note(made, 1)
    assert "![architecture whole]" in note(made, 0)
    assert "![architecture net]" not in note(made, 0)


def test_sampler_is_not_told_of_a_new_trial(store: Any, trial: Any, study: Any, pool: Any) -> None:
    class Sampler(optuna.samplers.RandomSampler):
        def before_trial(self, study: Any, trial: Any) -> None:
            raise AssertionError

    made = study(trial(pool[0], 1.0), sampler=Sampler())
    add_to_dashboard(made, store)
    assert isinstance(made.sampler, Sampler)


def test_study_without_networks_gets_nothing(store: Any, study: Any) -> None:
    made = study(optuna.create_trial(value=1.0))
    add_to_dashboard(made, store)
    assert (note(made, 0), cards(made, store)) == ("", {})


@pytest.mark.parametrize("module", ["optuna_dashboard", "plotly"])
def test_missing_package_is_told_at_once(
    module: str, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"pip install (optuna-dashboard|plotly)"):
        DashboardCallback(store)


def test_wrong_arguments(store: Any) -> None:
    with pytest.raises(TypeError, match="artifact_store: expected a store"):
        DashboardCallback("drawings")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="study: expected an Optuna study"):
        add_to_dashboard("net", store)  # type: ignore[arg-type]
