"""Agreement on real labels: equal to FACTS.json (computed there with the package krippendorff)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SHARED, facts
from vendoreval.inference.agreement import Scale, agreement
from vendoreval.inference.oneself import others_on_item
from vendoreval.inference.tally import Tally, first_answers, tally

DATA = SHARED / "data"


def delivered(name: str, where: tuple[str, object] | None = None) -> pd.DataFrame:
    rows = pd.read_csv(DATA / name / "delivered.csv", dtype=str, keep_default_na=False)
    return rows if where is None else rows[rows[where[0]] == where[1]]


def counted(rows: pd.DataFrame) -> Tally:
    item, who = pd.factorize(rows["item_id"])[0], pd.factorize(rows["annotator_id"])[0]
    label, classes = pd.factorize(rows["label"])
    first = first_answers(item, who)
    return tally(item[first], label[first], list(classes))


def alpha(counts: Tally, scale: Scale = "nominal", order: tuple[str, ...] = ()) -> float:
    found = agreement(counts, "alpha", scale=scale, order=order).estimate
    assert found is not None
    return round(found, 6)


@pytest.mark.parametrize("name", ["bluebirds", "music_genre", "adultcontent2", "hitspam_copied_consensus"])
def test_alpha_of_one_vendor(name: str) -> None:
    assert alpha(counted(delivered(name))) == facts(name)["krippendorff_alpha_nominal"]


def test_ordinal_alpha_of_site_ratings() -> None:
    known = facts("adultcontent2")["krippendorff_alpha_ordinal"]
    assert alpha(counted(delivered("adultcontent2")), "ordinal", ("G", "P", "R", "X")) == known


@pytest.mark.parametrize("name", ["weather_sentiment_two_vendors", "zencrowd_two_vendors"])
def test_alpha_by_vendor(name: str) -> None:
    known = facts(name)
    assert alpha(counted(delivered(name))) == known["all"]["krippendorff_alpha_nominal"]
    for vendor, figures in known["by_vendor"].items():
        assert alpha(counted(delivered(name, ("vendor", vendor)))) == figures["krippendorff_alpha_nominal"]


def test_alpha_of_dermatologists_and_their_retest() -> None:
    known, rows = facts("dermxdb"), delivered("dermxdb")
    answered = rows[(rows["round"] == "1") & (rows["label"] != "")]
    assert alpha(counted(answered)) == known["diagnosis_round1"]["krippendorff_alpha_nominal"]
    twice = rows[rows["item_id"].isin(rows[rows["round"] == "2"]["item_id"])]
    unit = pd.factorize(twice["item_id"] + twice["annotator_id"])[0]
    same, _ = others_on_item(unit, pd.factorize(twice["label"])[0])
    assert len(np.unique(unit)) == known["retest"]["n_pairs"]
    assert round(float(same.mean()), 6) == known["retest"]["same_label"]
    for person, share in known["retest"]["by_annotator"].items():
        assert round(float(same[(twice["annotator_id"] == person).to_numpy()].mean()), 6) == share


@pytest.mark.parametrize("attribute", sorted(facts("lidc_nodules")["attributes"]))
def test_alphas_of_nodule_ratings(attribute: str) -> None:
    rows = pd.read_csv(DATA / "lidc_nodules" / "delivered_ratings.csv", dtype=str)
    known = facts("lidc_nodules")["attributes"][attribute]
    item = pd.factorize(rows["item_id"])[0]
    label, classes = pd.factorize(rows[attribute])
    scales: tuple[Scale, ...] = ("nominal", "ordinal", "interval")
    for scale in scales:
        assert alpha(tally(item, label, list(classes)), scale) == known[f"alpha_{scale}"]
    four = np.bincount(item)[item] == 4
    found = alpha(tally(item[four], label[four], list(classes)), "ordinal")
    assert found == known["four_reader_nodules"]["alpha_ordinal"]


def test_alpha_of_tokens() -> None:
    folder = DATA / "conll_mturk_spans"
    documents, answers = pd.read_csv(folder / "items.csv"), pd.read_csv(folder / "answers.csv")
    spans = pd.read_csv(folder / "delivered.csv")
    begin = dict(zip(documents["item_id"], documents["n_tokens"].cumsum() - documents["n_tokens"], strict=True))
    length = dict(zip(documents["item_id"], documents["n_tokens"], strict=True))
    classes = ["O", *sorted(spans["label"].unique())]
    marked = dict(list(spans.groupby(["item_id", "annotator_id"])))
    tokens, labels = [], []
    for document, person in zip(answers["item_id"], answers["annotator_id"], strict=True):
        given = np.zeros(length[document], dtype=np.int64)
        if (document, person) in marked:
            for span in marked[document, person].itertuples():
                given[span.start_token : span.end_token] = classes.index(str(span.label))
        tokens.append(begin[document] + np.arange(length[document]))
        labels.append(given)
    found = alpha(tally(np.concatenate(tokens), np.concatenate(labels), classes))
    assert found == facts("conll_mturk_spans")["krippendorff_alpha_token_nominal"]
