"""The inputs of the cost model: read from a small TOML file, completed with explained defaults.

A file may hold `[vendor.ID.section]` tables, whose values count for that vendor only, quoted prices for
other accuracies (`[[quote]]`), and `[range]` entries for the tornado.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vendoreval.contracts.fields import Section
from vendoreval.costs.fields import BY_NAME, FIELDS, FIX_FACTOR, SECTIONS
from vendoreval.errors import InvalidDocument, Problem
from vendoreval.numerals import SHARE
from vendoreval.tomlfile import parse_toml

SCHEMA = "vendoreval/cost-inputs/1"
Range = tuple[float, float]


@dataclass(frozen=True)
class Quote:
    """A price that was quoted for a guaranteed accuracy."""

    accuracy: float
    price: float


@dataclass(frozen=True)
class CostInputs:
    """All inputs of one offer, complete. `values` by name (`delay.weeks`); money in major units.

    `given` are the names that the file or an audit gave, the others are defaults. `ranges` replace the
    tornado's usual one half less and more.
    """

    name: str
    currency: str
    values: Mapping[str, float]
    given: frozenset[str]
    quotes: tuple[Quote, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def changed(self, values: Mapping[str, float]) -> CostInputs:
        """The same inputs with other values, by name."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class CostFile:
    """What one file says: common values, and those of single vendors."""

    name: str
    currency: str
    values: Mapping[str, float]
    vendors: Mapping[str, Mapping[str, float]]
    quotes: tuple[Quote, ...]
    ranges: Mapping[str, Range]
    file: str = "the inputs"

    def price_of(self, vendor: str) -> float | None:
        """The price of a label of this vendor, where the file names one."""
        return {**self.values, **self.vendors.get(vendor, {})}.get("labels.price")

    def inputs(
        self,
        vendor: str | None = None,
        known: Mapping[str, float] | None = None,
        measured: Mapping[str, float] | None = None,
    ) -> CostInputs:
        """The complete inputs of an offer.

        `known` (from a contract) yields to what the file says, which yields to what was `measured`.
        Raises InvalidDocument when a value is missing that has no default.
        """
        own = self.vendors.get(vendor or "", {})
        given = {**(known or {}), **self.values, **own, **(measured or {})}
        missing = [f for f in FIELDS if f.default is None and f.name not in given and f.name != "rework.fix"]
        if missing:
            wanted = (Problem(0, f.name, f"is missing: {f.meaning}.") for f in missing)
            raise InvalidDocument(self.file, tuple(wanted))
        values = {f.name: given.get(f.name, f.default) for f in FIELDS}
        if values["rework.fix"] is None:
            values["rework.fix"] = FIX_FACTOR * given["labels.price"]
        complete = {name: float(value) for name, value in values.items() if value is not None}
        name = vendor or self.name
        return CostInputs(name, self.currency, complete, frozenset(given), self.quotes, self.ranges)


def parse_costs(text: str, file: str = "cost.toml") -> CostFile:
    """Read an input file. Raises InvalidDocument with all problems at once, each with its line."""
    document = parse_toml(text.removeprefix("\ufeff"), file)
    top = Section(document, document.data)
    schema = top.text("schema", want=f'"{SCHEMA}"')
    if schema and schema != SCHEMA:
        top.problem("schema", f"{schema!r} cannot be read by this version.", f'Write "{SCHEMA}".')
    name, currency = top.text("name", "the offer"), top.text("currency", "USD")
    values = _sections(top)
    vendors: dict[str, Mapping[str, float]] = {}
    tables = top.section("vendor")
    for vendor in tables.table if tables else ():
        own = tables.section(vendor) if tables else None
        if own is not None:
            vendors[vendor] = _sections(own)
            own.finish()
    quotes = tuple(_quote(section) for section in top.sections("quote"))
    ranges = _ranges(top.section("range"))
    top.finish()
    if top.problems:
        raise InvalidDocument(file, tuple(sorted(set(top.problems))))
    ordered = tuple(sorted(quotes, key=lambda quote: quote.accuracy))
    return CostFile(name, currency, values, vendors, ordered, ranges, file)


