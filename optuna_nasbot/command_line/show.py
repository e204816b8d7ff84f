"""`show`: a network as text."""

from __future__ import annotations

import argparse

from optuna.trial import TrialState

from optuna_nasbot.command_line.chosen import Chosen
from optuna_nasbot.command_line.chosen import chosen_network
from optuna_nasbot.command_line.errors import reported_to_user
from optuna_nasbot.command_line.options import add_image_size_option
from optuna_nasbot.command_line.options import add_network_options
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.visualization import to_text
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.trial_facts import trial_facts
from optuna_nasbot.visualization.trial_facts import trial_values

DESCRIPTION = (
    "Print the best network of a study, or that of a trial, and what it costs. "
    "Parameters are counted if --inputs and --outputs are given."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_study_options(parser)
    add_network_options(parser)
    add_image_size_option(parser)
    add_size_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print a network and what is known of it."""
    chosen = chosen_network(arguments)
    with reported_to_user(TypeError, ValueError):
        drawing = to_text(
            chosen.network,
            image_size=arguments.image_size,
            inputs=arguments.inputs,
            outputs=arguments.outputs,
        )
    print(_headline(chosen))
    facts = trial_values(chosen.study, chosen.trial) + trial_facts(chosen.trial, chosen.name)
    width = max((len(key) for key, _ in facts), default=0)
    for key, value in facts:
        print(f"  {key:<{width}}  {value}")
    print(f"\n{drawing}")


def _headline(chosen: Chosen) -> str:
    trial = chosen.trial
    study = printable(chosen.study.study_name)
    line = f"'{printable(chosen.name)}' of trial {trial.number}, study '{study}'"
    if trial.state != TrialState.COMPLETE:
        return f"{line}, {trial.state.name.lower()}"
    ranked = [each.number for each in ranked_trials(chosen.study, chosen.name)]
    if len(chosen.study.directions) > 1:
        place = "on the Pareto front" if trial.number in ranked else "not on the Pareto front"
        return f"{line}, {place}"
    if trial.number not in ranked:
        return f"{line}, breaks constraints"
    return f"{line}, place {ranked.index(trial.number) + 1} of {len(ranked)} completed trials"
