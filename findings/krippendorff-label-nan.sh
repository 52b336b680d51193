#!/bin/sh
# A class named "nan" is taken for a missing answer, any other name is not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check krippendorff==0.9.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
from importlib.metadata import version

import krippendorff

print("krippendorff", version("krippendorff"))


def alpha(third: str) -> float:
    """Two people say in which language five sentences are; `third` is the code of one language."""
    answers = [["yue", "cmn", third, third, "cmn"], ["yue", "cmn", third, "cmn", "yue"]]
    return round(krippendorff.alpha(reliability_data=answers, level_of_measurement="nominal"), 4)


found = {code: alpha(code) for code in ("hak", "None", "N/A", "nan")}
for code, value in found.items():
    print(f"the same answers, third language written {code!r}: alpha {value}")
print("nan is the code of Min Nan in ISO 639-3")
assert found == {"hak": 0.4545, "None": 0.4545, "N/A": 0.4545, "nan": 0.4444}, "behaves otherwise now"
END
