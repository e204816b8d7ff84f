"""Which kernels there are: what each of them compares configurations by.

A kernel is a list of terms, and another list is another kernel. What a new term compares is a new
view, see `optuna_nasbot.gp.views`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Literal

from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.views.networks import d
from optuna_nasbot.gp.views.networks import d_bar_squared
from optuna_nasbot.gp.views.networks import neighbourhoods
from optuna_nasbot.gp.views.view import View

KernelName = Literal["default", "paper"]
KernelOf = Callable[[Mapping[str, NetworkDistances]], Kernel]
"""A function from the distances of the networks of each name to a kernel."""


def kernel_named(name: KernelName) -> KernelOf:
    """What makes the kernel of a name."""
    return {"default": default_kernel, "paper": paper_kernel}[name]


def paper_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The kernel of the NASBOT paper (section 3.2): OTMANN's d, and d-bar squared.

    The unnormalised distance enters with power 1 and the normalised one with power 2, as in the
    authors' implementation; powers 2 and 1 are worse.
    """
    return sum_of(
        view(name, distances)
        for name, distances in networks.items()
        for view in (d, d_bar_squared)
    )


def default_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """The two terms of the paper, and one for neighbourhoods.

    The histograms are an addition of ours, which predicts networks near the best ones better; see
    benchmarks/README.md.
    """
    return sum_of(
        view(name, distances)
        for name, distances in networks.items()
        for view in (d, d_bar_squared, neighbourhoods)
    )


def sum_of(views: Iterable[View]) -> Kernel:
    """The kernel with a term for each view, all with the same prior."""
    each = tuple(views)
    return Kernel(tuple(Term((view,), LogNormal(1 / len(each), 1.0)) for view in each))
