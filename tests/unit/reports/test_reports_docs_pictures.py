"""The pictures in the docs are what the reports draw today; UPDATE_GOLDEN=1 draws them again."""

from __future__ import annotations

import os

import pytest

from tests.conftest import ROOT
from tests.unit.reports.picture_samples import bird, field, lines_of, scan, street
from vendoreval.reports.pictures.defect_pictures import defect_pictures
from vendoreval.reports.pictures.item_picture import ItemPicture

FOLDER = ROOT / "docs" / "pictures"
SAMPLES = {"boxes": street, "polygons": field, "masks": scan, "keypoints": bird}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_docs_show_what_is_drawn(name: str) -> None:
    gold, delivered, units = SAMPLES[name]()
    (row,) = defect_pictures(lines_of(units), units, gold, delivered).rows
    picture = row["picture"]
    assert isinstance(picture, ItemPicture)
    file = FOLDER / f"{name}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(f"{picture.svg()}\n", "utf-8")
    assert file.read_text("utf-8") == f"{picture.svg()}\n"
