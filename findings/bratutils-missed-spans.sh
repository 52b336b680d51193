#!/bin/sh
# Spans that were never delivered cost nothing: one of four has F 1.0, and the same two files the other way round .4.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check bratutils==0.2.2
cd "$folder"
printf 'left and right lung are clear, no pain at night.\n' | tee all.txt > one.txt
printf 'T1\tOrgan 0 4\tleft\nT2\tOrgan 9 14\tright\nT3\tOrgan 15 19\tlung\nT4\tSign 34 38\tpain\n' > all.ann
printf 'T1\tOrgan 0 4\tleft\n' > one.ann
"$folder/venv/bin/python" - <<'END'
import logging
from importlib.metadata import version

logging.disable(logging.CRITICAL)
from bratutils.agreement import Document  # noqa: E402

print("bratutils", version("bratutils"))


def compared(gold, given):
    """Counts and F of `given` against `gold`, called as the package's own example calls it."""
    reference, candidate = Document(f"{gold}.ann"), Document(f"{given}.ann")
    reference.make_gold()
    result = candidate.compare_to_gold(reference)
    return result.cor, result.mis, result.spu, round(result.fsc, 3)


found = {"missed": compared("all", "one"), "extra": compared("one", "all"), "itself": compared("all", "all")}
for what, (correct, missing, spurious, score) in found.items():
    print(f"{what}: {correct} correct, {missing} missing, {spurious} spurious, F {score}")
# By hand: gold of four, one given: TP 1, FN 3, F = 2 / (2 + 3) = .4, and F is the same in both directions.
assert found == {"missed": (1, 0, 0, 1.0), "extra": (1, 3, 0, 0.4), "itself": (4, 0, 0, 1.0)}, "behaves otherwise now"
END
