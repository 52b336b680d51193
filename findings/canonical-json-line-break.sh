#!/bin/sh
# Canonical JSON of a label with a line break, as in-toto and TUF sign it, is not JSON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check securesystemslib==1.6.0 rfc8785==0.1.4
"$folder/venv/bin/python" - <<'END'
import json
from importlib.metadata import version

import rfc8785
from securesystemslib.formats import encode_canonical

print("securesystemslib", version("securesystemslib"), "beside rfc8785", version("rfc8785"))
LABELS = {"plain": "two words", "line break": "two\nlines", "tab": "a\tb"}
found = {}
for what, label in LABELS.items():
    for name, text in (
        ("securesystemslib", encode_canonical({"label": label})),
        ("rfc8785", rfc8785.dumps({"label": label}).decode()),
    ):
        try:
            back = json.loads(text)["label"] == label
        except json.JSONDecodeError:
            back = False
        found[what, name] = back
        print(f"{what}: {name} writes {text!r}, {'read back as JSON' if back else 'refused as JSON'}")
assert {key for key, back in found.items() if not back} == {
    ("line break", "securesystemslib"), ("tab", "securesystemslib"),
}, "behaves otherwise now"
END
