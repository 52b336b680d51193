#!/bin/sh
# Weighted kappa of grades 1, 2 and 5: one library takes 2 and 5 for neighbours, two others do not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1 nltk==3.10.4 irrCAC==0.4.4 \
    numpy==1.26.4 pandas==2.3.3 scipy==1.12.0
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import pandas as pd
from irrCAC.raw import CAC
from nltk.metrics import interval_distance
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score

for name in ("scikit-learn", "nltk", "irrCAC"):
    print(name, version(name))
ANN = [1, 1, 2, 2, 5, 5, 1, 2, 5, 1]
BOB = [1, 2, 2, 2, 5, 2, 1, 1, 5, 1]


def by_definition(first, second):
    """One minus observed over expected squared differences of the grades (Cohen 1968)."""
    pairs = list(zip(first, second))
    seen = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    expected = sum((a - b) ** 2 for a in first for b in second) / len(pairs) ** 2
    return 1 - seen / expected


answers = [(who, str(item), grade) for who, grades in (("ann", ANN), ("bob", BOB)) for item, grade in enumerate(grades)]
both = pd.DataFrame({"ann": ANN, "bob": BOB})
found = {
    "by definition": by_definition(ANN, BOB),
    "nltk": AnnotationTask(answers, distance=interval_distance).weighted_kappa(),
    "irrCAC": CAC(both, weights="quadratic").conger()["est"]["coefficient_value"],
    "scikit-learn": cohen_kappa_score(ANN, BOB, weights="quadratic"),
    "scikit-learn, labels=[1, 2, 3, 4, 5]": cohen_kappa_score(ANN, BOB, weights="quadratic", labels=[1, 2, 3, 4, 5]),
    "scikit-learn, 5 written as 3": cohen_kappa_score(
        [min(grade, 3) for grade in ANN], [min(grade, 3) for grade in BOB], weights="quadratic"
    ),
}
found = {name: round(float(value), 4) for name, value in found.items()}
for name, value in found.items():
    print(f"quadratic kappa, {name}: {value}")
assert found == {
    "by definition": 0.7843, "nltk": 0.7843, "irrCAC": 0.7843, "scikit-learn": 0.7619,
    "scikit-learn, labels=[1, 2, 3, 4, 5]": 0.7843, "scikit-learn, 5 written as 3": 0.7619,
}, "behaves otherwise now"
END
