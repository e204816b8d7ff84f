"""A layered drawing of a network: layers in rows, wires around the layers that they skip."""

from __future__ import annotations

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.visualization.drawing.captions import captions
from optuna_nasbot.visualization.drawing.captions import headline
from optuna_nasbot.visualization.drawing.colours import groups_of
from optuna_nasbot.visualization.drawing.drawing import Box
from optuna_nasbot.visualization.drawing.drawing import Drawing
from optuna_nasbot.visualization.drawing.drawing import Junction
from optuna_nasbot.visualization.drawing.places import folded
from optuna_nasbot.visualization.drawing.rows import in_rows
from optuna_nasbot.visualization.drawing.sizes import sizes_of
from optuna_nasbot.visualization.drawing.wiring import wires_of


def draw(
    architecture: Architecture,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> Drawing:
    """Draw a network from top to bottom (Sugiyama et al. 1981; Gansner et al. 1993).

    The width of a box grows with the logarithm of the mass of its layer. The output of a layer is
    one line, which branches at the layers that take it and passes beside those that it skips.
    Several layers with the same several parents take them from a junction. A network that would be
    much taller than wide goes on in further columns.

    Args:
        architecture: The network.
        image_size: Side of the images in pixels; without it the drawing says by how much images
            have shrunk. Only for networks that work on images.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes.

    Returns:
        The drawing, the same for equal networks.

    Raises:
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        ValueError: A size is out of range, or `image_size` is given and the network has no images.
        ArchitectureError: `inputs` and `outputs` are given and the network is a cell.
    """
    texts = captions(architecture, image_size=image_size, inputs=inputs, outputs=outputs)
    rows = in_rows(architecture)
    network = folded(rows, sizes_of(texts, rows.origins))
    sizes, places = network.sizes, network.places
    boxes = tuple(
        Box(
            layer=layer,
            x=places.nodes[layer].x - sizes.width(layer) / 2,
            y=places.nodes[layer].top,
            width=sizes.width(layer),
            height=sizes.box_height,
            group=text.group,
            lines=text.lines,
            details=text.details,
        )
        for layer, text in enumerate(texts)
    )
    junctions = tuple(
        Junction(node, places.nodes[node].x, places.nodes[node].middle)
        for node in places.nodes
        if not (sizes.is_box(node) or sizes.is_bend(node))
    )
    return Drawing(
        title=headline(architecture, texts),
        boxes=boxes,
        junctions=junctions,
        wires=wires_of(network.columns, places, sizes),
        groups=groups_of(architecture),
        width=places.width,
        height=places.height,
    )
