"""`show`: a network, or those of a Pareto front, as text."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from optuna.study import Study
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.printed import mass_text
from optuna_nasbot.command_line.chosen import Chosen
from optuna_nasbot.command_line.chosen import chosen_front
from optuna_nasbot.command_line.chosen import chosen_name
from optuna_nasbot.command_line.chosen import chosen_network
from optuna_nasbot.command_line.chosen import chosen_study
from optuna_nasbot.command_line.options import add_image_size_option
from optuna_nasbot.command_line.options import add_network_options
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.command_line.user_error import reported_to_user
from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.visualization import to_text
from optuna_nasbot.visualization.best_networks import BestNetworks
from optuna_nasbot.visualization.constraint_facts import constraint_facts
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.layer_parameters import parameters_text
from optuna_nasbot.visualization.trial_facts import objective_names
from optuna_nasbot.visualization.trial_facts import trial_facts
from optuna_nasbot.visualization.trial_facts import trial_values

DESCRIPTION = (
    "Print the best network of a study, or that of a trial, and what it costs. Of a study with "
    "several objectives and without --trial, print the Pareto front and ten of its networks. "
    "Parameters are counted if --inputs and --outputs are given."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_study_options(parser)
    add_network_options(parser)
    add_image_size_option(parser)
    add_size_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print a network, or those of the Pareto front, and what is known of them."""
    study = chosen_study(arguments)
    if arguments.trial is None and len(study.directions) > 1:
        _show_front(study, arguments)
    else:
        _show_network(chosen_network(study, arguments), arguments)


def _show_network(chosen: Chosen, arguments: argparse.Namespace) -> None:
    drawing = _drawing(chosen.network, arguments)
    print(_headline(chosen))
    facts = [
        *trial_values(chosen.study, chosen.trial),
        *constraint_facts(chosen.trial, chosen.study.get_trials(deepcopy=False)),
        *trial_facts(chosen.trial, chosen.name),
    ]
    width = max((len(key) for key, _ in facts), default=0)
    for key, value in facts:
        print(f"  {key:<{width}}  {value}")
    print(f"\n{drawing}")


def _show_front(study: Study, arguments: argparse.Namespace) -> None:
    name = chosen_name(study.get_trials(deepcopy=False), arguments.name)
    front = chosen_front(study, name)
    shown = front.some
    drawings = [_drawing(network, arguments) for network in shown.networks]
    n, n_shown = len(front.trials), len(shown.trials)
    trials = "1 trial" if n == 1 else f"{n} trials"
    place = f"study '{printable(study.study_name)}'"
    print(f"'{printable(name)}' of the Pareto front, {place}, {trials}")
    for line in _table(study, front, arguments):
        print(f"  {line}")
    if n_shown < n:
        along = objective_names(study)[0]
        print(f"\nThe networks of {n_shown} of {n} trials, spread evenly along {along}:")
    for trial, drawing in zip(shown.trials, drawings, strict=True):
        print(f"\nTrial {trial.number}\n{drawing}")


def _table(study: Study, front: BestNetworks, arguments: argparse.Namespace) -> Iterator[str]:
    """The trials of a front, a line each, below the names of the columns."""
    names = [shortened(name) for name in objective_names(study)]
    counted = ["parameters"] if arguments.inputs and arguments.outputs else []
    rows = [["trial", *names, "layers", "mass", *counted]]
    for trial, network in zip(front.trials, front.networks, strict=True):
        values = [value for _, value in trial_values(study, trial)]
        size = [str(len(network.layers)), mass_text(total_mass(network))]
        count = parameters_text(network, arguments.inputs, arguments.outputs)
        rows.append([str(trial.number), *values, *size, *([count] if count else [])])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def _drawing(network: Architecture, arguments: argparse.Namespace) -> str:
    with reported_to_user(TypeError, ValueError):
        return to_text(
            network,
            image_size=arguments.image_size,
            inputs=arguments.inputs,
            outputs=arguments.outputs,
        )


def _headline(chosen: Chosen) -> str:
    trial = chosen.trial
    study = printable(chosen.study.study_name)
    line = f"'{printable(chosen.name)}' of trial {trial.number}, study '{study}'"
    if trial.state != TrialState.COMPLETE:
        return f"{line}, {trial.state.name.lower()}"
    if not is_feasible(trial):
        return f"{line}, breaks constraints"
    ranked = [each.number for each in ranked_trials(chosen.study, chosen.name)]
    if len(chosen.study.directions) > 1:
        place = "on the Pareto front" if trial.number in ranked else "not on the Pareto front"
        return f"{line}, {place}"
    place = f"{line}, place {ranked.index(trial.number) + 1} of"
    if any(map(stored_constraints, chosen.study.get_trials(deepcopy=False))):
        return f"{place} the {len(ranked)} completed trials that satisfy all constraints"
    return f"{place} {len(ranked)} completed trials"
