"""Annotators who are no annotators: curators and adjudicators whose answers stand in the same export."""

from __future__ import annotations

import re

_ROLES = re.compile(
    r"adjudicat|admin|arbit|consensus|curat|expert|gold|ground.?truth|initial.cas|moderat|supervis"
    r"|(?<![a-z])(final|lead|manager|qa|qc|review|reviewer|system)(?![a-z])",
    re.IGNORECASE,
)


def named_like_a_role(name: str) -> bool:
    """Whether an annotator's name is that of a role: CURATION_USER, adjudicator-1, QA …"""
    return _ROLES.search(name) is not None
