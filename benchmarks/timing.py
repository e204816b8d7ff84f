"""Wall and CPU times of several actions that take turns, so that all meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Time:
    """Seconds of an action.

    On one thread both agree where the machine is free; where wall time is longer, other processes
    took their share.

    Attributes:
        wall: Seconds by the clock.
        cpu: Seconds that the threads of this process computed, all together.
    """

    wall: float
    cpu: float


def timed(action: Callable[[], object]) -> Time:
    """How long an action takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Time(time.perf_counter() - wall, time.process_time() - cpu)


def side_by_side(
    measures: Mapping[str, Callable[[], Time]], repeats: int
) -> dict[str, list[Time]]:
    """Measure in turn, again and again.

    Args:
        measures: What to measure, by name.
        repeats: How often, after a round that warms up.

    Returns:
        By name the times of all rounds. The first one is that of the warm-up.
    """
    rounds = [{name: measure() for name, measure in measures.items()} for _ in range(repeats + 1)]
    return {name: [times[name] for times in rounds] for name in measures}


def summarised(times: Iterable[Time], summary: Callable[[list[float]], float]) -> Time:
    """The minimum or median of wall times beside that of CPU times."""
    times = list(times)
    return Time(summary([t.wall for t in times]), summary([t.cpu for t in times]))
