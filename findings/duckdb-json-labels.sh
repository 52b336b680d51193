#!/bin/sh
# One label that is a list puts quotes round all other labels; ids that look like UUIDs change their case.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check duckdb==2.0.1
cd "$folder"
cat >plain.jsonl <<'END'
{"item_id": "3F9619FF-8B86-4011-B42D-00C04FC964AA", "label": "cat"}
{"item_id": "0E37DF36-F698-41E6-8DD4-CB9CED3DF9BB", "label": "dog"}
END
cat >list.jsonl <<'END'
{"item_id": "i-1", "label": "cat"}
{"item_id": "i-2", "label": ["cat"]}
{"item_id": "i-3", "label": "dog"}
END
venv/bin/python - <<'END'
from importlib.metadata import version

import duckdb

print("duckdb", version("duckdb"))


def column(query: str) -> list[str]:
    return [str(value) for value, in duckdb.sql(query).fetchall()]


ids = column("SELECT item_id FROM 'plain.jsonl'")
labels = column("SELECT CAST(label AS VARCHAR) FROM 'list.jsonl'")
dogs = labels.count("dog")
print("ids:", *ids)
print("labels:", *labels, "| rows with the label dog:", dogs)
assert ids == ["3f9619ff-8b86-4011-b42d-00c04fc964aa", "0e37df36-f698-41e6-8dd4-cb9ced3df9bb"], "otherwise now"
assert labels == ['"cat"', '["cat"]', '"dog"'] and dogs == 0, "behaves otherwise now"
END
