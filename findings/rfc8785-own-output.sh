#!/bin/sh
# What the library wrote itself, read back by the standard reader, it refuses to write again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check rfc8785==0.1.4
"$folder/venv/bin/python" - <<'END'
import json
from importlib.metadata import version

import rfc8785

print("rfc8785", version("rfc8785"))
first = rfc8785.dumps({"bytes_seen": 2.0**53, "share": 1.0})
print("written:", first.decode())
try:
    rfc8785.dumps(json.loads(first))
except rfc8785.IntegerDomainError as error:
    print("read back and written again:", error)
else:
    raise SystemExit("behaves otherwise now")
assert first == b'{"bytes_seen":9007199254740992,"share":1}', "behaves otherwise now"
END
