"""How many elements each of many sets shares with each of many others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class InvertedIndex:
    """For each element the sets, of m, that contain it.

    Args:
        elements: The V different elements of the sets, in ascending order.
        contained: Sparse array (V, m): 1 where a set contains an element.
    """

    elements: NDArray[np.int64]
    contained: csr_array

    def sizes_of_intersections(
        self, elements: NDArray[np.int64], owner: NDArray[np.intp], n: int
    ) -> NDArray[np.float64]:
        """How many elements each of n other sets shares with each set of the index.

        Args:
            elements: The elements (N,) of all the other sets.
            owner: For each of them (N,) the number of its set.
            n: The number of other sets.

        Returns:
            Array (n, m).
        """
        position = np.searchsorted(self.elements[:-1], elements)
        known = self.elements[position] == elements
        contained = _incidence(owner[known], position[known], (n, len(self.elements)))
        shared: NDArray[np.float64] = (contained @ self.contained).toarray()
        return shared


def inverted_index(elements: NDArray[np.int64], owner: NDArray[np.intp], m: int) -> InvertedIndex:
    """The index of m sets.

    Args:
        elements: The elements (N,) of all sets, at least one.
        owner: For each of them (N,) the number of its set.
        m: The number of sets.
    """
    different, position = np.unique(elements, return_inverse=True)
    return InvertedIndex(different, _incidence(position, owner, (len(different), m)))


def _incidence(
    rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]
) -> csr_array:
    """A sparse array with ones in the given places."""
    # Imported here because it takes long, and only distances need it.
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
