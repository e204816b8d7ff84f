"""The kernels, and the terms that each of them consists of.

A kernel is a list of terms, and another list is another kernel. A trend over other features takes
a function that computes these. Any other comparison of configurations takes a new view, see
`optuna_nasbot.gp.views.view`.
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
from optuna_nasbot.gp.prior import ABOUT_ONE
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.views.feature_view import FeatureFunction
from optuna_nasbot.gp.views.feature_view import FeatureView
from optuna_nasbot.gp.views.global_features import global_features
from optuna_nasbot.gp.views.global_features import path_lengths_by_group
from optuna_nasbot.gp.views.missing_view import MissingView
from optuna_nasbot.gp.views.network_view import d
from optuna_nasbot.gp.views.network_view import d_bar_squared
from optuna_nasbot.gp.views.network_view import neighbourhoods
from optuna_nasbot.gp.views.parameter_view import ParameterView
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.dimensions import Dimensions

SLOW_DECAY = LogNormal(median=0.5, std=0.7)
"""Prior for the decay of a long-range trend."""
_CACHE_SIZE = 4096
"""Networks whose features a kernel remembers."""

KernelName = Literal["default", "paper"]
MakeKernel = Callable[[Mapping[str, NetworkDistances]], Kernel]
"""Makes a kernel, given the distances of the networks for each name."""
JointKernel = Callable[[Kernel, Dimensions], Kernel]
"""Makes a kernel of networks and ordinary parameters, given a kernel of the networks."""
ViewOf = Callable[[str, NetworkDistances], View]
"""Makes a view of the networks with a name, given that name and their distances."""


def kernel_named(name: KernelName) -> MakeKernel:
    """The function that makes the kernel with this name."""
    return {"default": default_kernel, "paper": paper_kernel}[name]


def paper_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The kernel of the NASBOT paper (section 3.2): OTMANN's d, and d-bar squared.

    The unnormalised distance enters with power 1 and the normalised one with power 2, as in the
    authors' implementation.
    """
    return sum_of(networks, (d, d_bar_squared))


def graph_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The two terms of the paper, and one for neighbourhoods.

    The third term is not in the paper. With it, networks near the best ones are predicted better;
    see docs/benchmarks/parts.md.
    """
    return sum_of(networks, (d, d_bar_squared, neighbourhoods))


def default_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The terms of `graph_kernel`, and two trends.

    The graph's terms distinguish networks of similar size, but fall back to the mean far from the
    observations. The trends are smooth and extrapolate: one along size, depth and degrees, one
    along the number of layers of each group on a path. The medians of their variances, 1.5 each,
    exceed the variance of the observed values, 1, since observations show only a part of a trend.
    Features and priors were chosen by trying them in searches; see docs/benchmarks/parts.md.
    """
    variance = LogNormal(median=1.5, std=0.5)
    return with_trends(
        networks,
        Trend(global_features, variance, ABOUT_ONE),
        Trend(path_lengths_by_group, variance, SLOW_DECAY),
    )


@dataclass(frozen=True)
class Trend:
    """A smooth term over features, which extrapolates beyond the observed networks.

    Args:
        features: Computes the features of a network.
        variance: Prior of its variance, for values of variance 1. (Where a configuration has
            several networks, they share it.)
        decay: Prior of its decay, see `Term`.
    """

    features: FeatureFunction
    variance: LogNormal
    decay: LogNormal


def with_trends(
    networks: Mapping[str, NetworkDistances], *trends: Trend, graph: float = 0.3
) -> Kernel:
    """The terms of `graph_kernel`, and one for each trend and each name of networks.

    Args:
        networks: The distances of the networks for each name.
        trends: The trends.
        graph: The sum of the prior medians of the variances of the graph's terms.
    """
    of_graph = sum_of(networks, (d, d_bar_squared, neighbourhoods), graph).terms
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


def joint_kernel(of_networks: Kernel, dimensions: Dimensions) -> Kernel:
    """The kernel of networks, of ordinary parameters, and of both together.

    Each term of the networks occurs twice, alone and multiplied by a kernel of the parameters,
    each time with half its variance: what a parameter does may depend on the network, or not. One
    more term has the parameters alone. In all terms configurations that lack a part are at a
    distance from those that have it.

    Args:
        of_networks: The kernel of the networks.
        dimensions: The networks and the parameters.
    """
    if len(dimensions.names) == 1 and dimensions.kinds:
        return of_networks
    missing = MissingView(dimensions)
    terms = [replace(term, views=(*term.views, missing)) for term in of_networks.terms]
    if not dimensions.parameters:
        return Kernel(tuple(terms))
    parameters = ParameterView(dimensions.parameters)
    halved = [
        replace(term, variance=replace(term.variance, median=term.variance.median / 2))
        for term in terms
    ]
    products = [replace(term, views=(*term.views, parameters)) for term in halved]
    alone = Term((parameters, missing), LogNormal(median=1.0, std=0.5))
    return Kernel((*halved, alone, *products))


def sum_of(
    networks: Mapping[str, NetworkDistances], views_of: Sequence[ViewOf], variance: float = 1.0
) -> Kernel:
    """A term for each view of the networks with each name, all with the same prior.

    Args:
        networks: The distances of the networks for each name.
        views_of: Functions that make the views.
        variance: The sum of the prior medians of the variances.
    """
    views = [view_of(name, networks[name]) for name in networks for view_of in views_of]
    if not views:
        return Kernel(())
    each = LogNormal(median=variance / len(views), std=1.0)
    return Kernel(tuple(Term((view,), each) for view in views))
