from __future__ import annotations

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


def test_defaults_are_told(parser) -> None:
    text = re.sub(r"\s+", " ", parser.format_help())
    assert "evaluations of a run; by default 5" in text
    assert "by default 0:20" in text
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
