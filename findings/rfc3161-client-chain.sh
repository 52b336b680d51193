#!/bin/sh
# A timestamp of `openssl ts` that carries its chain verifies with openssl, and one client cannot read it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check rfc3161-client==1.0.9
openssl version
cat > ca.cnf <<'END'
[ca]
basicConstraints = critical, CA:TRUE
[tsa]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
END
sign() { openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 3650 -extfile ca.cnf \
    -extensions "$3" -out "$1.pem" 2>/dev/null; }
key() { openssl req -new -newkey "rsa:$2" -nodes -keyout "$1.key" -subj "/O=Example/CN=$1" -out "$1.csr" 2>/dev/null; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -subj "/O=Example/CN=root" -days 3650 -out root.pem 2>/dev/null
key middle 2048
sign middle root ca
key stamp 3072 # the longer certificate, which openssl writes first
sign stamp middle tsa
echo "labels" > file.txt
openssl ts -query -data file.txt -sha256 -cert -out query.tsq 2>/dev/null
for chain in "" "-chain middle.pem"; do
    echo 01 > serial
    # shellcheck disable=SC2086
    openssl ts -reply -config ca.cnf -section tsa_config -queryfile query.tsq -signer stamp.pem -inkey stamp.key \
        $chain -out "reply.tsr" 2>/dev/null
    openssl ts -verify -data file.txt -in reply.tsr -CAfile root.pem -untrusted middle.pem 2>&1 | grep Verification
    venv/bin/python - "$chain" <<'END'
import sys
from importlib.metadata import version
from pathlib import Path

from rfc3161_client import decode_timestamp_response

chain = sys.argv[1]
try:
    read = decode_timestamp_response(Path("reply.tsr").read_bytes())
    found = f"reads it, status {read.status}"
except Exception as error:
    found = f"refuses it: {error}"
print("rfc3161-client", version("rfc3161-client"), "with the chain" if chain else "without the chain", found)
assert ("refuses" in found) == bool(chain), "behaves otherwise now"
END
done
