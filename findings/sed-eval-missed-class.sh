#!/bin/sh
# The mean of the classes' F-measures leaves out a class of which nothing was delivered; events that only touch overlap.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check sed_eval==0.2.1 dcase_util==0.2.20 numpy==2.4.6 \
    "setuptools==80.9.0"
"$folder/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

from dcase_util.containers import MetaDataContainer
from sed_eval.sound_event import EventBasedMetrics, SegmentBasedMetrics

print("sed_eval", version("sed_eval"))
GOLD = [(0, 1, "car"), (5, 6, "dog"), (8, 9, "dog")]


def figures(gold, given, kind=EventBasedMetrics, **rule):
    """F-measure of all events together, and the plain mean of the classes' F-measures."""
    metric = kind(event_label_list=sorted({label for *_, label in gold + given}), **rule)
    sides = [
        MetaDataContainer(
            [{"filename": "a", "event_onset": start, "event_offset": end, "event_label": label} for start, end, label in side]
        )
        for side in (gold, given)
    ]
    metric.evaluate(reference_event_list=sides[0], estimated_event_list=sides[1])
    both = metric.results_overall_metrics(), metric.results_class_wise_average_metrics()
    return tuple(round(float(one["f_measure"]["f_measure"]), 3) for one in both)


right, wrong_dog = [(0, 1, "car")], (20, 21, "dog")
found = {
    "both dogs missed": figures(GOLD, right, t_collar=0.2),
    "both dogs missed, one invented": figures(GOLD, [*right, wrong_dog], t_collar=0.2),
    "dogs invented where gold has none": figures(right, [*right, wrong_dog], t_collar=0.2),
    "0 to 0.3 s beside 0.3 to 0.6 s": figures(
        [(0.0, 0.3, "car")], [(0.3, 0.6, "car")], SegmentBasedMetrics, time_resolution=0.1
    ),
    "0 to 0.5 s beside 0.5 to 1 s": figures(
        [(0.0, 0.5, "car")], [(0.5, 1.0, "car")], SegmentBasedMetrics, time_resolution=0.1
    ),
}
for what, (together, mean) in found.items():
    print(f"{what}: F {together} of all together, {mean} as mean of the classes")
# By hand, F = 2 TP / (2 TP + FP + FN): dog has TP 0 and FN 2, so F 0, and the mean with car's 1 is .5, as it is
# once a wrong dog is given. Events that only touch share no tenth of a second: TP 0, F 0.
assert found == {
    "both dogs missed": (0.5, 1.0),
    "both dogs missed, one invented": (0.4, 0.5),
    "dogs invented where gold has none": (0.667, 1.0),
    "0 to 0.3 s beside 0.3 to 0.6 s": (0.286, 0.286),
    "0 to 0.5 s beside 0.5 to 1 s": (0.0, 0.0),
}, "behaves otherwise now"
END
