from __future__ import annotations

from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import CellSpace
from optuna_nasbot import create_architecture_trial

CELL_SPACE = """
from optuna_nasbot import CellSpace
from optuna_nasbot import Operation

OPERATIONS = [Operation("conv", "conv", 1.0), Operation("pool")]
SPACE = CellSpace(kind="command-line-{}", operations=OPERATIONS)
"""


def cell_space(name: str) -> CellSpace:
    made: dict[str, Any] = {}
    exec(CELL_SPACE.format(name), made)
    space: CellSpace = made["SPACE"]
    return space


def test_best_trial_follows_the_direction(make_study: Any, run: Any, pool: Any) -> None:
    trials = [create_architecture_trial({"net": pool[i]}, value=float(i)) for i in range(3)]
    make_study(*trials, study_name="largest", direction="maximize")
    _, out, _ = run("show", "--study", "largest")
    assert out.startswith("'net' of trial 2, study 'largest', place 1 of 3 ")


def test_trial_is_chosen_by_number(run: Any) -> None:
    assert "place 5 of 5" in run("show", "--study", "nets", "--trial", 0)[1]
    assert "trial 5, study 'nets', fail" in run("show", "--study", "nets", "--trial", 5)[1]


@pytest.mark.parametrize("number", [6, -1])
def test_trials_that_there_are_none_of(number: int, run: Any) -> None:
    assert "the number of a trial, 0 to 5, got" in run.error("show", f"--trial={number}")


def test_names_are_listed_if_none_is_meant(run: Any, make_study: Any, pool: Any) -> None:
    both = {"body": pool[0], "head": pool[1]}
    alone = create_architecture_trial({"tail": pool[0]}, value=1.0)
    make_study(create_architecture_trial(both, value=2.0), alone, study_name="both")
    assert "expected one of ['body', 'head', 'tail']" in run.error("show", "--study", "both")
    assert "got 'net'" in run.error("show", "--study", "both", "--name", "net")
    missing = run.error("show", "--study=both", "--name=head", "--trial=1")
    assert "got 1, which carries ['tail']" in missing
    _, out, _ = run("show", "--study", "both", "--name", "tail")
    assert out.startswith("'tail' of trial 1")


def test_study_without_networks(run: Any, make_study: Any) -> None:
    make_study(study_name="empty")
    assert "got one without (0 trials)" in run.error("show", "--study", "empty")
    make_study(optuna.create_trial(value=1.0), study_name="plain")
    assert "got one without (1 trials)" in run.error("show", "--study", "plain")


def test_study_without_completed_trials(run: Any, make_study: Any, pool: Any) -> None:
    running = create_architecture_trial({"net": pool[0]}, state=TrialState.RUNNING)
    make_study(running, study_name="young")
    assert "there is no best trial yet" in run.error("show", "--study", "young")
    assert "running" in run("show", "--study", "young", "--trial", 0)[1]


def test_several_objectives_have_no_best_trial(run: Any, make_study: Any, pool: Any) -> None:
    values = [[1.0, 2.0], [2.0, 2.0], [2.0, 1.0]]
    trials = [create_architecture_trial({"net": pool[0]}, values=pair) for pair in values]
    make_study(*trials, study_name="pareto", directions=["minimize"] * 2)
    assert "The Pareto front is [0, 2]" in run.error("export", "--study", "pareto", "--out", "no")
    _, out, _ = run("show", "--study", "pareto", "--trial", 1)
    assert "not on the Pareto front" in out


def test_damaged_network(run: Any, make_study: Any) -> None:
    damaged = optuna.create_trial(value=1.0, user_attrs={"architecture:net": {"layers": 3}})
    make_study(damaged, study_name="damaged")
    assert "Trial 0's architecture 'net' can't be read." in run.error("show", "--study", "damaged")


def test_kind_of_ones_own_is_known_once_its_file_is_imported(
    run: Any, make_study: Any, tmp_path: Path
) -> None:
    stored = cell_space("original").initial_pool[0].to_dict()
    kind = "command-line-imported"
    attributes = {"architecture:net": {**stored, "kind": kind}}
    make_study(optuna.create_trial(value=1.0, user_attrs=attributes), study_name="own")
    assert "--import FILE.py" in run.error("show", "--study", "own")
    path = tmp_path / "space.py"
    path.write_text(CELL_SPACE.format("imported"), "utf-8")
    code, out, err = run("show", "--study", "own", "--import", path)
    assert (code, err) == (0, "")
    assert kind in out


def test_file_imports_its_neighbours(run: Any, tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_space.py").write_text("", "utf-8")
    path = tmp_path / "space.py"
    path.write_text("import neighbour_of_space", "utf-8")
    assert run("show", "--import", path)[0] == 0


@pytest.mark.parametrize("source", ["1 / 0", "this is no Python", "raise SystemExit(0)", None])
def test_file_that_can_not_be_imported(source: str | None, run: Any, tmp_path: Path) -> None:
    path = tmp_path / "space.py"
    if source is not None:
        path.write_text(source, "utf-8")
    assert f"expected a Python file that runs, got '{path}'" in run.error("show", "--import", path)
