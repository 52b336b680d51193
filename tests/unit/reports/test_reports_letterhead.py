"""The letterhead: read with every problem by its line, drawn on reports, its logo small and opaque."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.reports.all_reports import made
from vendoreval.errors import InputError, InvalidDocument
from vendoreval.reports.letterhead import Letterhead, Party, parse_letterhead
from vendoreval.reports.logos import MOST, logo_of
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.render import to_html, to_json

HEAD = 'schema = "vendoreval/letterhead/1"\n'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="9"><rect width="20" height="9"/></svg>'


def png(size: tuple[int, int] = (900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (160, 30, 30, 128)).save(out, "PNG")
    return out.getvalue()


def test_what_stands_in_the_file_is_read() -> None:
    found = parse_letterhead(
        HEAD + '[buyer]\nname = "Robotics GmbH"\naddress = ["Street 1", "Berlin"]\nlogo = "logo.svg"\n'
        'email = "claims@robotics.example"\nphone = "+49 30 1"\n'
        '[vendor.acme]\nname = "Acme Ltd"\ncontact = "Bob Ray"\n'
    )
    assert found.buyer == Party(
        "Robotics GmbH", ("Street 1", "Berlin"), "", "claims@robotics.example", "+49 30 1"
    )
    assert found.buyer.reached == "claims@robotics.example, +49 30 1"
    assert found.logo == "logo.svg"
    assert found.vendors == {"acme": Party("Acme Ltd", contact="Bob Ray")}
    assert found.vendors["acme"].reached == "Bob Ray"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, ["buyer: is missing."]),
        ('[buyer]\nname = "A"\n', ["schema: is missing."]),
        (HEAD.replace("/1", "/2") + '[buyer]\nname = "A"\n', ["line 1, schema: 'vendoreval/letterhead/2'"]),
        (HEAD + '[buyer]\naddress = ["Berlin"]\n', ["buyer.name: is missing."]),
        (HEAD + '[buyer]\nname = "A"\nmail = "a@b.example"\n', ["line 4, buyer.mail: is not a known field."]),
        (HEAD + '[buyer]\nname = "A"\nemail = "a@b"\n', ["line 4, buyer.email: 'a@b' is no address."]),
        (HEAD + '[buyer]\nname = "A"\nlogo = "../x.png"\n', ["line 4, buyer.logo: '../x.png' is no picture"]),
        (HEAD + '[buyer]\nname = "A"\nlogo = "x.pdf"\n', ["line 4, buyer.logo: 'x.pdf' is no picture"]),
        (HEAD + '[buyer]\nname = "A\\nB"\n', ["line 3, buyer.name: takes one line"]),
        (HEAD + '[buyer]\nname = "A"\naddress = "Berlin"\n', ["line 4, buyer.address: must be a list"]),
        (
            HEAD + f'[buyer]\nname = "A"\naddress = {list("1234567")}\n[vendor.x]\nemail = "a"\n',
            ["line 4, buyer.address: takes up to 6", "vendor.x.name: is missing.", "line 6, vendor.x.email"],
        ),
        (HEAD + '[buyer]\nname = "A"\n[vendor]\nacme = "Acme"\n', ["line 5, vendor.acme: must be a table"]),
    ],
)  # fmt: skip
def test_every_problem_is_told_with_its_line(text: str, said: list[str]) -> None:
    with pytest.raises(InvalidDocument) as raised:
        parse_letterhead(text)
    lines = "\n".join(raised.value.lines())
    for words in said:
        assert words in lines


def test_a_raster_logo_becomes_small_and_opaque_and_an_svg_stays() -> None:
    from base64 import b64decode

    logo = logo_of("logo.png", png((5000, 5000)), "Robotics")
    with Image.open(io.BytesIO(b64decode(logo.href.partition(",")[2]))) as shown:
        assert (shown.mode, max(shown.size)) == ("RGB", MOST[1])
    drawn = logo_of("logo.svg", SVG, "Robotics")
    assert b64decode(drawn.href.partition(",")[2]) == SVG
    assert 'alt="Logo of &lt;b&gt;"' in logo_of("logo.svg", SVG, "<b>").svg()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("logo.png", b"no picture"),
        ("logo.png", SVG),
        ("logo.svg", png()),
        ("logo.svg", b"<html/>"),
        ("logo.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'),
        ("logo.svg", SVG.replace(b"<rect", b"<!--" + b"x" * 600_000 + b"--><rect")),
    ],
)
def test_no_picture_is_no_logo(name: str, data: bytes) -> None:
    with pytest.raises(InputError, match="picture"):
        logo_of(name, data, "Robotics")


def test_a_logo_that_fetches_stops_the_report() -> None:
    from vendoreval.reports.pdf import RefusedResource

    evil = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
    )
    head = Letterhead(Party("Robotics"), None, logo_of("logo.svg", evil, "Robotics"))
    with pytest.raises(RefusedResource):
        to_pdf(made("claim", 3, letterhead=head))


def test_the_head_stands_on_the_page_and_its_picture_not_in_the_data() -> None:
    buyer = Party("Robotics GmbH", ("Street 1", "10115 Berlin"), "Ann Lee", "claims@robotics.example")
    report = made("audit", letterhead=Letterhead(buyer, Party("Acme"), logo_of("logo.svg", SVG, "Robotics")))
    page, data = to_html(report), to_json(report)
    assert "<b>Robotics GmbH</b><br>Street 1<br>10115 Berlin" in page
    assert "Ann Lee<br>claims@robotics.example" in page
    assert "data:image/svg+xml" in page
    assert "base64" not in data
    assert '"name": "logo.svg"' in data
    assert 'class="letterhead"' not in to_html(made("audit"))


def test_the_shipped_template_is_read_once_it_is_filled_in() -> None:
    template = (Path(__file__).parents[3] / "templates" / "letterhead.toml").read_text("utf-8")
    text = template.replace("$buyer", '"A"').replace("$vendors", '[vendor.acme]\nname = "B"')
    assert parse_letterhead(text).vendors == {"acme": Party("B")}
    every = "\n".join(line.removeprefix("# ") if " = " in line[:14] else line for line in text.splitlines())
    assert parse_letterhead(every).logo == "logo.png"
