"""A study as one web page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.printed import mass_text
from optuna_nasbot.trials.joint_parameters import joint_parameters
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.visualization.best_networks import BestNetworks
from optuna_nasbot.visualization.best_networks import best_networks
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.layer_parameters import parameters_text
from optuna_nasbot.visualization.drawing.svg import to_svg
from optuna_nasbot.visualization.drawing.text import to_text
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects
from optuna_nasbot.visualization.study_figures import front_figure
from optuna_nasbot.visualization.study_figures import history_figures
from optuna_nasbot.visualization.study_figures import network_figures
from optuna_nasbot.visualization.trial_facts import facts_beside_parameters
from optuna_nasbot.visualization.trial_facts import objective_names
from optuna_nasbot.visualization.trial_facts import trial_parameters
from optuna_nasbot.visualization.trial_facts import trial_values

_N_EARLY = 5
"""The best trial is compared with so many of the first ones, which are random by default."""


@dataclass(frozen=True)
class _Drawn:
    """A network of the page.

    Args:
        number: The number of its trial.
        values: Names and values of its objectives.
        parameters: Values of those that are searched together with the network, by name.
        facts: What else is known of it.
        n_layers: How many layers it has.
        mass: Its mass.
        n_parameters: How many parameters it has; None where they are not counted.
        svg: The drawing.
        text: The same in characters.
    """

    number: int
    values: list[tuple[str, str]]
    parameters: dict[str, str]
    facts: list[tuple[str, str]]
    n_layers: int
    mass: str
    n_parameters: str | None
    svg: str
    text: str


@dataclass(frozen=True)
class _Sizes:
    """The sizes that a user gives to all networks of the page.

    Args:
        image_size: Side of the images.
        inputs: Features or channels of the input.
        outputs: Targets or classes.
        must_fit: Whether networks that have none of these are the user's mistake.
    """

    image_size: int | None
    inputs: int | None
    outputs: int | None
    must_fit: bool

    def of(self, network: Architecture) -> dict[str, int | None]:
        """The keyword arguments that draw a network."""
        sizes = {"image_size": self.image_size, "inputs": self.inputs, "outputs": self.outputs}
        if not self.must_fit and network.image_sizes is None:
            sizes["image_size"] = None
        if not self.must_fit and network.operations.decision is None:
            sizes["inputs"] = sizes["outputs"] = None
        return sizes


@dataclass(frozen=True)
class _Section:
    """What the page says of the networks of a name.

    Args:
        name: The name.
        worth: How much better the best network is than others; empty for a Pareto front.
        front: The figure of the Pareto front, as HTML; None where there is none.
        figures: The other figures by the name of the value that they show.
        parameters: Names of the parameters that are searched together with the networks.
        best: The best networks, the best first.
        n_best: How many trials there are to choose these from.
    """

    name: str
    worth: list[tuple[str, str]]
    front: str | None
    figures: dict[str, list[str]]
    parameters: list[str]
    best: list[_Drawn]
    n_best: int


def to_html(
    study: Study,
    name: str | None = None,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> str:
    """Show a study on one web page: all figures of this package, and the ten best networks.

    The page holds all that it needs, including plotly's JavaScript (5 MB), and loads nothing from
    a server. It opens with the best network and what it is worth, and follows the light or dark
    scheme of its reader.

    A study with several objectives gets figures for each of them, of the negative value where
    larger is better. Its best networks are those of the Pareto front, of more than ten those
    spread evenly along the first objective. With two or three objectives `plot_pareto_front` is
    above them.

    Args:
        study: The study, finished or running.
        name: The name of the networks to show; None for those of all names.
        image_size: Side of the images in pixels; without it drawings say by how much images have
            shrunk.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes. On a page with networks of several names, each of the three
            sizes is used for those networks to which it applies.

    Returns:
        The page, as HTML.

    Raises:
        ImportError: plotly is not installed.
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        ValueError: `name` is empty or has a colon, the trials carry networks of other names only,
            a size is out of range, or `image_size` is given and the networks, of one name, have no
            images.
        ArchitectureError: `inputs` and `outputs` are given and the networks, of one name, are
            cells.
    """
    plotly_graph_objects()  # raises where plotly is missing
    # Imported here because they are slow to import, or not installed.
    from jinja2 import Environment
    from jinja2 import PackageLoader
    from plotly.offline import get_plotlyjs

    if not isinstance(study, Study):
        raise TypeError(f"study: expected an Optuna study, got {study!r}.")
    trials = study.get_trials(deepcopy=False)
    names = architecture_names(trials) if name is None else (name,)
    sizes = _Sizes(image_size, inputs, outputs, must_fit=len(names) < 2)
    parameters = [*map(printable, joint_parameters(trials).distributions)]
    sections = [
        _section(study, each, f"net-{index}", parameters, sizes)
        for index, each in enumerate(names)
    ]
    environment = Environment(
        loader=PackageLoader("optuna_nasbot", "visualization"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        study_name=printable(study.study_name),
        directions=[direction.name.lower() for direction in study.directions],
        objectives=objective_names(study),
        states=Counter(trial.state.name.lower() for trial in trials),
        has_constraints=any(map(stored_constraints, trials)),
        n_feasible=sum(
            trial.state == TrialState.COMPLETE and is_feasible(trial) for trial in trials
        ),
        now=f"{datetime.now():%Y-%m-%d %H:%M}",
        plotly=get_plotlyjs(),
        history=list(history_figures(study)),
        sections=sections,
    )


def _section(
    study: Study, name: str, identity: str, parameters: list[str], sizes: _Sizes
) -> _Section:
    """What the page says of the networks of a name; the figures warn of those it can't read."""
    best = best_networks(study, name)
    shown = best.some
    return _Section(
        name=printable(name),
        worth=[] if best.is_front else _worth(study, best),
        front=front_figure(study, name, identity),
        figures=network_figures(study, name, identity),
        parameters=parameters,
        best=[
            _drawn(study, trial, network, name, parameters, sizes)
            for trial, network in zip(shown.trials, shown.networks, strict=True)
        ],
        n_best=len(best.trials),
    )


def _worth(study: Study, best: BestNetworks) -> list[tuple[str, str]]:
    """The value of the best network, of the best one among the first trials, and the median."""
    if not best.trials:
        return []
    early = [trial for trial in best.trials if trial.number < _N_EARLY]
    beside = {
        objective_names(study)[0]: best.trials[:1],
        f"best of the first {_N_EARLY} trials": early[:1],
        f"median of {len(best.trials)} trials": best.trials[len(best.trials) // 2 :][:1],
    }
    return [
        (what, value)
        for what, trials in beside.items()
        for trial in trials
        for _, value in trial_values(study, trial)
    ]


def _drawn(
    study: Study,
    trial: FrozenTrial,
    network: Architecture,
    name: str,
    parameters: Sequence[str],
    sizes: _Sizes,
) -> _Drawn:
    of_trial = dict(trial_parameters(trial))
    others = [(key, value) for key, value in of_trial.items() if key not in parameters]
    drawn_with = sizes.of(network)
    return _Drawn(
        number=trial.number,
        values=trial_values(study, trial),
        parameters={each: of_trial[each] for each in parameters if each in of_trial},
        facts=[*others, *facts_beside_parameters(trial, name)],
        n_layers=len(network.layers),
        mass=mass_text(total_mass(network)),
        n_parameters=parameters_text(network, drawn_with["inputs"], drawn_with["outputs"]),
        svg=to_svg(network, **drawn_with),
        text=to_text(network, **drawn_with),
    )
