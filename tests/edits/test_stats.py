"""The edits beside those of the reference: `stats.json` has 50 samples an edit and network.

Alike, not equal: a fraction of 50 samples has a standard error up to 0.07, and where the
reference differs on purpose, the tolerance says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.edits import EDITS
from optuna_nasbot.edits.edit import Edit

KINDS = ("cnn", "mlp-reg", "mlp-class")
REFERENCE_NAMES = {"dup_path": "branch", "skip_path": "skip"}
IN_PLACE = ("inc_single", "dec_single", "inc_en_masse", "dec_en_masse", "swap_layer")
N_SAMPLES = 200

Sample = tuple[Architecture, Edit, dict[str, Any], list[Architecture | None], list[int]]


@pytest.fixture(scope="module")
def samples(golden, architectures) -> Callable[[str], list[Sample]]:
    """Of each network and edit: the reference's figures, children, numbers of sites."""
    drawn: dict[str, list[Sample]] = {}

    def of_edit(name: str) -> list[Sample]:
        if name not in drawn:
            (edit,) = [edit for edit in EDITS if edit.name == name]
            drawn[name] = [
                (architecture, edit, reference, *draw(architecture, edit))
                for kind in KINDS
                for network in golden("stats")["networks"][kind]
                for architecture in [architectures(kind)[network["id"]]]
                for reference in [network["modifiers"][REFERENCE_NAMES.get(name, name)]]
            ]
        return drawn[name]

    return of_edit


def draw(architecture: Architecture, edit: Edit) -> tuple[list[Architecture | None], list[int]]:
    rng = np.random.default_rng(0)
    children, n_sites = [], []
    for _ in range(N_SAMPLES):
        sites = edit.sites(architecture, rng)
        n_sites.append(len(sites))
        if sites:
            children.append(edit.apply(architecture, sites[rng.integers(len(sites))], rng))
    return children, n_sites


def mean(histogram: dict[str, int]) -> float:
    return sum(int(key) * count for key, count in histogram.items()) / sum(histogram.values())


def growth(architecture: Architecture, children: list[Architecture | None]) -> np.ndarray:
    """Layers, edges and mass ratio that each child has gained."""
    return np.array(
        [
            (
                len(child.layers) - len(architecture.layers),
                len(child.edges) - len(architecture.edges),
                total_mass(child) / total_mass(architecture),
            )
            for child in children
            if child is not None
        ]
    )


EDIT_NAMES = [edit.name for edit in EDITS]


@pytest.mark.parametrize("name", EDIT_NAMES)
def test_valid_fractions(samples, name: str) -> None:
    """Within 0.15, two standard errors of 50 samples; swaps and wedges are valid more often.

    The reference draws a label first, which may not fit; ours are drawn from those that do. What
    still fails is a pool in the place of a convolution right after the input.
    """
    for _, _, reference, children, _ in samples(name):
        if reference["samples"] == 0:
            continue
        valid = sum(child is not None for child in children) / len(children)
        assert valid >= reference["valid_fraction"] - 0.15
        if name not in ("swap_layer", "wedge_layer"):
            assert valid <= reference["valid_fraction"] + 0.15


@pytest.mark.parametrize("name", EDIT_NAMES)
def test_numbers_of_sites(samples, name: str) -> None:
    """Equal but for three edits.

    remove_layer: the reference keeps the last layers before the decision layers of a CNN, which
    are one or two. dup_path: it draws two paths a layer, ours are told apart and have to have a
    layer inside. skip_path: it draws pairs and drops those that are connected already (down to
    none in two dense MLPs), ours are drawn from those that are not.
    """
    for architecture, _, reference, _, n_sites in samples(name):
        least, most = reference["candidates_min"], reference["candidates_max"]
        if name == "dup_path":
            assert least / 10 <= min(n_sites) <= max(n_sites) <= most
        elif name == "skip_path":
            assert max(n_sites) <= len(architecture.layers)
            assert min(n_sites) >= min(1, least)
        elif name == "remove_layer" and architecture.kind == "cnn":
            last = [
                parent
                for decision in architecture.parents[-1]
                for parent in architecture.parents[decision]
            ]
            assert set(n_sites) == {least + len(last)} == {most + len(last)}
        else:
            assert set(n_sites) == {least} == {most}


@pytest.mark.parametrize("name", EDIT_NAMES)
def test_changes_of_size(samples, name: str) -> None:
    """Numbers of layers and edges: equal where they are fixed, else alike in the mean.

    remove_layer may lose some edges more or less (within 0.3), dup_path copies 1 to 5 layers in
    the mean (within 1.4, four standard errors of the reference's samples), skip_path adds pools in
    CNNs (within 0.8).
    """
    tolerance = {"remove_layer": 0.3, "dup_path": 1.4, "skip_path": 0.8}.get(name, 0.0)
    for architecture, _, reference, children, _ in samples(name):
        if reference["samples"] == 0:
            continue
        layers, edges, _ = growth(architecture, children).mean(axis=0)
        fixed = name == "remove_layer" or (name == "skip_path" and architecture.kind != "cnn")
        assert layers == pytest.approx(
            mean(reference["delta_layers"]), abs=0.0 if fixed else tolerance
        )
        assert edges == pytest.approx(mean(reference["delta_edges"]), abs=tolerance)


@pytest.mark.parametrize("name", EDIT_NAMES)
def test_changes_of_mass(samples, name: str) -> None:
    """The mean ratio of masses: within 0.05 (swap_layer 0.1), 0.2 where single layers weigh much.

    The relative mass of one layer differs by orders of magnitude, so the mean over 50 draws of a
    place does, too, in networks of a few layers; so does a label that becomes a pool.
    """
    for architecture, _, reference, children, _ in samples(name):
        if reference["samples"] == 0:
            continue
        ratio = growth(architecture, children).mean(axis=0)[2]
        exact = name in IN_PLACE or len(architecture.layers) > 25
        tolerance = 0.1 if name == "swap_layer" else 0.05 if exact else 0.2
        assert ratio == pytest.approx(reference["total_mass_ratio"]["mean"], abs=tolerance)


@pytest.mark.parametrize("name", IN_PLACE)
def test_numbers_of_layers_changed_in_place(samples, name: str) -> None:
    """The sizes of groups that occur are those of the reference, most of them."""
    for architecture, _, reference, children, _ in samples(name):
        changed = Counter(
            sum(old != new for old, new in zip(architecture.layers, child.layers, strict=True))
            for child in children
            if child is not None
        )
        expected = {int(size) for size in reference["layers_changed_in_place"]}
        if name in ("inc_single", "dec_single", "swap_layer"):
            assert set(changed) == {1}
        else:
            common = set(changed) & expected
            assert sum(changed[size] for size in common) >= 0.7 * sum(changed.values())
