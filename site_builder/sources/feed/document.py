"""Parses the bytes of a feed as XML, whatever its encoding really is, within limits. Pure.

https://encoding.spec.whatwg.org/ reads ISO-8859-1 as Windows-1252, as every browser does.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from site_builder.errors import UnusableSource
from site_builder.net.content import unzip
from site_builder.net.failures import Unanswered

LARGEST = 40_000_000
"""Bytes of a feed, or of a page of one; the largest known have 20 MB."""
_MOST_ENTITIES = 300_000
"""Of HTML's in the XML, `&eacute;`; each becomes an object, and feeds that know XML have none."""
_KNOWN_ENTITIES = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#")
_MOST_TAGS = 1_500_000
"""Opening and closing ones, those in notes included: ten thousand episodes have a million."""
_REFERENCE = re.compile(rb"&#(?:[xX]0*[dD][0-9a-fA-F]{3}|0*5[5-7][0-9]{3});")
"""To characters among which halves of UTF-16 pairs are."""
_HALVES = re.compile(rb"<!\[CDATA\[.*?\]\]>|(?:" + _REFERENCE.pattern + rb")+", re.DOTALL)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})")
_UTF_8 = {"", "utf-8", "utf8", "utf-8-sig", "us-ascii", "ascii", "utf8mb4", "unicode"}
_LATIN = {"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "cp1252", "iso-8859-15"}


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """What could be read."""

    channel: Any
    """The element `channel`; None where there is none."""
    remarks: list[str] = field(default_factory=list)
    """What was wrong with it, a sentence each."""


def parse_document(content: bytes, name: str) -> XmlDocument:
    """The channel of a feed; `name` is what a person calls it.

    Raises:
        UnusableSource: it is too large, or damaged where it is compressed.
    """
    content = _mend_references(_unzip(content, name).lstrip(b" \t\r\n\0"))
    if len(content) > LARGEST or content.count(b"<") > _MOST_TAGS or _count_entities(content) > _MOST_ENTITIES:
        raise UnusableSource(f"{name} is longer than {LARGEST // 1_000_000} MB, or has more tags than any feed")
    remarks: list[str] = []
    text, encoding = _find_encoding(content, remarks)
    parser = _make_parser(encoding)
    root = _parse(text, parser)
    if root is None and encoding is None:  # an encoding that nobody knows
        parser = _make_parser("utf-8")
        root = _parse(_as_utf_8(content), parser)
    wrong = [entry for entry in parser.error_log if entry.domain != etree.ErrorDomains.NAMESPACE]
    if wrong:
        remarks.append(f"line {wrong[0].line} of the feed is not well-formed; what could be read was taken")
    children = root if root is not None else ()
    named = (child for child in children if isinstance(child.tag, str))
    channel = next((child for child in named if child.tag.rpartition("}")[2] == "channel"), None)
    return XmlDocument(channel, remarks)


def _mend_references(content: bytes) -> bytes:
    """Makes one reference of two that are halves of a UTF-16 pair, and U+FFFD of half a pair, as browsers do.

    XML has no such characters (https://www.w3.org/TR/xml/#charsets), but makers of feeds write emoji so, and lxml ends
    in an exception.
    """
    return _HALVES.sub(lambda found: found[0] if found[0].startswith(b"<") else _join_halves(found[0]), content)


def _join_halves(references: bytes) -> bytes:
    written = _REFERENCE.findall(references)
    numbers = [int(one[3:-1], 16) if one[2:3] in b"xX" else int(one[2:-1]) for one in written]
    utf_16 = b"".join(chr(number).encode("utf-16-le", "surrogatepass") for number in numbers)
    return "".join(f"&#{ord(character)};" for character in utf_16.decode("utf-16-le", "replace")).encode()


def _count_entities(content: bytes) -> int:
    return content.count(b"&") - sum(map(content.count, _KNOWN_ENTITIES))


def _unzip(content: bytes, name: str) -> bytes:
    """A file that is compressed as it lies there, without its server saying so."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    unzipped = bytearray()
    try:
        for piece in unzip([content]):
            unzipped += piece
            if len(unzipped) > LARGEST:
                break
    except Unanswered as error:
        raise UnusableSource(f"{name} cannot be read: {error}") from None
    return bytes(unzipped)


def _make_parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, encoding=encoding
    )


def _parse(content: bytes, parser: etree.XMLParser) -> Any:
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def _find_encoding(content: bytes, remarks: list[str]) -> tuple[bytes, str | None]:
    """The feed and its encoding; None leaves that to its XML declaration and byte order mark."""
    declared = _DECLARED.match(content)
    name = declared[1].decode().lower() if declared else ""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:4]:
        return content, None
    if name not in _UTF_8 | _LATIN:
        return content, None
    bad = _find_no_utf_8(content)
    if bad is None:
        if name in _LATIN and not content.isascii():
            remarks.append(f"the feed says that it is {name} and is UTF-8; it was read as that")
        return content, "utf-8"
    if name in _UTF_8:
        line = content.count(b"\n", 0, bad) + 1
        remarks.append(f"line {line} of the feed holds letters that are not UTF-8; they were read as Windows-1252")
        return _as_utf_8(content), "utf-8"
    if name == "iso-8859-15":
        return content, None
    return content.decode("latin-1").translate(_WINDOWS).encode(), "utf-8"


def _find_no_utf_8(content: bytes) -> int | None:
    """Where the first byte is that cannot be; None where all is well."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), 1 << 20):
        try:
            decoder.decode(content[start : start + (1 << 20)])
        except UnicodeDecodeError as error:
            return max(start + error.start - 3, 0)
    return None if not decoder.getstate()[0] else len(content) - 1


def _as_utf_8(content: bytes) -> bytes:
    """What is UTF-8 stays; other bytes are letters of Windows-1252."""
    return content.decode("utf-8", _ERRORS).encode("utf-8", "ignore")


def _read_as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    run = _NO_UTF_8.match(error.object, error.start)
    end = run.end() if run else error.end  # many at once: a call for each letter of a large feed takes minutes
    return error.object[error.start : end].decode("latin-1").translate(_WINDOWS), end


_LETTER = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_NO_UTF_8 = re.compile(rb"(?:(?!%b)[\x80-\xff]|[\x20-\x7e](?=[\x80-\xff])){1,100000}+" % _LETTER)
"""Bytes of which none begins a letter of UTF-8, plain ones between them included."""
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
"""Where Windows-1252 has letters and ISO-8859-1 has control characters."""
_ERRORS = "spacecast-windows-1252"
codecs.register_error(_ERRORS, _read_as_windows)
