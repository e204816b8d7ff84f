"""Which kernels there are: what each of them compares configurations by.

A kernel is a list of terms, and another list is another kernel. What a new term compares is a new
view, see `optuna_nasbot.gp.views`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from optuna_nasbot.distance.feature_cache import FeatureCache
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.views.features import FeaturesOf
from optuna_nasbot.gp.views.features import FeatureView
from optuna_nasbot.gp.views.global_features import global_features
from optuna_nasbot.gp.views.networks import d
from optuna_nasbot.gp.views.networks import d_bar_squared
from optuna_nasbot.gp.views.networks import neighbourhoods
from optuna_nasbot.gp.views.view import View

_WIDE, _SLOW = LogNormal(median=3.0, std=0.5), LogNormal(median=0.5, std=0.7)
_CACHE_SIZE = 4096
"""Networks whose features a kernel remembers."""

KernelName = Literal["default", "paper"]
KernelOf = Callable[[Mapping[str, NetworkDistances]], Kernel]
"""A function from the distances of the networks of each name to a kernel."""


def kernel_named(name: KernelName) -> KernelOf:
    """The function that makes the kernel of this name."""
    return {"default": default_kernel, "paper": paper_kernel}[name]


def paper_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The kernel of the NASBOT paper (section 3.2): OTMANN's d, and d-bar squared.

    The unnormalised distance enters with power 1 and the normalised one with power 2, as in the
    authors' implementation; powers 2 and 1 are worse.
    """
    return sum_of(
        [
            view(name, distances)
            for name, distances in networks.items()
            for view in (d, d_bar_squared)
        ]
    )


def default_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The two terms of the paper, and one for neighbourhoods.

    The histograms are an addition of ours, which predicts networks near the best ones better; see
    benchmarks/README.md.
    """
    return sum_of(_graph_views(networks))


def trend_kernel(
    networks: Mapping[str, NetworkDistances],
    *,
    graph: float = 0.3,
    trend: LogNormal = _WIDE,
    decay: LogNormal = _SLOW,
    features: FeaturesOf = global_features,
) -> Kernel:
    """The terms of `default_kernel`, and a trend over the global features of the networks.

    The terms of the graph tell networks of one size apart, and revert to the mean away from what
    was tried. The trend is smooth and its prior wide: it extrapolates along size, depth and
    degrees, and a priori it has most of the variance. It is not the sampler's yet: which features
    and which prior are best is being measured, see benchmarks/README.md.

    Args:
        networks: The distances of the networks of each name.
        graph: Median of the variance of all terms of the graph together.
        trend: Prior of the variance of all trends together.
        decay: Prior of the decay of a trend, see `Term`.
        features: What a trend is over.
    """
    views = _graph_views(networks)
    of_graph = [Term((view,), LogNormal(graph / len(views), 1.0)) for view in views]
    variance = replace(trend, median=trend.median / len(networks))
    trends = [
        Term((FeatureView(name, FeatureCache(features, _CACHE_SIZE)),), variance, decay)
        for name in networks
    ]
    return Kernel((*of_graph, *trends))


def sum_of(views: Sequence[View]) -> Kernel:
    """The kernel with a term for each view, all with the same prior."""
    return Kernel(tuple(Term((view,), LogNormal(1 / len(views), 1.0)) for view in views))


def _graph_views(networks: Mapping[str, NetworkDistances]) -> list[View]:
    return [
        view(name, distances)
        for name, distances in networks.items()
        for view in (d, d_bar_squared, neighbourhoods)
    ]
