#!/bin/sh
# Several classes an item: micro F1 of the same answers changes when an unused class is added to the table.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import numpy as np
from sklearn.metrics import f1_score
from sklearn.preprocessing import MultiLabelBinarizer

print("scikit-learn", version("scikit-learn"))
GOLD = [["dog"], [], [], []]
SAID = [["dog"], ["dog"], [], []]  # one tag right, one invented: F1 2/3
found = {}
for classes in (["dog"], ["dog", "cat"]):
    table = MultiLabelBinarizer(classes=classes)
    gold, said = table.fit_transform(GOLD), table.transform(SAID)
    for average in ("micro", "macro", "weighted"):
        value = f1_score(gold, said, average=average, zero_division=np.nan)
        found[average, len(classes)] = round(float(value), 4)
        print(f"{average} F1 of a table of {len(classes)} class{'es' if len(classes) > 1 else ''}: {found[average, len(classes)]}")
assert found == {
    ("micro", 1): 0.75, ("macro", 1): 0.7333, ("weighted", 1): 0.7667,
    ("micro", 2): 0.6667, ("macro", 2): 0.6667, ("weighted", 2): 0.6667,
}, "behaves otherwise now"
END
