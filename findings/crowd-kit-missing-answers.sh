#!/bin/sh
# An item that nobody answered gets a class, and not the same one from two models; alpha counts silence.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    attrs==26.1.0 nltk==3.10.4 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1 tqdm==4.70.1
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-deps crowd-kit==1.4.2  # models of text need more
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import pandas as pd
from crowdkit.aggregation import GLAD, DawidSkene, MajorityVote, OneCoinDawidSkene
from crowdkit.metrics.data import alpha_krippendorff

print("crowd-kit", version("crowd-kit"))
columns = ["task", "worker", "label"]
table = pd.DataFrame(
    [("one", "ann", "cat"), ("one", "bob", None), ("one", "eve", None), ("silent", "ann", None),
     ("silent", "bob", None), ("two", "ann", "dog"), ("two", "bob", "dog")],
    columns=columns,
)
found = {}
for model in (MajorityVote, DawidSkene, OneCoinDawidSkene, GLAD):
    found[model.__name__] = str(model().fit_predict(table).get("silent", "no answer"))
    print(f"{model.__name__} on the item without any answer: {found[model.__name__]}")

pairs = [("a", "x", "x"), ("b", "y", "y"), ("c", "x", "y")]
given = [(task, worker, label) for task, *both in pairs for worker, label in zip(("ann", "bob"), both)]
silent = [("a", "eve", None), ("c", "eve", None)]
tables = [pd.DataFrame(rows, columns=columns) for rows in (given, given + silent)]
alphas = tuple(round(float(alpha_krippendorff(rows)), 4) for rows in tables)
print("alpha {}, and {} with two rows without an answer".format(*alphas))
assert found == {
    "MajorityVote": "no answer", "DawidSkene": "cat", "OneCoinDawidSkene": "dog", "GLAD": "cat",
}, "behaves otherwise now"
assert alphas == (0.4444, 0.087), "behaves otherwise now"
END
