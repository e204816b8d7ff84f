"""Other ways to join the kernel of the networks with the ordinary parameters."""

from __future__ import annotations

from dataclasses import replace

from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.kernels import JointKernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.trials import Dimensions


def sums(of_networks: Kernel, dimensions: Dimensions) -> Kernel:
    """Terms of the networks, and one of the parameters: what these do is the same for all."""
    halves, of_parameters, _ = _parts(of_networks, dimensions)
    return Kernel((*map(_doubled, halves), *of_parameters))


def products(of_networks: Kernel, dimensions: Dimensions) -> Kernel:
    """Products of each term of the networks with the parameters."""
    _, _, of_both = _parts(of_networks, dimensions)
    return Kernel(tuple(map(_doubled, of_both)))


def products_and_parameters(of_networks: Kernel, dimensions: Dimensions) -> Kernel:
    """These products, and a term of the parameters."""
    _, of_parameters, of_both = _parts(of_networks, dimensions)
    return Kernel((*of_parameters, *map(_doubled, of_both)))


def _parts(
    of_networks: Kernel, dimensions: Dimensions
) -> tuple[tuple[Term, ...], tuple[Term, ...], tuple[Term, ...]]:
    """The terms of the default: of networks, of parameters, and of both."""
    terms, n = joint_kernel(of_networks, dimensions).terms, len(of_networks.terms)
    return terms[:n], terms[n : n + 1], terms[n + 1 :]


def _doubled(term: Term) -> Term:
    variance = replace(term.variance, median=2 * term.variance.median)
    return replace(term, variance=variance)


JOINT_FORMS: dict[str, JointKernel] = {
    "sums": sums,
    "products": products,
    "products-and-parameters": products_and_parameters,
}
"""Other forms of the joint kernel by name, for studies with ordinary parameters."""
