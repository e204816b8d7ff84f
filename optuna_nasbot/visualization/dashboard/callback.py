"""Drawings and figures where people watch a study: in optuna-dashboard."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.visualization.dashboard.cards import save_cards
from optuna_nasbot.visualization.dashboard.notes import ArtifactStore
from optuna_nasbot.visualization.dashboard.notes import lacking
from optuna_nasbot.visualization.dashboard.notes import note_architectures
from optuna_nasbot.visualization.dashboard.optuna_dashboard_import import optuna_dashboard
from optuna_nasbot.visualization.dashboard.trial import stored_trial
from optuna_nasbot.visualization.figures.modelled_trials import FEWEST_MODELLED
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

_GROWTH = 1.25
_AT_ONCE = 50
"""How many notes are written after the study's attributes were read once: enough to make the
reading cheap, and few enough to be done within a second, since people write notes, too."""

# Beside the loggers of Optuna's figures, not below the package's: `set_verbosity` decides.
_logger = optuna.logging.get_logger(f"optuna.visualization.{__name__}")


class DashboardCallback:
    """Show networks in optuna-dashboard while a study runs: a callback for `Study.optimize`.

    The note of each finished trial gets drawings of the networks that it carries, under whatever
    names, the edits that made them, and the constraints that the trial breaks. The study gets
    `plot_architecture_map` and `plot_surrogate` as cards, or with two or three objectives
    `plot_pareto_front`, from the third trial on and again whenever it has grown by a quarter;
    `add_to_dashboard` brings them up to date. A study with more objectives gets no cards.

    What others wrote into a note stays. Nothing is stored in user attributes. Any number of
    workers may have a callback each. If something fails, the study goes on, and the first failure
    is logged by Optuna's logger.

    The dashboard has to be started with the directory of the drawings:
    `optuna-dashboard URL --artifact-dir DIRECTORY`.

    Args:
        artifact_store: Where drawings are stored, such as
            `optuna.artifacts.FileSystemArtifactStore(directory)` with a directory that exists.

    Raises:
        ImportError: optuna-dashboard or plotly is not installed.
        TypeError: `artifact_store` is not an artifact store of Optuna.
    """

    def __init__(self, artifact_store: ArtifactStore) -> None:
        _check(artifact_store)
        self._artifact_store = artifact_store
        self._has_failed = False

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        """Show a trial that has just finished."""
        self._attempt(lambda: _note(study, trial, self._artifact_store))
        if _is_due(trial.number):
            self._attempt(lambda: _draw_cards(study, trial, architecture_names([trial])))

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            # A log and no warning, since those may be set to raise.
            if not self._has_failed:
                self._has_failed = True
                _logger.warning(
                    f"The dashboard lacks architectures. {type(error).__name__}: {error}"
                )


def add_to_dashboard(study: Study, artifact_store: ArtifactStore) -> None:
    """Show the networks of a study in optuna-dashboard, as `DashboardCallback` does.

    Finished trials whose notes lack their networks get them, and the cards are drawn anew. It may
    be called as often as one likes, also while the study runs.

    Args:
        study: The study.
        artifact_store: Where drawings are stored; the dashboard has to be started with its
            directory.

    Raises:
        ImportError: optuna-dashboard or plotly is not installed.
        TypeError: An argument is of a wrong type.
    """
    _check(artifact_store)
    if not isinstance(study, Study):
        raise TypeError(f"study: expected an Optuna study, got {study!r}.")
    trials = study.get_trials(deepcopy=False)
    finished = [trial for trial in trials if trial.state.is_finished()]
    wanting = lacking(study, finished) if finished else []
    for start in range(0, len(wanting), _AT_ONCE):
        some = wanting[start : start + _AT_ONCE]
        for number, error in note_architectures(study, some, artifact_store).items():
            _logger.warning(f"The dashboard lacks trial {number}. {error}")
    if names := architecture_names(trials):
        _draw_cards(study, trials[0], names)


def _note(study: Study, trial: FrozenTrial, artifact_store: ArtifactStore) -> None:
    """Note the networks of a trial.

    Raises:
        ArchitectureError: One can't be read; the others are in the note.
    """
    for error in note_architectures(study, [trial], artifact_store).values():
        raise error


def _draw_cards(study: Study, trial: FrozenTrial, names: Sequence[str]) -> None:
    """Draw the cards of a study, given one of its trials, by which the storage is found."""
    save_cards(study, stored_trial(study, trial).storage, names)


def _is_due(number: int) -> bool:
    """Whether the cards are drawn after the trial of a number.

    It depends on the number alone, so that of several workers one draws them.
    """
    before, after = math.log(number + 1, _GROWTH), math.log(number + 2, _GROWTH)
    return number + 1 >= FEWEST_MODELLED and math.floor(before) < math.floor(after)


def _check(artifact_store: object) -> None:
    optuna_dashboard()
    plotly_graph_objects()
    if not callable(getattr(artifact_store, "write", None)):
        raise TypeError(
            "artifact_store: expected a store of optuna.artifacts, such as "
            f"FileSystemArtifactStore(directory), got {artifact_store!r}."
        )
