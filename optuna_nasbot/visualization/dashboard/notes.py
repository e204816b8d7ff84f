"""The note of a trial in optuna-dashboard: drawings of its networks and where they come from."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from io import BytesIO
from typing import BinaryIO
from typing import Protocol

from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import Trial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.text import mass_text
from optuna_nasbot.trials import carried_architecture
from optuna_nasbot.trials import stored_origin
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.visualization.dashboard.optuna_dashboard_import import optuna_dashboard
from optuna_nasbot.visualization.dashboard.trial import stored_trial
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.svg import to_svg

_ARTIFACT = "dashboard:artifacts:{trial_id}:{artifact_id}"
"""The attribute of a study in which the dashboard itself notes a trial's artifacts.
`optuna.artifacts.upload_artifact` uses one of the trial, which a finished trial doesn't take."""

_MAX_WIDTH = 940
"""Pixels beside the list of trials in a window of 1,280. The browser neither shrinks images nor
breaks lines itself: the page is as wide as the longest user attribute, such as a network's."""
_MAX_CHARACTERS = 105
"""Of a line of this width."""
_LEAST_SCALE = 0.75
"""With which the labels of a drawing can be read."""
_MAX_NAME = 60
"""Characters of a name in the text."""


class ArtifactStore(Protocol):
    """One of the stores of `optuna.artifacts`."""

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Store a file."""


def note_architectures(study: Study, trial: FrozenTrial, artifact_store: ArtifactStore) -> None:
    """Add to a trial's note those of its networks that are not in it; what is in it stays.

    Two workers may do so at once: they store the same drawing in the same place.

    Raises:
        ArchitectureError: A network can't be read; the others are in the note.
    """
    dashboard = optuna_dashboard()
    stored = stored_trial(study, trial)
    note = before = dashboard.get_note(stored)
    damaged: list[ArchitectureError] = []
    for name in architecture_names([trial]):
        try:
            network = carried_architecture(trial.user_attrs, name)
        except ArchitectureError as error:
            damaged.append(error)
            continue
        if network is not None and _image(name) not in note:
            address = _add_drawing(stored, name, network, artifact_store)
            origin = stored_origin(trial.user_attrs, name)
            made = _lines(f"Made from {origin}.") if origin else []
            section = "  \n".join([*_lines(_summary(name, network)), *made])
            # A click opens the drawing alone, where it can be zoomed and shows what it says of
            # the layer that is pointed at.
            image = f"[{_image(name)}{address})]({address})"
            note = f"{note}\n\n{section}\n\n{image}".lstrip("\n")
    if note != before:
        dashboard.save_note(stored, note)
    if damaged:
        raise damaged[0]


def _summary(name: str, network: Architecture) -> str:
    title, kind = (_markdown(shortened(each, _MAX_NAME)) for each in (name, network.kind))
    return (
        f"**{title}**: {kind}, {len(network.layers)} layers, "
        f"{len(network.edges)} edges, mass {mass_text(total_mass(network))}."
    )


def _lines(text: str) -> list[str]:
    """Text in lines that fit, but for single words that are longer."""
    return textwrap.wrap(text, _MAX_CHARACTERS, break_long_words=False, break_on_hyphens=False)


def _image(name: str) -> str:
    """How the image of a network begins, up to its address."""
    return f"![architecture {_markdown(name)}]("


def _markdown(text: str) -> str:
    """Text that means itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", printable(text))


def _add_drawing(
    trial: Trial, name: str, network: Architecture, artifact_store: ArtifactStore
) -> str:
    """Store a drawing as an artifact of a finished trial.

    Returns:
        Its address on the dashboard's server.
    """
    from optuna_dashboard.artifact import get_artifact_path

    drawing = _fitted(to_svg(network))
    study_name = trial.study.study_name
    unique = json.dumps([study_name, trial.number, name, drawing])
    artifact_id = str(uuid.uuid5(uuid.NAMESPACE_OID, unique))
    artifact_store.write(artifact_id, BytesIO(drawing.encode()))
    study_id = trial.storage.get_study_id_from_name(study_name)
    trial_id = trial.storage.get_trial_id_from_study_id_trial_number(study_id, trial.number)
    trial.storage.set_study_system_attr(
        study_id,
        _ARTIFACT.format(trial_id=trial_id, artifact_id=artifact_id),
        json.dumps(
            {
                "artifact_id": artifact_id,
                "filename": f"architecture {printable(name)}.svg",
                "mimetype": "image/svg+xml",
                "encoding": None,
            }
        ),
    )
    address: str = get_artifact_path(trial, artifact_id)
    return address


def _fitted(drawing: str) -> str:
    """The drawing, scaled down where it is too wide."""

    def smaller(size: re.Match[str]) -> str:
        width, height = int(size[1]), int(size[2])
        scale = min(1.0, max(_MAX_WIDTH / width, _LEAST_SCALE))
        return f'width="{scale * width:.0f}" height="{scale * height:.0f}"'

    return re.sub(r'width="(\d+)" height="(\d+)"', smaller, drawing, count=1)