def _sections(top: Section) -> dict[str, float]:
    values: dict[str, float] = {}
    for title in SECTIONS:
        section = top.section(title)
        if section is None:
            continue
        for one in FIELDS:
            if one.section == title:
                value = _value(section, one.key, one.kind)
                if section.has(one.key):
                    values[one.name] = value
        section.finish()
    return values


def _value(section: Section, key: str, kind: str) -> float:
    if kind == "flag":
        return float(section.flag(key, False))
    number = section.number(key, one_percent=SHARE if kind == "share" else None)
    if number is None:
        return 0.0
    if kind == "share" and number > 1:
        section.problem(key, f"{number} does not lie between 0 and 1.", "For 97 % write 0.97.")
    if kind == "count" and number != int(number):
        section.problem(key, f"{number} is no whole number.")
    if (section.label[-1], key) in (("labels", "units"), ("acceptance", "rounds")) and number < 1:
        section.problem(key, "must be at least 1.")
    if (section.label[-1], key) == ("labels", "classes") and number < 2:
        section.problem(key, "must be at least 2.")
    return float(number)


def _quote(section: Section) -> Quote:
    accuracy, price = section.number("accuracy", one_percent=SHARE), section.number("price")
    for key, value in (("accuracy", accuracy), ("price", price)):
        if value is None and not section.has(key):
            section.problem(key, "is missing.")
    if accuracy is not None and not 0 < accuracy < 1:
        section.problem("accuracy", f"{accuracy} does not lie between 0 and 1.", "For 97 % write 0.97.")
    section.finish()
    return Quote(float(accuracy or 0), float(price or 0))


def _ranges(section: Section | None) -> dict[str, Range]:
    if section is None:
        return {}
    ranges: dict[str, Range] = {}
    for name in section.table:
        ends = section.table[name]
        if name not in BY_NAME:
            section.problem(name, "is no input of the cost model.", 'Write it like "delay.weeks".')
        elif not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(end) for end in ends):
            section.problem(name, "must be two numbers, the lowest and the highest.", "Write [1, 6].")
        else:
            ranges[name] = (float(ends[0]), float(ends[1]))
    return ranges


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def template() -> str:
    """An input file to fill in: every input with its meaning, its default and where that comes from."""
    lines = [
        "# What a label really costs. `vendoreval cost FILE` computes it; every input stands here.",
        "# A line with `#` in front is a default: take the sign away and write your own figure.",
        "",
        f'schema = "{SCHEMA}"',
        'name = "Vendor A"',
        'currency = "USD"',
    ]
    needed = {"labels.units": "100000", "labels.price": '"0.04"', "labels.accuracy": "0.90"}
    for section, title in SECTIONS.items():
        lines += ["", f"# {title}", f"[{section}]"]
        for one in FIELDS:
            if one.section != section:
                continue
            if one.name in needed:
                lines.append(f"{one.key} = {needed[one.name]} # {one.meaning}")
                continue
            default = '"0.08"' if one.default is None else _written(one.default, one.kind)
            lines += [f"# {one.meaning}; default {one.source}", f"# {one.key} = {default}"]
    lines += [
        "",
        "# Prices quoted for other accuracies: they tell which accuracy is worth paying for.",
        "# [[quote]]",
        "# accuracy = 0.98",
        '# price = "0.07"',
        "",
        "# The tornado moves each input by one half; write a range of your own here.",
        "# [range]",
        '# "delay.weeks" = [1, 6]',
        "",
        "# What holds for one vendor only, in comparisons.",
        "# [vendor.acme.delay]",
        "# weeks = 3",
        "",
    ]
    return "\n".join(lines)


def _written(value: float, kind: str) -> str:
    if kind == "flag":
        return "true" if value else "false"
    return f'"{value:.2f}"' if kind == "money" else f"{value:g}"
