"""Drawings of the networks that were found for real data."""

from __future__ import annotations

from pathlib import Path

from evaluation_log import Log
from real_report import best_network
from real_report import search_of
from results_table import Incumbents

from optuna_nasbot.visualization import to_svg


def draw_best(runs: Incumbents, log: Log, folder: Path) -> None:
    """Draw for each data set the network with the least validation loss of the first method.

    Args:
        runs: Runs of searches.
        log: What the searches evaluated.
        folder: Where to write `<data set>.svg`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = next(iter(runs)).method
    for dataset in dict.fromkeys(run.dataset for run in runs):
        of_first = [run for run in runs if (run.dataset, run.method) == (dataset, first)]
        best = min(of_first, key=lambda run: runs[run][-1])
        network = best_network(search_of(best, runs[best], log))
        (folder / f"{dataset}.svg").write_text(to_svg(network), "utf-8")
