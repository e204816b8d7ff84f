"""What a trial is going to try, written down when it first asks for a network or parameters.

Other workers see only those parameters of a trial that its objective has asked for. The plan tells
them the rest, and tells the sampler later what it has chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.trials.private_optuna import set_system_attr

_KEY = "nasbot:plan"


@dataclass(frozen=True)
class Plan:
    """The configuration that a trial is going to try.

    Args:
        networks: The canonical hashes of its networks by name.
        parameters: Its ordinary parameters by name.
    """

    networks: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


def store_plan(
    study: Study, trial: FrozenTrial, plan: Plan, parameters: Mapping[str, Parameter]
) -> None:
    """Store a plan in a running trial; a later one takes the place of an earlier one.

    Args:
        study: The study.
        trial: The running trial.
        plan: What it is going to try.
        parameters: The parameters of the plan.
    """
    # In the form in which Optuna stores them: categories may be objects that JSON can't hold.
    values = {
        name: parameters[name].distribution.to_internal_repr(value)
        for name, value in plan.parameters.items()
    }
    document = {"networks": dict(plan.networks), "parameters": values}
    set_system_attr(study, trial, _KEY, document)


def read_plan(trial: FrozenTrial, parameters: Mapping[str, Parameter]) -> Plan:
    """The plan of a trial, as far as it holds values of the given parameters."""
    document = _mapping(trial.system_attrs.get(_KEY))
    planned = _mapping(document.get("parameters"))
    values = {}
    for name in parameters.keys() & planned.keys():
        try:
            values[name] = parameters[name].distribution.to_external_repr(planned[name])
        except (IndexError, TypeError, ValueError):  # damaged, or the categories are others now
            continue
    held = {name: value for name, value in values.items() if parameters[name].holds(value)}
    return Plan(_mapping(document.get("networks")), held)


def _mapping(value: object) -> Mapping[str, Any]:
    """What is stored, or nothing where that is damaged: a plan only advises."""
    return value if isinstance(value, Mapping) else {}
