#!/bin/sh
# A dask cluster whose dashboard is turned off, as its documentation says, still serves its pages on port 8787.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check distributed==2026.8.0 dask==2026.8.0
cat > "$folder/ask.py" <<'END'
from importlib.metadata import version
from urllib.request import urlopen

from dask.distributed import LocalCluster

if __name__ == "__main__":
    told = " ".join(LocalCluster.__doc__.split())
    assert "Set to ``None`` to disable the dashboard" in told, "is documented otherwise now"
    print("distributed", version("distributed"))
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        server = cluster.scheduler.http_server
        with urlopen(f"http://127.0.0.1:{server.port}/health") as page:
            print(f"dashboard_address=None: port {server.port} answers {page.status} {page.read().decode()!r}")
            assert page.status == 200, "behaves otherwise now"
END
"$folder/venv/bin/python" -W ignore "$folder/ask.py"
