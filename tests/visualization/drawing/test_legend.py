from __future__ import annotations

from optuna_nasbot.visualization.drawing.legend import in_legend


def test_rows_are_filled() -> None:
    places = in_legend([40.0, 50.0, 20.0, 200.0, 10.0], limit=100.0)
    assert places == [(0.0, 0), (40.0, 0), (0.0, 1), (0.0, 2), (0.0, 3)]
