"""The kernel: a sum of terms, each the exponential of a weighted sum of dissimilarities.

``k(x, y) = sum_t alpha_t exp(-sum_i beta_ti d_ti(x, y))``

A term is a list of views, whose dissimilarities it sums over. Several views in one term make a
product of kernels, since exponents add. The terms of the sampler are in
`optuna_nasbot.gp.kernels`.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.prior import ABOUT_ONE
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.prior import Prior
from optuna_nasbot.gp.prior import prior_of
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration

Dissimilarities = Sequence[Sequence[NDArray[np.float64]]]
"""For each term the arrays (k, n, m) of its views. Terms that share a view share its array."""


@dataclass(frozen=True, eq=False)
class Term:
    """A summand of the kernel.

    Args:
        views: The views whose dissimilarities it decays with.
        variance: Prior of its variance alpha, for values of variance 1.
        decay: Prior of k beta, the same for each inverse length scale beta of its k
            dissimilarities. Since these have means of about 1, it is about the exponent between
            two random configurations.
    """

    views: tuple[View, ...]
    variance: LogNormal
    decay: LogNormal = ABOUT_ONE

    def __post_init__(self) -> None:
        if not self.views:
            raise ValueError("views: expected at least one view, got none.")
        for view in self.views:
            if not isinstance(view, View):
                raise TypeError(f"views: expected objects of subclasses of View, got {view!r}.")

    def __len__(self) -> int:
        """The number k of dissimilarities of a pair."""
        return sum(map(len, self.views))


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel between configurations.

    Args:
        terms: Its terms.
    """

    terms: tuple[Term, ...]

    @property
    def prior(self) -> Prior:
        """The prior of its hyperparameters."""
        sizes = [len(term) for term in self.terms]
        variances = [term.variance for term in self.terms]
        return prior_of(sizes, variances, [term.decay for term in self.terms])

    def fitted(self, configurations: Sequence[Configuration]) -> Kernel:
        """The kernel whose views have learned what they need from these configurations.

        Terms whose views found nothing to compare are left out.

        Raises:
            ValueError: No term is left.
        """
        fitted = {id(view): view.fitted(configurations) for view in self._views}
        terms = [
            replace(term, views=tuple(fitted[id(view)] for view in term.views))
            for term in self.terms
        ]
        found = tuple(term for term in terms if len(term))
        if not found:
            raise ValueError(
                "kernel: expected a term with something to compare, got none. The length of at "
                "least one view has to be above 0 once it is fitted."
            )
        return Kernel(found)

    def remember(self, configurations: Sequence[Configuration]) -> None:
        """Keep what is computed for pairs of these configurations, which will recur."""
        for view in self._views:
            view.remember(configurations)

    def dissimilarities(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> Dissimilarities:
        """The dissimilarities of each term, for all pairs of n and m configurations."""
        found = {id(view): view.between(a, b) for view in self._views}
        return [[found[id(view)] for view in term.views] for term in self.terms]

    def matrix(
        self,
        a: Sequence[Configuration],
        b: Sequence[Configuration],
        parameters: KernelParameters,
    ) -> NDArray[np.float64]:
        """The kernel of all pairs of n and m configurations, shape (n, m).

        Among the n there may be many that a view can't tell apart, such as those with the same
        network and different parameters. The view compares only one of these.
        """
        arrays, rows_of = {}, {}
        for view in self._views:
            distinct, rows_of[id(view)] = _distinct(view, a)
            arrays[id(view)] = view.between(distinct, b)
        terms = [[arrays[id(view)] for view in term.views] for term in self.terms]
        rows = [[rows_of[id(view)] for view in term.views] for term in self.terms]
        summands = exponentials(terms, parameters.alphas, parameters.betas, rows)
        return np.asarray(sum(summands))

    @property
    def _views(self) -> list[View]:
        """The views of all terms, each once."""
        return list({id(view): view for term in self.terms for view in term.views}.values())


def _distinct(
    view: View, configurations: Sequence[Configuration]
) -> tuple[list[Configuration], NDArray[np.intp]]:
    """Configurations that a view can tell apart, and the position of each of the n among them."""
    positions: dict[Hashable, int] = {}
    kept: list[Configuration] = []
    rows = np.empty(len(configurations), dtype=np.intp)
    for index, each in enumerate(configurations):
        rows[index] = position = positions.setdefault(view.part(each), len(kept))
        if position == len(kept):
            kept.append(each)
    return kept, rows


def sum_kernel(terms: Dissimilarities, parameters: KernelParameters) -> NDArray[np.float64]:
    """Sum of exponentials of weighted dissimilarities.

    ``k = sum_t alphas[t] exp(-sum_i betas[t][i] d_ti)``

    The kernel of the NASBOT paper (Kandasamy et al. 2018, section 3.2) is the case
    ``terms = [[d], [d_bar**2]]``, its product form ``[[d, d_bar**2]]``.

    Args:
        terms: For each term the dissimilarities of its views, each of shape ``(k, n, m)``.
        parameters: Hyperparameters for as many terms of these sizes.

    Returns:
        Kernel matrix of shape ``(n, m)``. That of a set with itself can be indefinite, since a
        dissimilarity such as OTMANN need not be conditionally negative definite.

    Raises:
        ValueError: If the shapes of the terms disagree with the parameters or with each other.
    """
    _check_terms(terms, parameters)
    return np.asarray(sum(exponentials(terms, parameters.alphas, parameters.betas)))


def exponentials(
    terms: Dissimilarities,
    alphas: NDArray[np.float64],
    betas: Sequence[NDArray[np.float64]],
    rows: Sequence[Sequence[NDArray[np.intp] | slice]] | None = None,
) -> list[NDArray[np.float64]]:
    """The summands ``alphas[t] exp(-sum_i betas[t][i] d_ti)`` of `sum_kernel`.

    Args:
        terms: For each term the dissimilarities of its views, each of shape (k, n, m), or
            (k, u, m) if there are `rows`.
        alphas: The variance of each term.
        betas: The inverse length scales of each term.
        rows: For each term and view the row, of its u rows, of each configuration, shape (n,).
    """
    if rows is None:
        rows = [[slice(None)] * len(views) for views in terms]
    return [
        alpha * np.exp(-_weighted_sum(beta, views, of_views))
        for alpha, beta, views, of_views in zip(alphas, betas, terms, rows, strict=True)
    ]


def _weighted_sum(
    beta: NDArray[np.float64],
    views: Sequence[NDArray[np.float64]],
    rows: Sequence[NDArray[np.intp] | slice],
) -> NDArray[np.float64]:
    """``sum_i beta_i d_i`` over the dissimilarities of all views, without joining their arrays."""
    ends = np.cumsum([len(view) for view in views])
    weighted = [
        np.einsum("k,kij->ij", part, view)
        for part, view in zip(np.split(beta, ends[:-1]), views, strict=True)
    ]
    total, *others = [each[of_view] for each, of_view in zip(weighted, rows, strict=True)]
    for other in others:
        total += other
    return np.asarray(total)


def _check_terms(terms: Dissimilarities, parameters: KernelParameters) -> None:
    shapes = [[view.shape for view in views] for views in terms]
    found = [sum(shape[0] for shape in of_term) for of_term in shapes if of_term]
    sizes = [len(beta) for beta in parameters.betas]
    pairs = {shape[1:] for of_term in shapes for shape in of_term}
    if found != sizes or len(pairs) != 1 or any(len(each) != 2 for each in pairs):
        raise ValueError(
            f"terms must have views of shapes (k, n, m), all with the same n and m and with the "
            f"sums of k {sizes} like betas, got shapes {shapes}."
        )
