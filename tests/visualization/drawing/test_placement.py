from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.visualization.drawing.placement import placed


def test_what_pulls_more_is_closer() -> None:
    gaps = [(0, 1, 2.0), (1, 2, 2.0), (2, 3, 2.0)]
    assert placed(4, [(0, 3, 1.0)], gaps) == pytest.approx([0, 2, 4, 6])
    position = placed(3, [(0, 1, 1.0), (1, 2, 5.0)], [(0, 2, 10.0)])
    assert position == pytest.approx([0, 10, 10])


def test_tilt_chooses_among_equals() -> None:
    pulls, gaps = [(0, 1, 1.0), (1, 2, 1.0)], [(0, 2, 10.0)]
    left, right = (placed(3, pulls, gaps, tilt) for tilt in (1e-4, -1e-4))
    assert left == pytest.approx([0, 0, 10])
    assert right == pytest.approx([0, 10, 10])


def test_random_problems_keep_their_gaps() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        gaps = [(i, j, 1.0) for i in range(12) for j in range(i + 1, 12) if rng.random() < 0.3]
        pulls = [*((i, i + 1, 1.0) for i in range(11)), *((i, j, 1.0) for i, j, _ in gaps)]
        position = placed(12, pulls, gaps)
        assert all(position[j] - position[i] >= 1 - 1e-9 for i, j, _ in gaps)
        assert position == pytest.approx(np.rint(position))


def test_without_gaps_all_are_in_one_place() -> None:
    assert placed(3, [(0, 1, 1.0), (1, 2, 8.0)], [], 1e-4).tolist() == [0.0, 0.0, 0.0]
