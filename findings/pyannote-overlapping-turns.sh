#!/bin/sh
# A speaker who talks for ten seconds, delivered as two turns that overlap, has an error rate of .2, not 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyannote.metrics==4.2.0 pyannote.core==6.1.0
cd "$folder"
"$folder/venv/bin/python" - <<'END'
import warnings
from importlib.metadata import version

from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

warnings.simplefilter("ignore")  # that the ends of the recording are those of its turns
print("pyannote.metrics", version("pyannote.metrics"))


def turns(*rows):
    found = Annotation()
    for number, (start, end, speaker) in enumerate(rows):
        found[Segment(start, end), number] = speaker
    return found


def rate(reference, hypothesis):
    return round(DiarizationErrorRate()(reference, hypothesis), 3)


whole = turns((0, 10, "ada"))
windows = turns((0, 6, "ada"), (4, 10, "ada"))  # as tools with sliding windows write them
found = {
    "whole, then windows": rate(whole, windows),
    "windows, then whole": rate(windows, whole),
    "whole, then windows joined by support()": rate(whole, windows.support()),
}
for what, value in found.items():
    print(f"{what}: DER {value}")
# By hand: at every moment the same one speaker talks on both sides, so nothing is missed, invented or confused.
assert found == {
    "whole, then windows": 0.2, "windows, then whole": 0.167, "whole, then windows joined by support()": 0.0,
}, "behaves otherwise now"  # fmt: skip
END
