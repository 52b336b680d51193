"""The files of a delivery once more, under their names, for another reading of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vendoreval.errors import UsageError
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace


@contextmanager
def chosen_files(
    workspace: Workspace, files: Sequence[Path | str], again: str
) -> Iterator[tuple[Sequence[Path | str], DeliveryRow | None]]:
    """The `files`, or those of the delivery `again` and its row; raises UsageError unless one is named."""
    if bool(files) == bool(again):
        raise UsageError("Name the delivered files, or with --again the delivery that holds them.")
    if not again:
        yield files, None
        return
    with workspace.read() as reader:
        before = reader.require(DeliveryRow, again, "delivery")
    manifest = json.loads(workspace.objects.read(before.manifest_sha))
    with tempfile.TemporaryDirectory() as folder:
        roots: list[Path] = []
        for number, file in enumerate(manifest["files"]):
            workspace.objects.verify(file["sha256"])
            root = Path(folder) / (str(number) if "/" not in file["name"] else "whole")  # two may have one name
            place = root / file["name"]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(workspace.objects.path(file["sha256"]).resolve())
            roots.append(root if "/" in file["name"] else place)
        yield list(dict.fromkeys(roots)), before
