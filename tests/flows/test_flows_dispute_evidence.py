"""A bundle holds the whole dispute about its claim, and every lie about it is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows import mutations, rework_story
from tests.flows.disputed_bundle import disputed
from tests.flows.evidence_story import CAME, OWN, at, claimed
from tests.flows.forging_disputes import DisputeForgery
from tests.flows.rework_story import GOLD, ITEMS, day, errors
from tests.flows.verifying_alone import alone
from vendoreval.errors import VendorevalError
from vendoreval.workflow.evidence.verifying import verify_file

Lie = Callable[[DisputeForgery], None]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return disputed(claimed(Cli(tmp_path_factory.mktemp("settled")))).folder


@pytest.fixture
def told(cli: Cli, settled: Path) -> Cli:
    shutil.copytree(settled, cli.folder, dirs_exist_ok=True)
    return cli


def test_the_dispute_is_shown_and_reckoned_again(told: Cli) -> None:
    found = told("evidence", "verify", "disputed.zip", *OWN, "--json").json
    dispute = found["dispute"]
    assert (dispute["claim"], dispute["state"]) == ("c", "settled")
    assert {1, 4, 5, 6} <= set(dispute["struck"])
    kinds = [one["kind"] for one in dispute["moves"]]
    assert kinds == [
        "answered",
        "ruled",
        "ruled",
        "ruled",
        "to_arbiter",
        "arbitrated",
        "gold_amended",
        "settled",
    ]
    assert [one["version"] for one in dispute["versions"]] == [1, 2, 3, 4, 5]
    assert dispute["settlement"]["minor"] == 1
    assert any("versions 2 to 5" in check for check in found["checks"])


def says(told: Cli, lie: Lie, *own: str, relog: bool) -> str:
    """What verify says of a lie that is sealed again; with `relog` the log tells of it as well."""
    made = DisputeForgery(told.folder / "disputed.zip")
    lie(made)
    if relog:
        made.relog()
    return told("evidence", "verify", made.write(told.folder / "forged.zip"), *own, code=5).err


def moves_changed(number: int, change: Callable[[Any], None], *, revise: bool = False) -> Lie:
    """A move that says something else; all later moves follow it anew."""

    def lie(made: DisputeForgery) -> None:
        moves = made.moves()
        change(moves[number - 1])
        made.chain(moves)
        if revise:
            made.revise()

    return lie


def move_dropped(number: int) -> Lie:
    def lie(made: DisputeForgery) -> None:
        made.dropped = {number}
        made.chain([one for one in made.moves() if one["number"] != number])

    return lie


def upheld(move: Any) -> None:
    move["rulings"][0] |= {"ruling": "upheld", "severity": ""}


def other_text(move: Any) -> None:
    move["positions"][0]["text"] = "we agree"


def version_changed(number: int, **fields: Any) -> Lie:
    return lambda made: made.change(f"versions/claim-{number}.json", **fields)


def sides_swapped(made: DisputeForgery) -> None:
    """Whose answer was A is told the other way round, and the ruling with it."""

    def swap(move: Any) -> None:
        opened = move["told"]["opened"][0]
        opened["gold"] = "B" if opened["gold"] == "A" else "A"
        move["rulings"][0] |= {"ruling": "upheld", "code": ""}

    moves_changed(6, swap, revise=True)(made)


def amendment_changed(made: DisputeForgery) -> None:
    """Another answer than the delivered one is said to be right as well."""
    rows = made.rows("amendments.jsonl")
    rows[0]["answers"] = [[{"label": "robin"}]]
    made.set_rows("amendments.jsonl", rows)


def amendment_dropped(made: DisputeForgery) -> None:
    del made.files["amendments.jsonl"]


def revised_changed(made: DisputeForgery) -> None:
    made.change("revised.json", verdict="kept")


def version_removed(made: DisputeForgery) -> None:
    del made.files["versions/claim-4.json"]
    made.led = {number: version for number, version in made.led.items() if version != 4}


def versions_swapped(made: DisputeForgery) -> None:
    second, third = "versions/claim-2.json", "versions/claim-3.json"
    made.files[second], made.files[third] = made.files[third], made.files[second]


def amount_raised(made: DisputeForgery) -> None:
    record = made.record("versions/claim-2.json")
    credit = next(one for one in record["demands"] if one["amount"])
    credit["amount"] |= {"minor": credit["amount"]["minor"] + 1}
    made.set("versions/claim-2.json", record)


def version_added(made: DisputeForgery) -> None:
    made.set("versions/claim-6.json", {**made.record("versions/claim-5.json"), "version": 6})


def a_day_later(move: Any) -> None:
    move["at"] = move["at"].replace("-16T", "-17T")


# Each lie, what names it where only the bundle was sealed again, and what names it where the log was written
# anew as well; None: then everything fits, and only what the vendor holds can name it (below).
LIES: dict[str, tuple[Lie, str, str | None]] = {
    "a ruling turned": (
        moves_changed(2, upheld),
        "Move 2 of the dispute (ruled by ann on 2026-03-16) was altered",
        "versions/claim-2.json",
    ),
    "a ruling turned, versions reckoned anew": (moves_changed(2, upheld, revise=True), "was altered", None),
    "a rebuttal dropped": (
        move_dropped(1),
        "was altered",
        "Move 1 of the dispute (ruled by ann on 2026-03-16) may not be: Line 2 is raised",
    ),
    "a ruling dropped": (move_dropped(3), "was altered", "claim-3.json"),
    "the settlement dropped": (move_dropped(8), "Move 8 of the dispute is missing", None),
    "an answer changed": (moves_changed(1, other_text), "Move 1 of the dispute (answered by acme", None),
    "another day": (moves_changed(2, a_day_later), "was altered", "was made at 2026-03-16"),
    "somebody else": (moves_changed(2, lambda one: one.update(by="acme")), "was altered", None),
    "a version removed": (version_removed, "claim-4.json", "versions/claim-4.json is missing: move 6"),
    "versions swapped": (versions_swapped, "versions/claim-2.json: ", "versions/claim-2.json: "),
    "a version added": (version_added, "follows from no move", "claim-6.json follows from no move"),
    "an amount changed": (amount_raised, "demands is not what move 2", "demands is not what move 2"),
    "a verdict changed": (version_changed(3, verdict="kept"), "verdict is not", "verdict is not what move 3"),
    "more agreed than was asked": (
        moves_changed(8, lambda one: one["told"].update(minor=10**9)),
        "was altered",
        "Move 8 settles for USD 10,000,000.00, more than the USD ",
    ),
    "the arbiter's sides swapped": (sides_swapped, "was altered", "is opened otherwise than it was sealed"),
    "the arbiter's word turned": (
        moves_changed(6, lambda one: one["told"]["opened"][0].update(decision="neither is right")),
        "was altered",
        "Line 4 was not ruled as case 1 was decided",
    ),
    "the arbiter overruled": (
        moves_changed(6, upheld, revise=True),
        "was altered",
        "Line 4 was not ruled as case 1",
    ),
    "a sheet that was never sent": (
        moves_changed(6, lambda one: one["told"].update(sheet="x")),
        "was altered",
        "that was never sent",
    ),
    "gold amended otherwise": (
        amendment_changed,
        "Amendment 1 of gold is not the one",
        "that line 6 falls is not",
    ),
    "an amendment dropped": (
        amendment_dropped,
        "names amendment 1 of gold, which is not in the bundle",
        "names amendment 1 of gold, which is not in the bundle",
    ),
    "another line falls": (
        moves_changed(7, lambda one: one.update(lines=[*one["lines"], 9]), revise=True),
        "was altered",
        "that line 9 falls is not what amended gold gives",
    ),
    "the audit judged again otherwise": (revised_changed, "revised.json is not the result", "revised.json: "),
    "lines put back": (version_changed(3, struck=[]), "struck is not", "struck is not what move 3"),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_about_a_dispute_are_named(told: Cli, name: str) -> None:
    lie, sealed_again, told_anew = LIES[name]
    assert sealed_again in says(told, lie, relog=False)
    if told_anew is not None:
        assert told_anew in says(told, lie, relog=True)


HELD = (
    "--answers",
    "sheet.csv",
    "--answers",
    "cases.csv",
    *(word for n in (1, 2, 3, 4, 5) for word in ("--claim", f"claim-{n}.json")),
)


@pytest.mark.parametrize("name", [name for name, (_, _, anew) in LIES.items() if anew is None])
def test_lies_that_fit_are_named_by_what_the_vendor_holds(told: Cli, name: str) -> None:
    """The log written anew to its last event: only a head that was signed, or what was sent, contradicts it."""
    made = DisputeForgery(told.folder / "disputed.zip")
    LIES[name][0](made)
    made.relog()
    forged = made.write(told.folder / "forged.zip")
    tail = [one["kind"] for one in told("evidence", "verify", forged, *OWN, "--json").json["not_shown"]]
    assert {"log_tail", "sent", "answer_1"} <= set(tail)


def test_what_the_vendor_was_sent_and_answered_is_compared(told: Cli) -> None:
    made = DisputeForgery(told.folder / "disputed.zip")
    (told.folder / "claim-1.json").write_bytes(made.files["claim.json"])
    for number in (2, 3, 4, 5):
        (told.folder / f"claim-{number}.json").write_bytes(made.files[f"versions/claim-{number}.json"])
    found = told("evidence", "verify", "disputed.zip", *HELD, "--json").json
    assert "version 2 of the claim is the one that you gave" in found["checks"]
    assert "the answer of 2026-03-11 (move 1) names the file that you gave" in found["checks"]
    assert "the decision of 2026-03-18 (move 6) names the file that you gave" in found["checks"]
    assert not {"sent", "answer_1", "answer_6"} & {one["kind"] for one in found["not_shown"]}
    assert {"positions_1", "positions_6"} <= {one["kind"] for one in found["not_shown"]}
    moves_changed(2, upheld, revise=True)(made)
    made.relog()
    forged = made.write(told.folder / "forged.zip")
    said = told("evidence", "verify", forged, "--claim", "claim-2.json", code=5).err
    assert "Version 2 of the claim is not as you were sent it" in said
    (told.folder / "sheet.csv").write_text("other answers", "utf-8")
    said = told("evidence", "verify", "disputed.zip", "--answers", "sheet.csv", code=5).err
    assert "are in no move of the dispute" in said


def test_the_notice_of_the_claim_is_compared(told: Cli) -> None:
    told("report", "claim", "c", "--out", "claim.pdf", env=at(CAME))
    found = told("evidence", "verify", "disputed.zip", "--claim", "claim.pdf", "--json").json
    assert "version 5 of the claim is the one that you gave" in found["checks"]


def test_a_bundle_is_exported_by_the_id_of_its_claim(told: Cli) -> None:
    said = told("evidence", "export", "c", "--out", "by-claim.zip", "--json", env=at(CAME)).json
    assert said["audit"] == "a"
    assert "audit" in told("evidence", "export", "nothing", code=2).err


def test_numpy_and_scipy_are_enough_for_a_dispute(told: Cli) -> None:
    (told.folder / "claim-3.json").write_bytes(
        DisputeForgery(told.folder / "disputed.zip").files["versions/claim-3.json"]
    )
    done = alone(told.folder, "disputed.zip", "gold-receipt.json", "claim-3.json", "sheet.csv")
    assert done.returncode == 0, done.stderr
    assert "version 3 of the claim is the one that you gave" in done.stdout


def test_a_bundle_of_a_later_form_is_no_forgery(told: Cli) -> None:
    made = DisputeForgery(told.folder / "disputed.zip")
    made.change("bundle.json", schema="vendoreval/bundle/4", made_with="vendoreval 9.9")
    said = told("evidence", "verify", made.write(told.folder / "later.zip"), code=2).err
    assert "made with vendoreval 9.9" in said
    assert "newer" in said


def test_odd_moves_and_versions_end_in_a_sentence(told: Cli) -> None:
    """Whatever stands in a move, chained and logged as it should be: verify fits, or says what does not."""
    fits = tried = 0
    for seed in range(80):
        rng = Random(seed)
        made = DisputeForgery(told.folder / "disputed.zip")
        try:
            if rng.random() < 0.3:
                name = rng.choice(["versions/claim-2.json", "versions/claim-3.json"])
                made.files[name] = mutations.json_file(rng, made.files[name])
            else:
                moves = made.moves()
                at_random = rng.randrange(len(moves))
                moves[at_random] = mutations.mutated_json(rng, moves[at_random])
                made.chain(moves)
            made.relog()
        except (ValueError, TypeError, KeyError, AttributeError, VendorevalError):
            continue  # not even the forger can chain that
        made.write(told.folder / "odd.zip")
        tried += 1
        with suppress(VendorevalError):
            verify_file(told.folder / "odd.zip")
            fits += 1
    assert tried > 40
    assert fits < tried / 2


def test_the_end_of_the_log_is_bound_by_heads_that_the_vendor_holds(told: Cli) -> None:
    """A signed head, or an earlier bundle: what was written anew before it no longer fits."""
    told("evidence", "keygen", "ada", "--out", "ada", "--person", "Ada", "--inside-workspace")
    told("evidence", "sign", "--log", "--key", "ada", "--out", "head.dsse.json")
    told("evidence", "export", "a", "--out", "newer.zip", env=at(CAME))
    by_ada = ("--signer", "ada/ada.public.json")
    heads = ("--head", "head.dsse.json", "--head", "disputed.zip")
    told("evidence", "sign", "newer.zip", "--key", "ada")
    found = told("evidence", "verify", "newer.zip", *heads, *by_ada, "--json").json
    assert sum(check.startswith("the log goes on from event") for check in found["checks"]) == 2
    made = DisputeForgery(told.folder / "newer.zip")
    LIES["an answer changed"][0](made)
    made.relog()
    forged = made.write(told.folder / "forged.zip")
    for head in heads[1::2]:
        said = told("evidence", "verify", forged, "--head", head, code=5).err
        assert "it was written anew" in said
    said = told("evidence", "verify", "b.zip", "--head", "disputed.zip", code=5).err
    assert "newer ones were cut off" in said
    own = ("head.dsse.json", "disputed.zip", "ada/ada.public.json", "contract.toml")
    done = alone(told.folder, "newer.zip", *own, also=("cryptography", "cffi", "_cffi_backend"))
    assert done.returncode == 0, done.stderr
    assert "Ada signed it" in done.stdout
    without = alone(told.folder, "newer.zip", "disputed.zip", "ada/ada.public.json")
    assert without.returncode == 0, without.stderr
    assert "not shown: that the signatures are right: cryptography is not installed here" in without.stdout


def test_a_rework_that_failed_is_shown_and_its_audit_asked_for(cli: Cli) -> None:
    bad = errors(0.15, 1)
    rework_story.claimed(cli, bad)
    rework_story.reworked(cli, bad - frozenset(ITEMS[:GOLD]))
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=3)
    cli("claim", "rework", "claim-1", "batch-2", env=day(20))
    cli("evidence", "export", "claim-1", "--out", "b.zip", env=day(20))
    found = cli("evidence", "verify", "b.zip", "--json").json
    assert [one["version"] for one in found["dispute"]["versions"]] == [1, 2]
    assert any("rework 'batch-2'" in one["what"] for one in found["not_shown"])
    cli("evidence", "export", "audit-2", "--out", "second.zip", env=day(20))
    assert cli("evidence", "verify", "second.zip", "--json").json["verdict"] == "breached"
    made = DisputeForgery(cli.folder / "b.zip")
    moves_changed(1, lambda one: one["told"].update(failed=False))(made)
    made.relog()
    said = cli("evidence", "verify", made.write(cli.folder / "forged.zip"), code=5).err
    assert "versions/claim-2.json follows from no move" in said
