"""The cards of a study in optuna-dashboard: map and surrogate of its networks, or their front."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from optuna.storages import BaseStorage
from optuna.study import Study

from optuna_nasbot.visualization.dashboard.attributes import save_texts
from optuna_nasbot.visualization.figures import study_layout
from optuna_nasbot.visualization.figures import tried_networks
from optuna_nasbot.visualization.figures.architecture_map import plot_architecture_map
from optuna_nasbot.visualization.figures.pareto_front import plot_pareto_front
from optuna_nasbot.visualization.figures.surrogate_plot import plot_surrogate

_CARDS = {"architecture-map": plot_architecture_map, "surrogate": plot_surrogate}
_CARDS_OF_SEVERAL = {"pareto-front": plot_pareto_front}
"""Those of a study with two or three objectives."""
_CARD = "dashboard:plot_data:{card}:"
"""The attributes of a study whose values the dashboard joins to a card. Its own function
`save_plotly_graph_object` writes many small ones, see `save_texts`."""
_MAX_IDENTIFIER = 200
"""Characters: databases bound the names of attributes."""

_IS_UNASKED = ContextVar("_IS_UNASKED", default=False)
"""Whether this thread draws a card. (Others may draw figures that a user asked for.)"""


def save_cards(study: Study, storage: BaseStorage, names: Iterable[str]) -> None:
    """Save the cards of the networks of names, in the place of earlier ones.

    A study with two or three objectives gets the Pareto front only, one with more gets none.

    Args:
        study: The study.
        storage: Its storage.
        names: Names that trials carry networks under.
    """
    n_objectives = len(study.directions)
    if n_objectives > 3:
        return
    cards = _CARDS if n_objectives == 1 else _CARDS_OF_SEVERAL
    study_id = storage.get_study_id_from_name(study.study_name)
    for name in names:
        with _unasked():
            texts = {
                _CARD.format(card=f"{title}-{_identifier(name)}"): plot(study, name).to_json()
                for title, plot in cards.items()
            }
        save_texts(storage, study_id, texts)


def _identifier(name: str) -> str:
    """A name in the characters that the dashboard allows, a digest of a name that is too long."""
    allowed = "".join(
        each if each.isascii() and each.isalnum() else f"-{ord(each):x}-" for each in name
    )
    if len(allowed) <= _MAX_IDENTIFIER:
        return allowed
    return hashlib.sha256(allowed.encode()).hexdigest()


@contextmanager
def _unasked() -> Iterator[None]:
    """Suppress what figures log for users who ask for them: cards are drawn unasked."""
    token = _IS_UNASKED.set(True)
    try:
        yield
    finally:
        _IS_UNASKED.reset(token)


def _is_asked(record: logging.LogRecord) -> bool:
    return not _IS_UNASKED.get()


for _module in (study_layout, tried_networks):
    logging.getLogger(f"optuna.visualization.{_module.__name__}").addFilter(_is_asked)
