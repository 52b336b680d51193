"""What WeasyPrint leaves to do for PDF/UA-1 beside PDF/A-3a: one identifier, scopes, sorted names."""

from __future__ import annotations

from typing import Any

# ISO 19005-3, 6.6.2.3: a property of another standard must be described by an extension schema. It has
# to stand in the one rdf:RDF element that WeasyPrint writes; a second element is ignored by readers.
_NAMESPACES = (
    b' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
    b' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"'
)
_DESCRIPTION = (
    b'<rdf:Description rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    b'<rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag>'
    b'<rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def with_ua_identifier(metadata: Any) -> None:
    """Make the document's metadata name PDF/UA-1 beside PDF/A-3a."""
    written = metadata.generate_rdf_metadata

    def both(*arguments: Any) -> bytes:
        rdf: bytes = written(*arguments)
        rdf = rdf.replace(b"<rdf:RDF", b"<rdf:RDF" + _NAMESPACES, 1)
        return rdf.replace(b"</rdf:RDF>", _DESCRIPTION + b"</rdf:RDF>", 1)

    metadata.generate_rdf_metadata = both


def finish(_document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher: scopes of table headers, no file listed twice, names in order."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            group = _object(pdf, _object(pdf, element["P"])["P"])["S"]
            element["A"]["Scope"] = "/Column" if group == "/THead" else "/Row"
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))
    reference = pdf.catalog.get("Names", {}).get("EmbeddedFiles")
    if reference:
        names = _object(pdf, reference)["Names"]
        pairs = sorted(zip(names[::2], names[1::2], strict=True), key=lambda pair: pair[0].data)
        names[:] = [part for pair in pairs for part in pair]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
