#!/bin/sh
# An id such as tile_x0010_y0020, written to XLSX by one library, is another id to three readers; and that library
# leaves in a text the carriage returns as the file escapes them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.3.1 pandas==3.1.1 \
    python-calamine==0.9.1 polars==2.1.0 fastexcel==0.21.0 pyarrow==26.0.1
npm install --silent --no-audit --no-fund --prefix "$folder" xlsx@0.18.5 > "$folder/npm.log"
cd "$folder"
cat > read.cjs <<'END'
const xlsx = require("xlsx");
const sheet = Object.values(xlsx.readFile(process.argv[2]).Sheets)[0];
console.log(JSON.stringify(xlsx.utils.sheet_to_json(sheet).map((row) => row.item_id)));
END
"$folder/venv/bin/python" - <<'END'
import json
import subprocess
from importlib.metadata import version

import pandas as pd
import polars as pl

for name in ("openpyxl", "xlsxwriter", "pandas", "python-calamine", "polars"):
    print(name, version(name))
IDS = ["tile_x0010_y0020", "tile_x0041_y0020", "tile_y0020_x0010"]


def sheetjs(path):
    return json.loads(subprocess.run(["node", "read.cjs", path], capture_output=True, check=True).stdout)


READERS = {
    "openpyxl": lambda path: pd.read_excel(path, engine="openpyxl")["item_id"].tolist(),
    "calamine": lambda path: pd.read_excel(path, engine="calamine")["item_id"].tolist(),
    "polars": lambda path: pl.read_excel(path)["item_id"].to_list(),
    "xlsx 0.18.5 (npm)": sheetjs,
}
found = {}
for writer in ("openpyxl", "xlsxwriter"):
    pd.DataFrame({"item_id": IDS}).to_excel(f"{writer}.xlsx", index=False, engine=writer)
    for reader, read in READERS.items():
        found[writer, reader] = read(f"{writer}.xlsx")
        print(f"written by {writer}, read by {reader}: {found[writer, reader]}")
pd.DataFrame({"item_id": ["first\r\nsecond"]}).to_excel("lines.xlsx", index=False, engine="xlsxwriter")
lines = {reader: READERS[reader]("lines.xlsx") for reader in ("openpyxl", "calamine")}
print(f"two lines with carriage return, written by xlsxwriter: {lines}")
assert lines == {"openpyxl": ["first_x000D_\nsecond"], "calamine": ["first\r\nsecond"]}, "behaves otherwise now"
# ECMA-376 part 1, 22.9.2.19: _xHHHH_ in a cell's text is the character with that number, and a text that
# holds those seven characters is to be written _x005F_xHHHH_. So the writer is wrong and the readers are right.
for (writer, reader), ids in found.items():
    other = writer == "openpyxl" and reader != "openpyxl"
    assert ids == (["tile\x10y0020", "tileAy0020", IDS[2]] if other else IDS), "behaves otherwise now"
END
