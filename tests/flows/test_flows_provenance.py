"""What a certificate says on its first page of gold, draws, other audits and filters, from real commands."""

from __future__ import annotations

import csv
import json

from tests.conftest import ROOT, Cli

DATA = ROOT / "samples" / "weather_sentiment"
TERMS = ROOT / "samples" / "contracts" / "weather-sentiment.toml"
CONTRACT = "weather-sentiment-2026"


def on(day: int) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"2026-03-{day:02d}T09:00:00+00:00", "VENDOREVAL_ACTOR": "alice"}


def provenance(cli: Cli, audit: str, day: int) -> dict[str, str]:
    cli("report", "audit", audit, "--out", f"{audit}.json", env=on(day))
    view = json.loads((cli.folder / f"{audit}.json").read_text("utf-8"))
    return {name: text.replace("\u00a0", " ") for name, text in view["provenance"]}


def test_certificates_of_one_delivery_name_each_other(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", TERMS, env=on(1))
    cli("gold", "add", DATA / "gold.csv", "--id", "gold-1", "--contract", CONTRACT, env=on(1))
    cli("gold", "commit", "gold-1", "--out", "receipt.json", env=on(2))
    words = ("--id", "batch-1", "--contract", CONTRACT, "--where", "vendor=crowdflower")
    cli("delivery", "add", DATA / "delivered.csv", *words, env=on(3))
    cli("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", code=3, env=on(4))
    first = provenance(cli, "audit-1", 4)
    assert first["Gold made by"] == "Added by alice on 1 March 2026. The file does not say who made it."
    assert first["Gold drawn"].startswith("300 items, chosen by the buyer; nothing shows")
    assert first["Gold committed"] == "Before the delivery was received, on 2 March 2026."
    assert (first["Audited before"], first["Other gold sets"]) == ("Never.", "None for this contract.")
    assert (
        first["Rows left out"] == "6,030 of 7,750 rows by the buyer’s filter vendor=crowdflower (mturk 6,030)."
    )

    with (DATA / "gold.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (cli.folder / "late.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item_id", "label", "expert"])
        writer.writerows([row["item_id"], row["label"], ("eve", "fritz")[k % 2]] for k, row in enumerate(rows))
    cli("gold", "add", "late.csv", "--id", "gold-2", "--contract", CONTRACT, env=on(5))
    cli("audit", "tasks", "batch-1", "--id", "sample-1", "--items", "20", "--out", "tasks.csv", env=on(6))
    cli("audit", "run", "batch-1", "--gold", "gold-2", "--id", "audit-2", code=3, env=on(7))
    second = provenance(cli, "audit-2", 7)
    assert second["Gold made by"].endswith("The file names expert: eve and fritz.")
    assert second["Gold committed"] == "Never: nothing shows that it stood before the labels were seen."
    assert second["Audited before"] == (
        "audit-1 on 4 March 2026, with gold gold-1: breached; sample-1 on 6 March 2026: drawn, not finished."
    )
    assert second["Other gold sets"] == "gold-1, 300 items, committed to on 2 March 2026."
    # the first certificate, printed again, tells what came since
    again = provenance(cli, "audit-1", 8)
    assert again["Audited since"] == (
        "sample-1 on 6 March 2026: drawn, not finished; audit-2 on 7 March 2026, with gold gold-2: breached."
    )
    assert again["Other gold sets"] == "gold-2, 300 items, not committed to."
