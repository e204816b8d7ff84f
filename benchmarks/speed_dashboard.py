"""How long a study takes to be shown: in optuna-dashboard, and as a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from tempfile import mkdtemp

import optuna
from objectives import synthetic_value
from optuna.artifacts import FileSystemArtifactStore
from optuna.study import Study
from optuna_dashboard import save_note
from populations import SPACES
from populations import population
from printing import Cell
from printing import print_table
from speed_imports import in_new_process
from speed_suggestions import N_LAYERS
from timing import Time
from timing import side_by_side
from timing import summarised
from timing import timed

from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization import DashboardCallback
from optuna_nasbot.visualization import add_to_dashboard
from optuna_nasbot.visualization.dashboard.trial import stored_trial

_BASE = "save_note"
_NAME = "study"
_LOAD = """
import optuna
from optuna_nasbot.visualization import to_html
study = optuna.load_study(study_name={name!r}, storage={url!r})
"""


def print_dashboard(kinds: Sequence[str], sizes: Sequence[int], repeats: int) -> None:
    """Print seconds to show studies in SQLite, beside a plain note for each trial."""
    print_table(
        f"Seconds to show studies of networks of about {N_LAYERS} layers, in SQLite; median of "
        f"{repeats}. The ratios are to a plain note for each trial by the dashboard's own "
        "function. The page is made in a new process, which has to import what draws it.",
        ("kind", "trials", "what", "wall", "CPU", "CPU a trial", "wall ratio", "CPU ratio"),
        _rows(kinds, sizes, repeats),
    )


def _rows(kinds: Sequence[str], sizes: Sequence[int], repeats: int) -> Iterator[tuple[Cell, ...]]:
    for kind, n in product(kinds, sizes):
        with TemporaryDirectory() as folder:
            rounds = side_by_side(measures(Path(folder), kind, n), repeats)
        times = {what: summarised(each[1:], median) for what, each in rounds.items()}
        base = times[_BASE]
        for what, time in times.items():
            ratios = time.wall / base.wall, time.cpu / base.cpu
            yield kind, n, what, time.wall, time.cpu, time.cpu / n, *ratios


@dataclass(frozen=True)
class Shown:
    """A finished study in a SQLite file, and the drawings of its networks beside it.

    Args:
        folder: Where both are.
    """

    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/study.db"

    @property
    def study(self) -> Study:
        return optuna.load_study(study_name=_NAME, storage=self.url)

    @property
    def store(self) -> FileSystemArtifactStore:
        return FileSystemArtifactStore(str(self.folder))

    def copied(self) -> Shown:
        """The same as often as one likes."""
        folder = Path(mkdtemp(dir=self.folder.parent))
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Shown(folder)


def measures(folder: Path, kind: str, n: int) -> dict[str, Callable[[], Time]]:
    """What to measure of a study of n trials."""
    finished = Shown(Path(mkdtemp(dir=folder)))
    study = optuna.create_study(direction="maximize", study_name=_NAME, storage=finished.url)
    study.add_trials(
        [
            create_architecture_trial({"net": network}, value=synthetic_value(network))
            for network in population(SPACES[kind], N_LAYERS, n)
        ]
    )
    noted = finished.copied()
    add_to_dashboard(noted.study, noted.store)
    return {
        _BASE: partial(_plain_notes, finished),
        "DashboardCallback": partial(_callbacks, finished),
        "add_to_dashboard": partial(_added, finished),
        "add_to_dashboard, nothing to do": partial(_added, noted),
        "to_html": partial(_page, finished),
    }


def _plain_notes(finished: Shown) -> Time:
    study = finished.copied().study
    trials = study.get_trials(deepcopy=False)
    return timed(lambda: [save_note(stored_trial(study, trial), "A note.") for trial in trials])


def _callbacks(finished: Shown) -> Time:
    """The callback alone, in a study that grows."""
    growing = Shown(Path(mkdtemp(dir=finished.folder.parent)))
    study = optuna.create_study(direction="maximize", study_name=_NAME, storage=growing.url)
    callback = DashboardCallback(growing.store)
    times = []
    for trial in finished.study.get_trials(deepcopy=False):
        study.add_trial(trial)
        added = study.get_trials(deepcopy=False)[-1]
        times.append(timed(partial(callback, study, added)))
    return summarised(times, sum)


def _added(shown: Shown) -> Time:
    copied = shown.copied()
    return timed(lambda: add_to_dashboard(copied.study, copied.store))


def _page(finished: Shown) -> Time:
    return in_new_process("to_html(study)", setup=_LOAD.format(name=_NAME, url=finished.url))
