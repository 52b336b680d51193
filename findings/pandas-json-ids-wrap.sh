#!/bin/sh
# Ids of 21 digits come back as other numbers, modulo 2^64, without a word.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1
"$folder/venv/bin/python" - <<'END'
import io
from importlib.metadata import version

import pandas as pd

print("pandas", version("pandas"))
ids = [123456789012345678901, 123456789012345678902]
text = "".join(f'{{"item_id": {number}}}\n' for number in ids)
read = [int(number) for number in pd.read_json(io.StringIO(text), lines=True)["item_id"]]
print("in the file:", *ids)
print("read:       ", *read)
assert read == [number % 2**64 for number in ids], "behaves otherwise now"
END
