"""The old name of the search goes on working."""

from __future__ import annotations

import pytest

from optuna_nasbot import edits
from optuna_nasbot import evolution
from optuna_nasbot import search


def test_old_names_work_with_a_warning() -> None:
    assert evolution.__all__ == [
        "EDITS",
        "Candidate",
        "edited",
        "maximise",
        "networks_around_pool",
        "one_edit_neighbours",
    ]
    for name in evolution.__all__:
        with pytest.warns(DeprecationWarning, match=rf"evolution\.{name} is deprecated") as caught:
            found = getattr(evolution, name)
        assert found is getattr(search, name, edits.EDITS)
        assert [warning.filename for warning in caught] == [__file__]
    with pytest.raises(AttributeError, match="draft"):
        evolution.draft  # noqa: B018
