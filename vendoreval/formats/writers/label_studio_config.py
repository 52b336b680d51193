"""The labelling configuration of Label Studio that fits what was written for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from vendoreval.formats.writers.interface import Setting
from vendoreval.formats.writers.label_studio_regions import LABEL, POINT

REWORK = "rework"
_LABELS = {
    "boxes": "RectangleLabels", "polygons": "PolygonLabels", "masks": "BrushLabels",
    "keypoints": "RectangleLabels", "spans": "Labels", "polylines": "VectorLabels", "segments": "Labels",
}  # fmt: skip


_CHOICES = {"classification": "single", "ordinal": "single", "multilabel": "multiple"}


def configuration(
    setting: Setting, kind: str, field: str, asked: Mapping[str, Iterable[str]], numbers: Iterable[str],
    *, remarks: bool,
) -> bytes:  # fmt: skip
    """The XML: what is shown (`kind` of it in `field`), the answer's control, questions about regions."""
    shown = _tag(kind, {"name": field, "value": f"${field}"})
    parts = [shown, *_answers(setting, field)]
    for name, values in asked.items():
        choices = _inner("Choice", values)
        parts.append(_tag("Choices", {"name": name, "toName": field, "perRegion": "true"}, choices))
    parts += [_tag("Number", {"name": name, "toName": field, "perRegion": "true"}) for name in numbers]
    if remarks:
        parts.insert(0, _tag("Text", {"name": REWORK, "value": f"${REWORK}"}))
    return f"<View>\n{''.join(f'  {part}' for part in parts)}</View>\n".encode()


def _answers(setting: Setting, field: str) -> list[str]:
    shape = setting.shape.name
    to = {"name": LABEL, "toName": field}
    if shape in _CHOICES:
        return [_tag("Choices", to | {"choice": _CHOICES[shape]}, _inner("Choice", setting.classes))]
    if shape == "numeric":
        return [_tag("Number", to)]
    if shape == "transcription":
        return [_tag("TextArea", to | {"rows": "4", "editable": "true", "maxSubmissions": "1"})]
    if shape == "relations":
        return [
            _tag("Labels", to, _inner("Label", setting.ends)),
            f"<Relations>\n{_inner('Relation', setting.classes)}  </Relations>\n",
        ]
    found = [_tag(_LABELS[shape], to, _inner("Label", setting.classes))]
    if shape == "keypoints":
        points = {"name": POINT, "toName": field}
        found.append(_tag("KeyPointLabels", points, _inner("Label", setting.keypoints)))
    return found


def _inner(tag: str, values: Iterable[str]) -> str:
    return "".join(f"    {_tag(tag, {'value': value})}" for value in values)


def _tag(name: str, attributes: Mapping[str, str], inner: str = "") -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>\n{inner}  </{name}>\n" if inner else f"<{name}{told}/>\n"
