"""E-books as Calibre, Sigil and pandoc write them."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

CONTAINER = (
    '<container><rootfiles><rootfile full-path="OEBPS/content.opf"'
    ' media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PAGE = (
    '<?xml version="1.0"?><html xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{}</body></html>'
)
EPUB2 = """<package xmlns:opf="o"><metadata>
<dc:title>The Whale</dc:title><dc:creator opf:role="aut">Ann Author</dc:creator>
<dc:creator opf:role="ill">Ian Ink</dc:creator><dc:language>en_US</dc:language>
<meta name="calibre:series" content="Seas"/><meta name="calibre:series_index" content="2.0"/>
<meta name="cover" content="pic"/></metadata><manifest>
<item id="one" href="Text/one%20a.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="Text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="note" href="Text/note.xhtml" media-type="application/xhtml+xml"/>
<item id="pic" href="c.jpg" media-type="image/jpeg"/><item id="ncx" href="toc.ncx"
 media-type="application/x-dtbncx+xml"/></manifest>
<spine toc="ncx"><itemref idref="two"/><itemref idref="one"/><itemref idref="note" linear="no"/></spine></package>"""
NCX = """<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx><navMap>
<navPoint><navLabel><text>Call me</text></navLabel><content src="Text/two.xhtml"/>
<navPoint><navLabel><text>Deeper</text></navLabel><content src="Text/two.xhtml#deep"/></navPoint></navPoint>
<navPoint><navLabel><text>1. The end</text></navLabel><content src="Text/one%20a.xhtml"/></navPoint></navMap></ncx>"""
EPUB3 = """<package><metadata><dc:title>The Whale</dc:title><dc:creator id="a">Ann Author</dc:creator>
<meta refines="#a" property="role">aut</meta><dc:language>en</dc:language>
<meta property="belongs-to-collection" id="c">Seas</meta>
<meta refines="#c" property="group-position">2</meta></metadata>
<manifest><item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="one" href="Text/one%20a.xhtml"/><item id="two" href="Text/two.xhtml"/>
<item id="p" href="c.jpg" properties="cover-image" media-type="image/jpeg"/></manifest>
<spine><itemref idref="n"/><itemref idref="two"/><itemref idref="one"/></spine></package>"""
NAV = PAGE.format(
    '<nav epub:type="toc"><ol><li><a href="Text/two.xhtml">Call <i>me</i></a><ol><li><a href="Text/two.xhtml#deep">'
    'Deeper</a></li></ol></li><li><a href="Text/one%20a.xhtml">1. The end</a></li></ol></nav>'
    '<nav epub:type="page-list"><ol><li><a href="Text/two.xhtml#p">9</a></li></ol></nav>'
)
TWO = PAGE.format(
    '<h1>Call me</h1><p>Some years<a epub:type="noteref" href="#f">1</a> ago.</p>'
    '<h2 id="deep">II. Deeper</h2><h2>Deeper still</h2>'
    '<p>Water<span epub:type="pagebreak" id="p">9</span>y part.</p><h3>An aside</h3>'
    '<aside epub:type="footnote" id="f">Never mind.</aside>'
)
ONE = PAGE.format('<h1>Chapter 1</h1><h1>The End</h1><script src="x"/><p>I only am escaped.</p>')
FILES = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/content.opf": EPUB2,
    "OEBPS/toc.ncx": NCX,
    "OEBPS/Text/one a.xhtml": ONE,
    "OEBPS/Text/two.xhtml": TWO,
    "OEBPS/Text/note.xhtml": PAGE.format("<p>A note.</p>"),
    "OEBPS/c.jpg": "JPEG",
}
FILES3 = {**FILES, "OEBPS/content.opf": EPUB3, "OEBPS/nav.xhtml": NAV}


def make_book(file: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    """Write an e-book with these files."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, content in files.items():
            archive.writestr(name, content)
    return file
