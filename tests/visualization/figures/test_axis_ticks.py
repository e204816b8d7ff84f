"""Round numbers, few and short."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.visualization.figures.axis_ticks import log_ticks
from optuna_nasbot.visualization.figures.axis_ticks import number_text
from optuna_nasbot.visualization.figures.axis_ticks import ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.3, 0.2, [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2]),
        (16, 256, [50, 100, 150, 200, 250]),
        (1e12, 1.0000003e12, [1e12 + 50_000 * i for i in range(7)]),
    ],
)
def test_ticks(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected, abs=1e-12)


def test_whole_numbers_have_no_fractions_between_them() -> None:
    assert ticks(3.0, 5.0, whole=True) == [3.0, 4.0, 5.0]


@given(st.floats(-1.7e308, 1.7e308), st.floats(1e-9, 1.7e308))
def test_few_ticks_within_any_axis(low: float, width: float) -> None:
    high = low + max(width, 1e-9 * abs(low))
    if not math.isfinite(high):
        return
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    margin = 1e-6 * (high / 2 - low / 2)
    assert all(low - margin <= each <= high + margin for each in found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1e-5, 1e-1, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]),
        (1e-12, 1.0, [1e-12, 1e-9, 1e-6, 1e-3, 1.0]),
        (16, 128, [20, 50, 100]),
        (0.02, 0.3, [0.02, 0.05, 0.1, 0.2]),
        (30, 40, [30, 32, 34, 36, 38, 40]),
    ],
)
def test_log_ticks(low: float, high: float, expected: list[float]) -> None:
    assert log_ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (-1e-5, "-1e-5"),
        (0.0001, "0.0001"),
        (128.0, "128"),
        (65536.0, "65536"),
        (1_000_000.0, "1e6"),
        (1_234_567.0, "1234567"),
        (1e12 + 1e5, "1.0000001e12"),
        (1.7e308, "1.7e308"),
    ],
)
def test_number_text(number: float, text: str) -> None:
    assert number_text(number) == text
