"""Names and sentences that fit, and numbers that turn where they would touch."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.graph_objects import Figure

from optuna_nasbot.visualization.drawing.labels import text_width
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import in_lines
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart

NAMES = ("loss", "W" * 300, "损失" * 100, "a name of many words " * 20, "i" * 10**6)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:10])
def test_fitted_names_keep_their_ends_within_the_width(name: str) -> None:
    line = fitted(name, 150.0, 12.0)
    assert text_width(line, 12.0) <= 150.0
    assert (line[0], line[-1]) == (name[0], name[-1])
    assert ("…" in line) == (text_width(name, 12.0) > 150.0)


def test_fitted_text_is_in_one_line() -> None:
    assert "\n" not in fitted("two\nlines", 150.0, 12.0)


@given(st.text(max_size=300))
def test_lines_are_not_too_wide_and_hold_no_tags(text: str) -> None:
    for line in in_lines(text, 150.0, 12.0).split("<br>"):
        assert text_width(html.unescape(line), 12.0) <= 150.0
        assert "<" not in line


def test_lines_hold_all_words_that_fit() -> None:
    lines = in_lines("Improvement in Objective Value", 150.0, 14.0)
    assert lines == "Improvement in<br>Objective Value"
    assert in_lines("Improvement in value", 200.0, 14.0) == "Improvement in value"


def test_numbers_of_every_axis_may_turn() -> None:
    figure = with_numbers_apart(Figure().set_subplots(rows=1, cols=2))
    for axis in (figure.layout.xaxis, figure.layout.xaxis2):
        assert axis.tickangle is None  # so that plotly chooses
        assert axis.autotickangles == (0, 90)
