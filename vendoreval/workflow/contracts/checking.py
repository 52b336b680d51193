"""A contract file explained before it is agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.contracts.explain import explain
from vendoreval.contracts.joint import joint_risk
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.contracts.weaknesses import Weakness, warnings
from vendoreval.designs.power_tables import FACTORS, ClausePower, power_tables
from vendoreval.workflow.files import read_text


@dataclass(frozen=True)
class ContractCheck:
    """A contract explained: what each term means, which are weak, what samples would catch."""

    contract: Contract
    sentences: tuple[str, ...]
    weak: tuple[Weakness, ...]
    power: tuple[ClausePower, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/contract-check/1",
            "contract": self.contract.id,
            "sentences": list(self.sentences),
            "warnings": [dict(vars(w)) for w in self.weak],
            "joint_risk": joint_risk(self.contract).to_json(),
            "factors": list(FACTORS),
            "power": [
                {"clause": p.clause, "needed": p.needed, "rows": [dict(vars(row)) for row in p.rows]}
                for p in self.power
            ],
        }


def check_contract(path: Path | str) -> ContractCheck:
    """Read and explain a contract file. Raises InvalidDocument with all problems at once."""
    contract = parse_contract(read_text(Path(path)), Path(path).name)
    found = tuple(warnings(contract))
    return ContractCheck(contract, tuple(explain(contract)), found, power_tables(contract))
