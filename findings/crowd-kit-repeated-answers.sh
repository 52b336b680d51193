#!/bin/sh
# A worker who answers three times has three votes; in one of the models he has one.
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
from crowdkit.aggregation import GLAD, MACE, MMSR, DawidSkene, MajorityVote, OneCoinDawidSkene
from crowdkit.metrics.data import alpha_krippendorff

print("crowd-kit", version("crowd-kit"))
answers = [("first", "ann", "no")] * 3 + [("first", "bob", "yes"), ("first", "eve", "yes")]
answers += [(f"other-{number}", worker, "yes") for number in range(4) for worker in ("ann", "bob", "eve")]
table = pd.DataFrame(answers, columns=["task", "worker", "label"])
once = table.drop_duplicates()

found = {}
for model in (MajorityVote, DawidSkene, OneCoinDawidSkene, GLAD, MACE, MMSR):
    found[model.__name__] = tuple(str(model().fit_predict(rows)["first"]) for rows in (table, once))
    thrice, single = found[model.__name__]
    print(f"{model.__name__}: {thrice} if ann's answer stands there three times, {single} if once")
alphas = tuple(round(abs(float(alpha_krippendorff(rows))), 4) for rows in (table, once))
print("alpha {}, and {} if it stands there once".format(*alphas))
assert found == {
    "MajorityVote": ("no", "yes"),
    "DawidSkene": ("no", "yes"),
    "OneCoinDawidSkene": ("yes", "yes"),
    "GLAD": ("no", "yes"),
    "MACE": ("no", "yes"),
    "MMSR": ("no", "yes"),
}, "behaves otherwise now"
assert alphas == (0.4286, 0.0), "behaves otherwise now"
END
