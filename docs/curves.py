"""Draw how searches go on, from the runs that are kept in `benchmarks/results`.

pip install -c constraints.txt ".[benchmarks]"
python docs/curves.py
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent / "benchmarks" / "results"
SEEDS = range(7000, 7020)
START = 10
"""Random networks that all searches have in common."""
METHODS = {
    "nasbot": ("NASBOTSampler", "#d55e00"),
    "gp": ("GPSampler", "#0072b2"),
    "local-search": ("local search", "#009e73"),
    "tpe": ("TPESampler", "#56b4e9"),
    "evolution": ("evolution", "#cc79a7"),
    "random": ("random", "#777777"),
}


@dataclass(frozen=True)
class Panel:
    """One picture of the figure.

    Args:
        title: What stands above it.
        file: The CSV file.
        benchmark: The name of the benchmark there.
        dataset: That of the data set.
        n: How many evaluations are drawn.
        y: What the values are.
    """

    title: str
    file: str
    benchmark: str
    dataset: str
    n: int
    y: str


_REGRET = "regret, percentage points"
PANELS = (
    Panel("Synthetic objective, CNNs", "synthetic", "synthetic-random", "cnn", 100, "best value"),
    Panel("Synthetic objective, MLPs", "synthetic", "synthetic-random", "mlp", 100, "best value"),
    Panel("NAS-Bench-101", "nas_bench_101", "nas-bench-101", "cifar10", 100, "test error, %"),
    *(
        Panel(
            f"NAS-Bench-201, {title}", "nas_bench_201", "nas-bench-201-random", name, 100, _REGRET
        )
        for title, name in (
            ("CIFAR-10", "cifar10"),
            ("CIFAR-100", "cifar100"),
            ("ImageNet16-120", "imagenet16_120"),
        )
    ),
)


def main() -> None:
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), layout="constrained")
    for panel, axis in zip(PANELS, axes.flat, strict=True):
        draw(panel, axis)
    lines = {line.get_label(): line for axis in axes.flat for line in axis.get_lines()}
    labels = [label for label, _ in METHODS.values()]
    figure.legend(
        [lines[label] for label in labels], labels, loc="outside lower center", ncols=len(labels)
    )
    figure.savefig(FOLDER / "gallery" / "curves.png", dpi=110)


def draw(panel: Panel, axis: Axes) -> None:
    """Draw the mean and one standard error of each method."""
    found = runs(panel)
    for method, (label, colour) in METHODS.items():
        if method not in found:
            continue
        values = found[method][:, START - 1 :]
        x = START + np.arange(values.shape[1])
        mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axis.plot(x, mean, color=colour, label=label, linewidth=1.6)
        axis.fill_between(x, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
    axis.set(title=panel.title, xlabel="evaluations", ylabel=panel.y, xlim=(START, panel.n))
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def runs(panel: Panel) -> dict[str, NDArray[np.float64]]:
    """By method the best values after 1, 2, ... evaluations, a row a seed."""
    values: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (RESULTS / f"{panel.file}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if (row["benchmark"], row["dataset"]) != (panel.benchmark, panel.dataset):
                continue
            if int(row["seed"]) in SEEDS and int(row["evaluations"]) <= panel.n:
                values[row["method"]][int(row["seed"])].append(float(row["value"]))
    return {method: np.array([*by_seed.values()]) for method, by_seed in values.items()}


if __name__ == "__main__":
    main()
