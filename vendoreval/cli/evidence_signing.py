"""vendoreval evidence: keygen, sign, timestamp."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, exactly, facts, note, say
from vendoreval.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from vendoreval.evidence.signed import PublicKey
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.evidence.signing import How, Signed
    from vendoreval.workflow.evidence.tsa import Authority


class Side(StrEnum):
    """The parties to a contract."""

    buyer = "buyer"
    vendor = "vendor"


KeyOption = Annotated[str, typer.Option("--key", help="The key: its name, or the folder that keygen made.")]
TsaOption = Annotated[
    str, typer.Option("--tsa", help="The address (http or https) of a time-stamping authority (RFC 3161).")
]
TsaCertificate = Annotated[
    Path | None,
    typer.Option(help="Certificates that vouch for the time-stamping authority (PEM), its root among them."),
]
SideOption = Annotated[Side | None, typer.Option("--as", help="The side for which it is signed.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    for command in (keygen, sign, timestamp):
        app.command()(command)


def keygen(
    name: Annotated[str, typer.Argument(help="A short name for the key, such as ada.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder to make. Default: among your own settings.")
    ] = None,
    person: Annotated[str, typer.Option(help="Who signs with it.")] = "",
    organisation: Annotated[str, typer.Option(help="For which organisation.")] = "",
    days: Annotated[int, typer.Option(min=1, help="How long its certificate is valid.")] = 1095,
    certificate: Annotated[
        Path | None, typer.Option(help="A certificate that you have (PEM), instead of a self-signed one.")
    ] = None,
    private_key: Annotated[Path | None, typer.Option(help="The private key of that certificate (PEM).")] = None,
    p12: Annotated[Path | None, typer.Option(help="Certificate and private key in one PKCS#12 file.")] = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for a passphrase that will open the key.")
    ] = False,
    inside_workspace: Annotated[
        bool, typer.Option("--inside-workspace", help="Allow a folder inside a workspace.")
    ] = False,
    json: Json = False,
) -> None:
    """Make keys that sign PDFs, bundles and records; nothing is overwritten."""
    from vendoreval.workflow.evidence.keygen import Company, NewKeys, make_keys
    from vendoreval.workflow.evidence.keys import keys_place

    company = Company(certificate, private_key, p12)
    wanted = NewKeys(name, person, organisation, days, company, passphrase)
    public = make_keys(wanted, out, _passphrase, inside_workspace)
    folder = out or keys_place() / name
    if json:
        return emit({"schema": "vendoreval/keys-made/1", "folder": str(folder), "key": public.to_json()})
    exactly(f"Made {folder}")
    _tell(public, self_signed=not company.given)
    return note("note: keep a copy of the folder in a safe place; a key that is lost cannot be made again.")


def _tell(public: PublicKey, *, self_signed: bool) -> None:
    facts(
        [
            ("Signer", public.whose),
            ("Envelopes, SHA-256", _by_eight(public.fingerprint)),
            ("Certificate, SHA-256", _by_eight(public.certificate_sha256)),
            ("To give away", f"{public.name}.public.json"),
        ]
    )
    if self_signed:
        say("The certificate is signed by itself: it shows who signed only to those whom you told its SHA-256.")
    say("Tell the other side both SHA-256 by another way than the file, such as the telephone.")


def _by_eight(digits: str) -> tuple[str, str]:
    """Hexadecimal digits as they are read aloud, in two lines."""
    groups = [digits[place : place + 8] for place in range(0, len(digits), 8)]
    return " ".join(groups[:4]), " ".join(groups[4:])


def sign(
    key: KeyOption,
    file: Annotated[
        Path | None, typer.Argument(help="What to sign: a PDF, a bundle, or any record. Not with --log.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Sign the head of this workspace's log.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write it. Default: PDF and bundle in place, else FILE.dsse.json."),
    ] = None,
    side: SideOption = None, tsa: TsaOption = "", tsa_certificate: TsaCertificate = None, json: Json = False,
) -> None:  # fmt: skip
    """Sign a PDF, a bundle, any record, or the log's head; with --tsa an authority puts its time on it."""
    from vendoreval.workflow.evidence.signing import sign_file, sign_log

    if log == bool(file):
        raise UsageError("Name a file to sign, or say --log.")
    how = opened(key, side, tsa, tsa_certificate)
    if file:
        return _report(sign_file(file, how, out, _workspace()), how, json)
    from vendoreval.workflow import workspaces

    return _report(sign_log(workspaces.open_workspace(), how, out or Path("log-head.dsse.json")), how, json)


