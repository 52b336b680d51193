#!/bin/sh
# A PDF/A with a picture in an <img> has /Interpolate true, which PDF/A forbids (ISO 19005-3, 6.2.8).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check weasyprint==70.0 pikepdf==10.18.0
"$folder/venv/bin/python" - <<'END'
import base64
import io
import struct
import zlib
from importlib.metadata import version

import pikepdf
from weasyprint import HTML

print("weasyprint", version("weasyprint"))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# An opaque picture of 2 by 2 dots, as PNG has them.
rows = zlib.compress(b"\x00\xff\x00\x00\x00\xff\x00" * 2)
picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
picture += chunk(b"IDAT", rows) + chunk(b"IEND", b"")
address = "data:image/png;base64," + base64.b64encode(picture).decode()


def interpolated(style: str) -> list[bool]:
    """What /Interpolate says of every picture in a PDF that was asked to be PDF/A-3b."""
    page = f'<html lang="en"><title>t</title><img style="{style}" src="{address}" alt="two dots">'
    made = HTML(string=page).write_pdf(pdf_variant="pdf/a-3b")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        pictures = [one for one in streams if one.get("/Subtype") == "/Image"]
        return [bool(one.get("/Interpolate", False)) for one in pictures]


found = {style: interpolated(style) for style in ("", "image-rendering: auto", "image-rendering: crisp-edges")}
for style, flags in found.items():
    print(f"pdf/a-3b, {style or 'no style'}: /Interpolate {flags}")
assert list(found.values()) == [[True], [True], [False]], "behaves otherwise now"
END
