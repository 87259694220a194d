"""What a picture says of itself: title, description, licence, author and sources, inside the file.

The names are those that image programs, libraries and search engines read: Dublin Core, XMP Rights, Creative Commons and
the IPTC Photo Metadata Standard 2021.1 (alternative text and extended description), all in one XMP packet.
"""

from __future__ import annotations

import io
import re
from xml.sax.saxutils import escape, quoteattr

from matplotlib.figure import Figure
from PIL.PngImagePlugin import PngInfo

from . import records
from .records import Record

_NAMES = {"dc": "http://purl.org/dc/elements/1.1/", "xmpRights": "http://ns.adobe.com/xap/1.0/rights/", "cc": "http://creativecommons.org/ns#",
          "photoshop": "http://ns.adobe.com/photoshop/1.0/", "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"}


def xmp(record: Record, sources: str, credit: str) -> str:
    """The XMP packet of a figure; ``sources`` and ``credit`` are the lines that stand in the picture."""
    book = records.book()
    words = {"dc:title": record.title, "dc:description": record.alt, "dc:rights": f"{book['authors']}, {book['license']}",
             "xmpRights:UsageTerms": f"{book['license']}, {book['license_address']}",
             "Iptc4xmpCore:AltTextAccessibility": record.alt, "Iptc4xmpCore:ExtDescrAccessibility": record.description}
    plain = {"dc:source": sources, "dc:type": "Image", "photoshop:Credit": credit, "xmpRights:Marked": "True",
             "xmpRights:WebStatement": book["license_address"]}
    lines = [f"<{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{escape(text)}</rdf:li></rdf:Alt></{name}>" for name, text in words.items()]
    lines += [f"<dc:creator><rdf:Seq><rdf:li>{escape(book['authors'])}</rdf:li></rdf:Seq></dc:creator>", "<dc:language><rdf:Bag><rdf:li>en</rdf:li></rdf:Bag></dc:language>",
              f"<cc:license rdf:resource={quoteattr(book['license_address'])}/>"]
    lines += [f"<{name}>{escape(text)}</{name}>" for name, text in plain.items()]
    spaces = " ".join(f'xmlns:{short}="{address}"' for short, address in _NAMES.items())
    return ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
            f'<rdf:Description rdf:about="" {spaces}>\n' + "\n".join(lines) + '\n</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>')


def png(fig: Figure, record: Record, packet: str) -> bytes:
    """The figure as PNG, with the packet where readers look for it and the plain fields of the PNG standard."""
    book, info = records.book(), PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet)
    for key, text in {"Title": record.title, "Author": book["authors"], "Description": record.alt, "Copyright": f"{book['license']}, {book['license_address']}"}.items():
        info.add_itxt(key, text)
    return _saved(fig, "png", pil_kwargs={"pnginfo": info})


def svg(fig: Figure, record: Record) -> str:
    """The figure as SVG with title, description, role and licence; its fonts are not in it yet."""
    book = records.book()
    text = _saved(fig, "svg", metadata={"Title": record.title, "Description": record.alt, "Creator": book["authors"], "Rights": book["license"],
                                        "Language": "en", "Date": None}).decode("utf-8")
    text = re.sub(r"<svg ", '<svg role="img" xml:lang="en" ', text, count=1)
    text = re.sub(r"(</cc:Work>)", lambda m: f"<cc:license rdf:resource={quoteattr(book['license_address'])}/>{m[1]}", text, count=1)
    return re.sub(r"(</title>)", lambda m: f"{m[1]}<desc>{escape(record.alt)}</desc>", text, count=1)


def pdf(fig: Figure, record: Record, packet: str) -> bytes:
    """The figure as PDF with the packet, its language, and its title in the window's bar."""
    import pikepdf      # only here: it is not to be had in a browser, where figures are drawn and no PDF is made

    plain = _saved(fig, "pdf", metadata={"Title": record.title, "Subject": record.alt, "Author": records.book()["authors"],
                                         "CreationDate": None, "Producer": None, "Creator": None})
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as file:
        file.Root.Lang = pikepdf.String("en")
        file.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        file.Root.Metadata = file.make_stream(packet.encode("utf-8"), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        file.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _saved(fig: Figure, form: str, **how) -> bytes:
    out = io.BytesIO()
    fig.savefig(out, format=form, **how)
    return out.getvalue()
