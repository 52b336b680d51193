from __future__ import annotations

from pathlib import Path

import pytest

from vendoreval.errors import InputError
from vendoreval.workflow.reports.image_folder import ImageFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    for name in (
        "a.jpg",
        "sub dir/f.mask v2.PNG",
        "one/same.jpg",
        "two/same.jpg",
        "b.jpg",
        "b.png",
        "notes.txt",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return root


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("a.jpg", "a.jpg"),
        ("a", "a.jpg"),
        ("sub dir/f.mask v2.PNG", "sub dir/f.mask v2.PNG"),
        ("sub dir/f.mask v2", "sub dir/f.mask v2.PNG"),
        ("elsewhere/f.mask v2", "sub dir/f.mask v2.PNG"),
        ("C:\\data\\a.jpg", "a.jpg"),
        ("one/same.jpg", "one/same.jpg"),
    ],
)
def test_an_item_finds_its_image_by_path_or_name(folder: Path, item: str, found: str) -> None:
    given = ImageFolder(folder)(item)
    assert given is not None
    assert given == (found.rpartition("/")[2], found.encode())


@pytest.mark.parametrize(
    "item", ["same.jpg", "b", "notes", "notes.txt", "../secret.jpg", "/etc/passwd", "", ".", "..", "no"]
)
def test_what_fits_none_or_two_gets_none(folder: Path, item: str) -> None:
    assert ImageFolder(folder)(item) is None


def test_a_path_made_of_an_id_is_never_opened(folder: Path) -> None:
    found = ImageFolder(folder)("../secret.jpg")
    assert found is None
    assert ImageFolder(folder)("../a.jpg") == ("a.jpg", b"a.jpg")  # by its name, inside the folder


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        ImageFolder(tmp_path / "none")


def test_an_image_beyond_the_limit_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOREVAL_LIMITS", "memory=3")
    assert ImageFolder(folder)("a.jpg") is None
