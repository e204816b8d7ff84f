from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest


@pytest.fixture
def parser(module, tmp_path: Path):
    return module("options").parser("", ["mlp"], ["nasbot"], trials=5, out=tmp_path / "x.csv")


@pytest.mark.parametrize(
    "options",
    [
        ("--seeds", "3"),
        ("--seeds", "a:b"),
        ("--seeds", "5:4"),
        ("--trials", "0"),
        ("--trials", "-1"),
        ("--processes", "0"),
        ("--methods", "nasbt"),
        ("--data", "nowhere"),
        ("--out", "."),
        ("--out", __file__),
    ],
)
def test_wrong_options_are_refused(parser, capsys, options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(options)
    assert options[0] in capsys.readouterr().err


def test_files_of_results(module, tmp_path: Path) -> None:
    results_file, path = module("options").results_file, tmp_path / "x.csv"
    assert results_file(str(path)) == path
    path.write_text("benchmark,dataset,met")  # cut off
    assert results_file(str(path)) == path
    path.write_text("benchmark,dataset,method,seed,evaluations,value\r\n")
    assert results_file(str(path)) == path
    path.write_text("a" * 200_000)
    for wrong in (path, path / "y.csv"):
        with pytest.raises(argparse.ArgumentTypeError, match="expected"):
            results_file(str(wrong))


def test_defaults_are_told(parser) -> None:
    text = re.sub(r"\s+", " ", parser.format_help())
    assert "evaluations of a run; by default 5" in text
    assert "by default 7000:7020" in text
    assert "by default nasbot" in text


@pytest.mark.parametrize(
    ("option", "value"),
    [("--noise", "-1"), ("--noise", "nan"), ("--noise", "much"), ("--failures", "1")],
)
def test_wrong_noise_and_failures(module, monkeypatch, capsys, option: str, value: str) -> None:
    monkeypatch.setattr("sys.argv", ["synthetic.py", option, value])
    with pytest.raises(SystemExit, match="2"):
        module("synthetic").main()
    assert option in capsys.readouterr().err
