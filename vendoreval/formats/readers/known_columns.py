"""What columns are called elsewhere: by which names a role is known in exports and in people's own files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

# In order of likelihood. Units are kept apart: milliseconds are no seconds, so `duration_ms` is not among them.
KNOWN_AS = {
    "item_id": (
        "item", "task_id", "task", "image_id", "image", "question", "question_id", "unit_id", "example_id",
        "document_id", "filename", "file_name", "url", "id", "original_id",
    ),
    "label": (
        "answer", "response", "annotation", "judgment", "judgement", "class", "category", "choice", "labels",
        "tag", "value", "gold_label", "ground_truth",
    ),
    "annotator_id": (
        "annotator", "worker_id", "worker", "labeler", "labeller", "labeler_id", "rater", "rater_id", "coder",
        "completed_by", "created_by", "user_id", "user", "who",
    ),
    "labelled_at": (
        "labeled_at", "annotated_at", "timestamp", "submitted_at", "completed_at", "submit_time", "created_at",
        "updated_at", "date", "time", "created",
    ),
    "seconds": (
        "duration_s", "duration_seconds", "duration_sec", "time_spent_s", "seconds_spent", "elapsed_s",
        "work_time_in_seconds", "lead_time", "secs", "time_s",
    ),
    "guideline_version": ("guideline", "guidelines_version", "instruction_version", "instructions_version"),
    "stage": ("phase", "review_stage"),
    "source": ("origin", "label_source"),
    "flagged": ("flag", "is_flagged", "escalated", "unsure"),
    "accepted": ("accepted_answers", "accepted_labels", "alternatives", "also_accepted"),
    "edge_case": ("is_edge_case", "edge", "hard_case"),
    "difficulty": ("hardness",),
}  # fmt: skip


def column_for(role: str, names: Collection[str]) -> str | None:
    """The column among `names` that is known to hold `role`; None where there is none."""
    by_word = {_word(name): name for name in reversed(list(names))}
    return next((by_word[known] for known in KNOWN_AS.get(role, ()) if known in by_word), None)


def suggestions(roles: Collection[str], read: Mapping[str, str], unused: Collection[str]) -> list[str]:
    """Sentences on columns not used that look like one of the `roles` which nothing was `read` for."""
    said, left = [], sorted(unused)
    for role in roles:
        column = None if role in read else column_for(role, left)
        if column:
            left.remove(column)
            said.append(f"The column {column} looks like {role}: {as_option(role, column)} would use it.")
    return said


def as_option(role: str, column: str) -> str:
    """How `--map` is written for them."""
    words = f"{role}={column}"
    return f"--map {words if re.fullmatch(r'[A-Za-z0-9_.=-]+', words) else repr(words)}"


def _word(name: str) -> str:
    """`WorkerId`, `worker id` and `worker-id` are all worker_id."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
