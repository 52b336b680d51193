"""The keys of `[task.matching]`: how answers are held against gold, each with its default and meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MatchingKey:
    """A key of `[task.matching]`; `default` holds where the contract says nothing.

    `meaning`: in plain words, after the key and its value. `tacit`: the default goes without saying, and a
    contract that is silent about it is not weaker. `by_name`: instead of a choice, a table of numbers by name
    may stand there. `whole`: the number has no decimals. `percent`: it may be a percentage of gold's number.
    `listed`: a list of the task's classes stands there.
    `of_classes`: instead of a choice, a table of classes by class may stand there.
    `advised`: what a new contract begins with, where that is not the default.
    `harsh`: what the default counts as errors though most readers would not; a contract that has it is weaker.
    """

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()  # empty: a number from 0 to `highest`
    highest: int | None = 1
    tacit: bool = False
    by_name: bool = False
    whole: bool = False
    percent: bool = False
    listed: bool = False
    of_classes: bool = False
    advised: str = ""
    harsh: str = ""


IOU = MatchingKey("iou", "0.5", "a pair shares at least so much: intersection ÷ union")
_LIKE = "pairs are made as this tool makes them"
PRESET = MatchingKey(
    "preset", "none", _LIKE, ("none", "cvat", "coco", "fiftyone", "labelbox", "datumaro"), tacit=True
)
SPAN_PRESET = MatchingKey("preset", "none", _LIKE, ("none", "seqeval", "nervaluate"), tacit=True)
IMPRECISE = MatchingKey(
    "imprecise_below",
    "0",
    "a pair of one class that fits worse is imprecise, and wrong; 0: none is",
    tacit=True,
)
EMPTY = MatchingKey(
    "empty",
    "not_counted",
    "whether an item with nothing on both sides is a right unit of clauses on objects, too",
    ("not_counted", "counted"),
    tacit=True,
)
MANY = (IMPRECISE, EMPTY)
PIXELS = MatchingKey(
    "pixels",
    "continuous",
    "inclusive: x_max and y_max name a box's last pixel",
    ("continuous", "inclusive"),
    tacit=True,
)
OUTSIDE = MatchingKey(
    "outside", "kept", "cut: what reaches beyond the image is cut off first", ("kept", "cut"), tacit=True
)
REPAIR = MatchingKey(
    "repair", "none", "how invalid outlines are repaired", ("none", "linework", "structure"), tacit=True
)
INVALID = MatchingKey(
    "invalid",
    "unscorable",
    "what a delivered outline is that stays invalid; counted: wrong",
    ("unscorable", "counted"),
    tacit=True,
)
REGIONS = MatchingKey(
    "regions",
    "instance",
    "instance: each mask is an object; semantic: all pixels of a class are one",
    ("instance", "semantic"),
    tacit=True,
)
PANOPTIC = (
    MatchingKey(
        "stuff",
        "none",
        "of these classes all pixels of an image are one segment, such as road or sky; of others each is one",
        listed=True,
    ),
    MatchingKey(
        "unlabelled",
        "void",
        "pixels that gold leaves without a segment: void, so that nothing is judged there, or counted",
        ("void", "counted"),
        tacit=True,
    ),
)
KEYPOINTS = (
    MatchingKey("oks", "0.5", "a pair's points lie at least so near: object keypoint similarity"),
    MatchingKey("sigma", "0.09", "how far a point may lie off, as a share of the object's size", highest=None),
    MatchingKey(
        "sigmas",
        "one",
        "one: sigma for every point; coco_person: COCO's joints",
        ("one", "coco_person"),
        tacit=True,
        by_name=True,
    ),
    MatchingKey("pck", "0.1", "a point is right within this share of the longer side of gold's box"),
    MatchingKey("pck_pixels", "0", "… or within so many pixels; 0: the share counts", highest=None, tacit=True),
)
LINE_PRESET = MatchingKey("preset", "none", _LIKE, ("none", "cvat"), tacit=True)
LINES = (
    MatchingKey("distance", "10", "a pair of lines lies no further apart, in pixels", highest=None),
    MatchingKey(
        "distance_share", "0", "… or than this share of its image's diagonal; 0: the pixels count", tacit=True
    ),
    MatchingKey(
        "measure",
        "mean",
        "the mean or the largest distance of points along the lines, the larger of both ways",
        ("mean", "max"),
        tacit=True,
    ),
    MatchingKey(
        "directed",
        "no",
        "yes: a line that runs the other way than gold's is imprecise, and wrong",
        ("yes", "no"),
        tacit=True,
    ),
)
CUBOIDS = (
    MatchingKey(
        "match",
        "iou",
        "what makes a pair: iou in space, bev (iou seen from above), centre distance, or that on the ground",
        ("iou", "bev", "centre", "ground"),
    ),
    MatchingKey("iou", "0.5", "of match iou and bev: a pair shares at least so much: intersection ÷ union"),
    MatchingKey("centre", "2", "of match centre and ground: a pair's centres lie no further apart, in metres",
                highest=None, tacit=True),
    MatchingKey("heading", "full", "axis: front and back look alike, so that half a turn is no error",
                ("full", "axis"), tacit=True),
    MatchingKey("centre_within", "0", "a matched cuboid's centre is right within so many metres; 0: any is",
                highest=None, tacit=True),
    MatchingKey("size_within", "0", "its size is right within this size error (1 - IoU in place); 0: any is",
                tacit=True),
    MatchingKey("heading_within", "0", "its heading is right within so many degrees; 0: any is", highest=180,
                tacit=True),
)  # fmt: skip
CUBOID_PRESET = MatchingKey("preset", "none", _LIKE, ("none", "nuscenes"), tacit=True)
SPANS = (
    MatchingKey(
        "mode",
        "strict",
        "strict: same borders and class; exact: same borders; partial: enough common text; type: any",
        ("strict", "exact", "partial", "type"),
    ),
    MatchingKey("overlap", "0.5", "of mode partial: a pair has at least this share of its text in common"),
)
RELATIONS = (
    MatchingKey(
        "mode",
        "strict",
        "strict: both ends have the same borders and labels; exact: the same borders; partial: enough common "
        "text",
        ("strict", "exact", "partial"),
    ),
    MatchingKey("overlap", "0.5", "of mode partial: each end has at least this share of its text in common"),
    MatchingKey(
        "directed",
        "yes",
        "no: head and tail may be exchanged; yes: a pair whose ends are exchanged is imprecise, and wrong",
        ("yes", "no"),
    ),
)
FOLLOWED = MatchingKey(
    "followed",
    "0.8",
    "a track is right where it and gold's share so much: 2 × common boxes ÷ boxes of both",
    tacit=True,
)
SEGMENTS = (
    MatchingKey(
        "boundary",
        "0",
        "instead of iou: both ends of a pair lie at most so many seconds apart; 0: iou counts",
        highest=3600,
        tacit=True,
    ),
    MatchingKey(
        "labels",
        "named",
        "named: labels are classes or people; mapped: they are names of nobody, such as SPEAKER_00, and on "
        "each item stand for the gold labels with which they have most time in common",
        ("named", "mapped"),
        tacit=True,
    ),
    MatchingKey(
        "collar",
        "0",
        "of der: so many seconds before and as many after each end of a gold segment are not looked at",
        highest=3600,
        tacit=True,
    ),
    MatchingKey(
        "overlaps",
        "counted",
        "of der: whether time in which gold has several labels at once is looked at",
        ("counted", "skipped"),
        tacit=True,
    ),
)
# one answer an item, on a scale or a number
STEPS = MatchingKey(
    "tolerance", "0", "an answer so many steps of the scale from gold is right still", highest=None, whole=True
)
CONSENSUS = MatchingKey(
    "consensus",
    "majority",
    "with answers = consensus: the class given most often, or the lower median on the scale",
    ("majority", "median"),
    tacit=True,
)
WEIGHTS = MatchingKey(
    "weights",
    "quadratic",
    "of weighted_kappa and ac2: how much of an agreement nearby classes are",
    ("linear", "quadratic", "ordinal"),
    tacit=True,
)
SCALE = MatchingKey(
    "scale",
    "ordinal",
    "of alpha: by ranks; interval: by numbers, or by steps where classes are none",
    ("ordinal", "interval", "nominal"),
    tacit=True,
)
CLOSENESS = MatchingKey(
    "tolerance",
    "0",
    "a number no further from gold is right; 5%: of gold's own size",
    highest=None,
    percent=True,
)
# any number of classes an item
EMPTY_SETS = MatchingKey(
    "empty",
    "equal",
    "no class where gold has none: equal (Jaccard 1), counted as a right tag, too, or left_out of Jaccard",
    ("equal", "counted", "left_out"),
    tacit=True,
)
PARENTS = MatchingKey(
    "parents",
    "none",
    "which class lies under which: both sides are completed by what their classes imply",
    ("none",),
    tacit=True,
    of_classes=True,
)
DISTANCE = MatchingKey(
    "distance",
    "jaccard",
    "how far apart two people's sets are, for agreement",
    ("jaccard", "masi"),
    tacit=True,
)
TOLERANCE = MatchingKey("tolerance", "0", "what is no further off is right", highest=None)
TIED = MatchingKey(
    "tied",
    "equal",
    "where gold ranks two alike: equal: so must the answer; either: any order of them is right",
    ("equal", "either"),
)
WORDS = (
    MatchingKey(
        "normalize",
        "none",
        "basic: NFKC and lower case, letters and digits only; marks: vowel and tone marks stay, too",
        ("none", "basic", "marks"),
        advised="basic",
        harsh="capital letters and punctuation count as errors: “Well,” is not “well”.",
    ),
    MatchingKey(
        "by",
        "words",
        "what is counted: words between white space, or characters in texts without blanks",
        ("words", "characters"),
        tacit=True,
    ),
)
