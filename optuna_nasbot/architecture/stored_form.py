"""The stored form of an architecture: a plain JSON object, small enough for every database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.topology import Edges

FORMAT = "optuna-nasbot/1"
MAX_BYTES = 60_000
"""MySQL's TEXT, in which Optuna keeps user attributes, ends at 65,535 bytes."""
_MAX_ITEMS = MAX_BYTES // len("[0, 1], ")
"""More edges would take more than `MAX_BYTES` bytes; so would more layers, which are longer."""

_KEYS = ("kind", "layers", "edges")
_LAYER_KEYS = ("label", "units", "stride")


def to_document(layers: Sequence[Layer], edges: Edges, kind: str) -> dict[str, Any]:
    """An architecture as a JSON object; null units and strides are left out.

    Raises:
        ArchitectureError: It would take more than `MAX_BYTES` bytes.
    """
    document = {
        "format": FORMAT,
        "kind": kind,
        "layers": [_layer_dict(layer) for layer in layers],
        "edges": [list(edge) for edge in edges],
    }
    size = len(json.dumps(document).encode())
    if size > MAX_BYTES:
        raise ArchitectureError(
            f"architecture: expected at most {MAX_BYTES:,} bytes as JSON, got {size:,} "
            f"({len(layers)} layers, {len(edges)} edges)."
        )
    return document


def _layer_dict(layer: Layer) -> dict[str, Any]:
    fields = {"label": layer.label, "units": layer.units, "stride": layer.stride}
    return {key: value for key, value in fields.items() if value is not None}


def read_document(document: Mapping[str, Any]) -> tuple[tuple[Layer, ...], tuple[Any, ...], Any]:
    """The layers, edges and kind in a stored form, which `Architecture` takes and checks.

    `format` may be missing, and null fields count as absent.

    Raises:
        ArchitectureError: The document is damaged, or of another format.
    """
    check_format(document)
    _check_keys("architecture", document, required=_KEYS, known=("format", *_KEYS))
    items, edges = (_checked_array(key, document[key]) for key in ("layers", "edges"))
    layers = tuple(_read_layer(index, item) for index, item in enumerate(items))
    return layers, tuple(edges), document["kind"]


def check_format(document: object) -> None:
    """Refuse a document of a format that this version of the package can't read.

    Raises:
        ArchitectureError: The document is not a JSON object, or of another format.
    """
    if not isinstance(document, Mapping):
        raise ArchitectureError(
            f"architecture: expected a JSON object, got {type(document).__name__}."
        )
    form = document.get("format", FORMAT)
    if not isinstance(form, str) or form != FORMAT:
        raise ArchitectureError(
            f"format: expected '{FORMAT}', got {shown(form)}. "
            "A newer version of optuna_nasbot may have written it."
        )


def _checked_array(key: str, given: object) -> Sequence[Any]:
    array = listed(given)
    if not isinstance(array, (list, tuple)):
        raise ArchitectureError(f"{key}: expected a JSON array, got {type(given).__name__}.")
    if len(array) > _MAX_ITEMS:
        raise ArchitectureError(
            f"{key}: expected at most {_MAX_ITEMS:,}, since more would take over {MAX_BYTES:,} "
            f"bytes as JSON, got {len(array):,}."
        )
    return array


def _read_layer(index: int, item: Any) -> Layer:
    where = f"layers[{index}]"
    if not isinstance(item, Mapping):
        raise ArchitectureError(f"{where}: expected a JSON object, got {type(item).__name__}.")
    _check_keys(where, item, required=("label",), known=_LAYER_KEYS)
    return Layer(label=item["label"], units=item.get("units"), stride=item.get("stride"))


def _check_keys(
    where: str, item: Mapping[str, Any], required: Sequence[str], known: Sequence[str]
) -> None:
    missing = [key for key in required if key not in item]
    if missing:
        raise ArchitectureError(f"{where}: expected the key '{missing[0]}', which is missing.")
    unknown = [key for key in item if key not in known]
    if unknown:
        raise ArchitectureError(
            f"{where}: expected only the keys {', '.join(known)}, got {shown(unknown[0])}."
        )
