"""What a sampler keeps from one trial to the next: distances, the kernel and fitted models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.distance.study_distances import distances_scaled_to
from optuna_nasbot.distance.study_distances import references_among
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernels import JointKernel
from optuna_nasbot.gp.kernels import MakeKernel
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import Dimensions

_MAX_SEARCHES = 16
"""How many searches are kept, for instance one for each name and space. An objective may make a
new space in each trial."""

Scale = ArchitectureSpace | tuple[Architecture, ...]
"""What distances are scaled to: the networks of a space, or some networks."""


@dataclass(frozen=True)
class Search:
    """What is kept of a search.

    Args:
        distances: The distances of the networks by name.
        kernel: The kernel of all models.
        fitters: Fit the model of each objective and constraint, by its name.
    """

    distances: Mapping[str, NetworkDistances]
    kernel: Kernel
    fitters: dict[str, SurrogateFitter] = field(default_factory=dict)

    def fitter(self, name: str) -> SurrogateFitter:
        """What fits the model of an objective or a constraint."""
        return self.fitters.setdefault(name, SurrogateFitter(self.kernel))


class Searches:
    """The latest searches. They save time and change no result, so none is pickled.

    Args:
        make_kernel: Makes the kernel of networks.
        joint_kernel: Adds the parameters that are searched together with them.
    """

    def __init__(self, make_kernel: MakeKernel, joint_kernel: JointKernel) -> None:
        self._make_kernel = make_kernel
        self._joint_kernel = joint_kernel
        self._kept: dict[Any, Search] = {}

    def of(self, request: TrialRequest) -> Search:
        """The search of a request.

        Where only one network is searched, its distances are scaled to its space. Otherwise they
        are scaled to the study's networks, since parameters may be asked for before the space is
        known.
        """
        dimensions = request.dimensions
        if len(dimensions.names) == 1 and request.asked is not None:
            return self._on(request.space.spaces, dimensions)
        networks = {name: request.observed.networks(name) for name in dimensions.kinds}
        references = {name: references_among(each) for name, each in networks.items() if each}
        return self._on(references, dimensions)

    def of_network(self, name: str, space: ArchitectureSpace) -> Search:
        """The search of a network of a space, whatever else is searched."""
        return self._on({name: space}, Dimensions({name: space.operation_set.kind}))

    def _on(self, scales: Mapping[str, Scale], dimensions: Dimensions) -> Search:
        """The search with these scales: that of an earlier trial, or a new one.

        Raises:
            TypeError: The function that should make a kernel makes something else.
        """
        key = tuple(scales.items()), dimensions.names, repr(dimensions.parameters)
        search = self._kept.pop(key, None)
        if search is None:
            distances = {name: _distances_on(scale) for name, scale in scales.items()}
            kernel = self._make_kernel(distances)
            if not isinstance(kernel, Kernel):
                raise TypeError(
                    f"kernel: expected a function that makes a Kernel, got one that made "
                    f"{kernel!r}."
                )
            search = Search(distances, self._joint_kernel(kernel, dimensions))
        self._kept[key] = search  # used last, so dropped last
        if len(self._kept) > _MAX_SEARCHES:
            self._kept.pop(next(iter(self._kept)))
        return search

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": {}}


def _distances_on(scale: Scale) -> NetworkDistances:
    """The distances of networks, scaled to a space or to networks of the study."""
    if isinstance(scale, ArchitectureSpace):
        return network_distances(scale)
    return distances_scaled_to(scale)
