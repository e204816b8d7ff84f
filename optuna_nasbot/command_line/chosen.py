"""The network that a command is about."""

from __future__ import annotations

import argparse
import runpy
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.command_line.storage import load_study
from optuna_nasbot.command_line.user_error import UserError
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.visualization.best_networks import BestNetworks
from optuna_nasbot.visualization.best_networks import best_networks


@dataclass(frozen=True)
class Chosen:
    """A network of a study.

    Args:
        study: The study.
        name: The name under which its trials carry networks.
        trial: The trial.
        network: Its network.
    """

    study: Study
    name: str
    trial: FrozenTrial
    network: Architecture


def chosen_study(arguments: argparse.Namespace) -> Study:
    """The study that the options name, after the files to import have been executed.

    Raises:
        UserError: There is no such study or no such file, or a file fails.
    """
    for path in arguments.imports:
        try:
            sys.path.insert(0, str(Path(path).resolve().parent))  # as Python does for a script
            runpy.run_path(path)
        except (Exception, SystemExit) as error:  # whatever the user's code raises
            raise UserError(
                f"--import: expected a Python file that runs, got '{path}': "
                f"{type(error).__name__}: {error}"
            ) from error
    return load_study(arguments.storage, arguments.study)


def chosen_network(study: Study, arguments: argparse.Namespace) -> Chosen:
    """The network that the options name: of the trial, or of the best one.

    Raises:
        UserError: There is none, or it can't be read.
    """
    trials = study.get_trials(deepcopy=False)
    name = chosen_name(trials, arguments.name)
    trial = _best(study, name) if arguments.trial is None else _numbered(trials, arguments.trial)
    return Chosen(study, name, trial, readable_network(trial, name))


def chosen_front(study: Study, name: str) -> BestNetworks:
    """The Pareto front of the trials that carry a network of a name.

    Networks that can't be read are left out, with a warning.

    Raises:
        UserError: There is no such trial, or no network can be read.
    """
    ranked = _ranked(study, name)
    front = best_networks(study, name)
    if not front.trials:
        readable_network(ranked[0], name)  # raises
    if front.unreadable:
        warnings.warn(
            f"Trials {[*front.unreadable]} of the Pareto front are left out: their architectures "
            f"can't be read. --trial N says why.",
            stacklevel=2,
        )
    return front


def chosen_name(trials: Sequence[FrozenTrial], name: str | None) -> str:
    """The name of a network that trials carry; the only one for None.

    Raises:
        UserError: Trials carry none of this name, or several and `name` is None.
    """
    names = architecture_names(trials)
    if not names:
        raise UserError(
            f"--study: expected a study whose trials carry architectures, as those do whose "
            f"objective calls suggest_architecture, got one without ({len(trials)} trials)."
        )
    if name is None and len(names) == 1:
        return names[0]
    if name is None or name not in names:
        raise UserError(f"--name: expected one of {[*names]}, which trials carry, got {name!r}.")
    return name


def readable_network(trial: FrozenTrial, name: str) -> Architecture:
    """The network of a trial.

    Raises:
        UserError: The trial carries none of this name, or it can't be read.
    """
    try:
        network = read_architecture(trial.user_attrs, name)
    except ArchitectureError as error:
        raise UserError(
            f"Trial {trial.number}'s architecture '{name}' can't be read. {error} "
            f"(--import FILE.py runs a file that makes it.)"
        ) from error
    if network is None:
        raise UserError(
            f"--trial: expected a trial with an architecture '{name}', got {trial.number}, which "
            f"carries {[*architecture_names([trial])] or 'none'}."
        )
    return network


def _numbered(trials: Sequence[FrozenTrial], number: int) -> FrozenTrial:
    for trial in trials:
        if trial.number == number:
            return trial
    raise UserError(
        f"--trial: expected the number of a trial, 0 to {trials[-1].number}, got {number}."
    )


def _best(study: Study, name: str) -> FrozenTrial:
    ranked = _ranked(study, name)
    if len(study.directions) > 1:
        raise UserError(
            f"--trial: expected the number of a trial, since several objectives have no best one, "
            f"got none. The Pareto front is {[trial.number for trial in ranked]}."
        )
    return ranked[0]


def _ranked(study: Study, name: str) -> list[FrozenTrial]:
    ranked = ranked_trials(study, name)
    if not ranked:
        raise UserError(
            f"--trial: expected a number, got none, and there is no best trial yet: no completed "
            f"one has an architecture '{name}' and satisfies all constraints."
        )
    return ranked
