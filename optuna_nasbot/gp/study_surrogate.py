"""The model of a study for figures, as the sampler would make it from the same trials."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.distance.study_distances import study_distances
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.surrogate import MAX_OBSERVATIONS
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.views.missing_view import networks_of
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.dimensions import Dimensions


def study_surrogate(
    observed: Sequence[Configuration], targets: Targets, dimensions: Dimensions
) -> Surrogate:
    """Fit the model with the kernel of `NASBOTSampler()` to configurations of a study.

    Distances are divided by their means over these networks, since a study does not know its
    search space.

    Args:
        observed: n configurations with a value, at least one.
        targets: Their targets.
        dimensions: The networks and parameters that they consist of.

    Returns:
        The surrogate, conditioned on the configurations that the sampler would keep.
    """
    networks = {name: networks_of(name, observed) for name in dimensions.kinds}
    distances = {name: study_distances(found) for name, found in networks.items() if found}
    kernel = joint_kernel(default_kernel(distances), dimensions)
    return SurrogateFitter(kernel, MAX_OBSERVATIONS).fit(observed, targets)
