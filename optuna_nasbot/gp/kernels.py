"""Which kernels there are: what each of them compares configurations by.

A kernel is a list of terms, and another list is another kernel. What a new term compares is a new
view, see `optuna_nasbot.gp.views`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Literal

from optuna_nasbot.distance.feature_cache import FeatureCache
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.prior import ONE
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.views.features import FeaturesOf
from optuna_nasbot.gp.views.features import FeatureView
from optuna_nasbot.gp.views.global_features import global_features
from optuna_nasbot.gp.views.global_features import path_lengths_by_group
from optuna_nasbot.gp.views.networks import d
from optuna_nasbot.gp.views.networks import d_bar_squared
from optuna_nasbot.gp.views.networks import neighbourhoods
from optuna_nasbot.gp.views.view import View

SLOW = LogNormal(median=0.5, std=0.7)
"""Prior of the decay of a trend that reaches far."""
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


def graph_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The two terms of the paper, and one for neighbourhoods.

    The histograms are an addition of ours, which predicts networks near the best ones better; see
    benchmarks/README.md.
    """
    return sum_of(_graph_views(networks))


def default_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The terms of `graph_kernel`, and two trends over features of a network as a whole.

    The terms of the graph tell networks of one size apart, and revert to the mean away from what
    was tried. The trends are smooth and their prior is wide: they extrapolate along size, depth
    and degrees, and along the layers of each group on a path. A priori they have most of the
    variance. Features and priors were chosen by searches; see benchmarks/README.md.
    """
    return with_trends(
        networks,
        Trend(global_features, LogNormal(1.5, 0.5), ONE),
        Trend(path_lengths_by_group, LogNormal(1.5, 0.5), SLOW),
    )


@dataclass(frozen=True)
class Trend:
    """What values follow smoothly, also beyond what was tried.

    Args:
        features: Computes what it is over.
        variance: Prior of the variance, for values of variance 1, of all networks of a
            configuration together.
        decay: Prior of the decay, see `Term`.
    """

    features: FeaturesOf
    variance: LogNormal
    decay: LogNormal


def with_trends(
    networks: Mapping[str, NetworkDistances], *trends: Trend, graph: float = 0.3
) -> Kernel:
    """The terms of `graph_kernel`, and one for each trend of the networks of each name.

    Args:
        networks: The distances of the networks of each name.
        trends: The trends.
        graph: Median of the variance of all terms of the graph together.
    """
    of_graph = _equal_terms(_graph_views(networks), graph)
    of_trends = [
        Term(
            (FeatureView(name, FeatureCache(trend.features, _CACHE_SIZE)),),
            replace(trend.variance, median=trend.variance.median / len(networks)),
            trend.decay,
        )
        for name in networks
        for trend in trends
    ]
    return Kernel((*of_graph, *of_trends))


def sum_of(views: Sequence[View]) -> Kernel:
    """The kernel with a term for each view, all with the same prior."""
    return Kernel(_equal_terms(views, 1.0))


def _equal_terms(views: Sequence[View], variance: float) -> tuple[Term, ...]:
    """A term for each view. The medians of their variances add up to this one."""
    return tuple(Term((view,), LogNormal(variance / len(views), 1.0)) for view in views)


def _graph_views(networks: Mapping[str, NetworkDistances]) -> list[View]:
    return [
        view(name, distances)
        for name, distances in networks.items()
        for view in (d, d_bar_squared, neighbourhoods)
    ]
