#!/bin/sh
# An annotation held against itself has V-measure 0 if it uses one label; with two labels, or by two other measures, 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check mir_eval==0.8.2 scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import numpy as np
from mir_eval import segment
from sklearn.metrics import v_measure_score

print("mir_eval", version("mir_eval"), "beside scikit-learn", version("scikit-learn"))
TIMES = np.array([[0, 2], [2, 10]], dtype=float)
MEASURES = {"V-measure": segment.vmeasure, "NCE": segment.nce, "pairwise": segment.pairwise, "Rand": segment.ari}


def itself(labels):
    """Each measure of a recording's two parts, labelled so, against themselves."""
    values = {name: measure(TIMES, labels, TIMES, labels) for name, measure in MEASURES.items()}
    values["V-measure of scikit-learn"] = v_measure_score(labels, labels)
    return {name: float(np.ravel(value)[-1]) for name, value in values.items()}


found = {labels: itself(list(labels)) for labels in ("xy", "xx")}
for labels, values in found.items():
    print(f"labels {' and '.join(labels)}: {values}")
# By definition (Rosenberg and Hirschberg 2007) homogeneity and completeness are 1 where there is no entropy.
assert all(round(value, 9) == 1 for value in found["xy"].values()), "behaves otherwise now"
assert {name for name, value in found["xx"].items() if value == 0} == {"V-measure", "NCE"}, "behaves otherwise now"
END
