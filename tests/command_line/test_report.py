from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import optuna
import pytest

from optuna_nasbot import create_architecture_trial


def test_page_is_written(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    sizes = ("--inputs", 3, "--outputs", 1)
    code, out, err = run("report", "--out", path, *sizes)
    assert (code, err) == (0, "")
    page = path.read_text("utf-8")
    assert out == f"Wrote {path} ({len(page.encode()):,} bytes).\n"
    assert page.startswith("<!doctype html>")
    assert "<title>nets</title>" in page
    assert "plot_architecture_map" in page
    assert " parameters" in page


def test_page_of_one_name(run: Any, make_study: Any, pool: Any, tmp_path: Path) -> None:
    networks = {"body": pool[0], "head": pool[1]}
    make_study(create_architecture_trial(networks, value=1.0), study_name="both")
    options = ("--study", "both", "--out", tmp_path / "page.html", "--name")
    assert run("report", *options, "head")[0] == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "‘head’" in page
    assert "‘body’" not in page
    assert "['body', 'head']" in run.error("report", "--force", *options, "other")


def test_kind_that_is_not_known_is_an_error_and_no_empty_page(
    run: Any, make_study: Any, pool: Any, tmp_path: Path
) -> None:
    stored = {**pool[0].to_dict(), "kind": "reported-by-nobody"}
    attributes = {"architecture:net": stored}
    make_study(optuna.create_trial(value=1.0, user_attrs=attributes), study_name="own")
    error = run.error("report", "--study", "own", "--out", tmp_path / "page.html")
    assert "--import FILE.py" in error
    assert not (tmp_path / "page.html").exists()


def test_a_damaged_network_among_others_is_left_out(
    run: Any, make_study: Any, pool: Any, tmp_path: Path
) -> None:
    damaged = optuna.create_trial(value=0.0, user_attrs={"architecture:net": "?"})
    whole = create_architecture_trial({"net": pool[0]}, value=1.0)
    make_study(damaged, whole, study_name="damaged")
    code, _, err = run("report", "--study", "damaged", "--out", tmp_path / "page.html")
    assert code == 0
    assert "warning: The figure leaves out 1 of the trials (number 0)" in err
    assert 'id="net-0-trial-1"' in (tmp_path / "page.html").read_text("utf-8")


def test_folder_is_no_file(run: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("report", "--out", f"{tmp_path}/new/")


def test_existing_file_is_kept(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine", "utf-8")
    assert "got a file" in run.error("report", "--out", path)
    assert "expected no folder at" in run.error("report", "--out", tmp_path, "--force")
    assert path.read_text("utf-8") == "mine"


def test_missing_plotly(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.delitem(sys.modules, "plotly.graph_objects", raising=False)
    error = run.error("report", "--out", tmp_path / "page.html")
    assert "pip install plotly" in error
