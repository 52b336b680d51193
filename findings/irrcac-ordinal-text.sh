#!/bin/sh
# Ratings that were read as text stand in the order 1, 10, 2: the agreement of neighbours vanishes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check irrCAC==0.4.4 numpy==1.26.4 pandas==2.3.3
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import pandas as pd
from irrCAC.raw import CAC

print("irrCAC", version("irrCAC"))
numbers = pd.DataFrame({"ann": [1, 9, 10, 10, 2, 5, 9], "bob": [1, 10, 9, 10, 3, 5, 10]})


def ac2(ratings: pd.DataFrame) -> float:
    return CAC(ratings, weights="ordinal").gwet()["est"]["coefficient_value"]


found = ac2(numbers), ac2(numbers.astype(str))
print("AC2 with ordinal weights: {} of numbers, {} of the same ratings as text".format(*found))
assert found == (0.87737, 0.04964), "behaves otherwise now"
END