def timestamp(
    file: Annotated[Path, typer.Argument(help="What an authority will put its time on.")],
    tsa: TsaOption, tsa_certificate: TsaCertificate = None,
    out: Annotated[Path | None, typer.Option(help="Where to write it. Default: FILE.tsr.")] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Have a time-stamping authority (RFC 3161) put its time on a file's SHA-256."""
    from vendoreval.workflow.evidence.signing import stamp_file

    made = stamp_file(file, _authority(tsa, tsa_certificate), out)
    if json:
        return emit(made.to_json())
    return _say_stamp(made)


def opened(key: str, side: Side | None, tsa: str, tsa_certificate: Path | None) -> How:
    """The key, opened, and how to sign with it; warnings go to stderr."""
    from vendoreval.workflow.evidence.keys import open_keys
    from vendoreval.workflow.evidence.signing import How

    if tsa_certificate and not tsa:
        raise UsageError("--tsa-certificate vouches for an authority.", remedy="Name it with --tsa.")
    signer = open_keys(key, _passphrase)
    for warning in signer.warnings:
        note(f"warning: {warning}")
    return How(signer, side.value if side else "", _authority(tsa, tsa_certificate) if tsa else None)


def how_to_sign(key: str, tsa: str, tsa_certificate: Path | None) -> How | None:
    """How a report is signed by those whom it is from; None where it is not."""
    if not key:
        if tsa or tsa_certificate:
            raise UsageError("A timestamp is put on a signature.", remedy="Name a key with --sign.")
        return None
    return opened(key, Side.buyer, tsa, tsa_certificate)


def _authority(tsa: str, tsa_certificate: Path | None) -> Authority:
    from vendoreval.workflow.evidence.tsa import Authority
    from vendoreval.workflow.files import read_bytes

    return Authority(tsa, read_bytes(tsa_certificate) if tsa_certificate else b"")


def _workspace() -> Workspace | None:
    """The workspace whose log's head is noted; a signer may stand in none."""
    from vendoreval.workflow import workspaces

    try:
        return workspaces.open_workspace()
    except WorkspaceError:
        return None


def _passphrase() -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "The key needs a passphrase.", remedy="Set VENDOREVAL_KEY_PASSPHRASE, or run it in a terminal."
        )
    return str(typer.prompt("Passphrase", hide_input=True, err=True))


def _report(made: Signed, how: How, json: bool) -> None:
    if json:
        return emit(made.to_json())
    words = {
        "pdf": "the PDF; its bytes before are unchanged",
        "bundle": "the bundle, by the SHA-256 of bundle.json",
        "record": "the record, in an envelope beside it",
        "log": "the head of the log",
    }
    say(f"Signed {words[made.kind]}, as {how.signer.public.whose}.")
    exactly(f"Wrote {made.file}")
    if made.stamp:
        _say_stamp(made)
    if made.head_noted:
        note("note: the head of the log is noted in the key folder; check it with status --verify --key.")
    return None


def _say_stamp(made: Signed) -> None:
    stamp = made.stamp
    assert stamp is not None
    say(f"{stamp.tsa or 'The authority'} says {stamp.at:%Y-%m-%d %H:%M:%S} UTC.")
    if made.stamp_file:
        exactly(f"Wrote {made.stamp_file}")
    if not stamp.shown:
        note("note: whose timestamp it is was not checked: give --tsa-certificate.")
