"""Points in the plane whose distances are like given ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_FEWEST_FOR_TSNE = 10
_MOST_NEIGHBOURS = 30.0
_START_SPREAD = 1e-4
_FLAT = 1e-6
"""t-SNE stops once the norm of its gradient is below this, times the number of networks. With
hundreds of networks that saves up to half of its thousand steps, which would lower the divergence
by about 1 %; with few networks the gradient never gets so small."""


def embedded(distances: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """Embed points in the plane.

    By t-SNE (van der Maaten and Hinton 2008) if scikit-learn is installed and there are ten points
    or more, else by `classical_scaling`. Nothing is random: t-SNE starts from the latter, with
    which it keeps more of the large distances than from a random start (Kobak and Berens 2019).

    Args:
        distances: Symmetric distances, 0 on the diagonal, shape (n, n), n at least 1.

    Returns:
        Coordinates, shape (n, 2), and the name of the method.
    """
    scaled = classical_scaling(distances)
    spread = scaled[:, 0].std()
    method = _tsne_class() if len(distances) >= _FEWEST_FOR_TSNE and spread > 0 else None
    if method is None:
        return scaled, "classical scaling"
    tsne = method(
        metric="precomputed",
        perplexity=min(_MOST_NEIGHBOURS, (len(distances) - 1) / 3),
        init=scaled * (_START_SPREAD / spread),
        min_grad_norm=_FLAT * len(distances),
        random_state=0,
    )
    return np.asarray(tsne.fit_transform(distances), dtype=float), "t-SNE"


def _tsne_class() -> Any:
    """The class of scikit-learn, None if that is not installed, or broken."""
    try:
        from sklearn.manifold import TSNE
    except Exception:
        return None
    return TSNE


def classical_scaling(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Classical multidimensional scaling to two dimensions (Torgerson 1952).

    With D2 the squared distances and J the centring matrix, coordinates are the two leading
    eigenvectors of ``-J D2 J / 2`` times the roots of their eigenvalues, 0 where one is negative.

    Args:
        distances: Symmetric distances, 0 on the diagonal, shape (n, n), n at least 1.

    Returns:
        Coordinates, shape (n, 2), the first ones with the larger spread.
    """
    squares = np.square(distances)
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    eigenvalues, vectors = np.linalg.eigh(-0.5 * centred)
    coordinates = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    plane = np.zeros((len(distances), 2))
    leading = coordinates[:, ::-1][:, :2]
    plane[:, : leading.shape[1]] = leading
    return plane
