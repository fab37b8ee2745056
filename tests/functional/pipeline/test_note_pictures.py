"""Pictures in notes and free pages: made smaller, nothing but pixels; missing ones are told, foreign ones left out."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image
from show_runner import build, copy_show, find_bundle, grep, make_show, make_two_spaces

SECRET = "NobodysBusiness"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, built."""
    show = make_show(tmp_path_factory.mktemp("pair") / "show", make_two_spaces())
    build(show)
    return show


def draw(file: Path, width: int = 2000, height: int = 1000) -> None:
    """A photograph that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    file.parent.mkdir(exist_ok=True)
    form = "JPEG" if file.suffix.lower() in {".jpg", ".jpeg"} else file.suffix[1:].upper()
    options = {"comment": SECRET} if form == "JPEG" else {}
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, form, exif=exif, **options)


def add(show: Path, notes: str) -> Path:
    """Write at the end of the first episode's notes."""
    index = find_bundle(show, "2026-10-09") / "index.md"
    index.write_text(f"{index.read_text()}\n{notes}\n")
    return index


def read_notes(show: Path) -> str:
    """`content:encoded` of the first episode."""
    root = etree.parse(show / "output/feed.xml")
    found = root.findall(".//{http://purl.org/rss/1.0/modules/content/}encoded")
    return str(found[-1].text)


def test_a_picture_is_in_the_page_and_in_the_feed(pair: Path, tmp_path: Path) -> None:
    """Smaller copies, width and height, the description; in the feed by its whole address; nothing but pixels."""
    show = copy_show(pair, tmp_path / "show")
    draw(find_bundle(show, "2026-10-09") / "pictures/the map.jpg")
    add(
        show,
        '![A "map" of <it>](pictures/the%20map.jpg "T")\n\n<img src="pictures/the map.jpg" alt="again" onerror=x>',
    )
    assert build(show)["warnings"] == []
    page = (show / "output/episodes/signals-in-the-dark-explained/index.html").read_text()
    shown = re.search(
        r'<img src="../../(artwork/notes-[0-9a-f]+\.jpg)" alt="A &quot;map&quot; of &lt;it&gt;"[^>]*>', page
    )
    assert shown
    assert 'width="1600" height="800"' in shown[0]
    smaller = re.search(r"../../(artwork/notes-[0-9a-f]+\.webp) 800w", shown[0])
    assert smaller
    for path, size in ((shown[1], (1600, 800)), (smaller[1], (800, 400))):
        with Image.open(io.BytesIO((show / "output" / path).read_bytes())) as picture:
            assert picture.size == size
    assert f'src="https://example.org/show/{shown[1]}"' in read_notes(show)
    assert "../" not in read_notes(show)
    assert "onerror" not in page
    assert grep(show / "output", SECRET, "the map.jpg", "the%20map") == []


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif", "a.tiff", "a.jpeg"])
def test_every_format_that_can_be_read_will_do(name: str, pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    draw(find_bundle(show, "2026-10-09") / name, 300, 200)
    add(show, f"![x](./{name})")
    build(show)
    assert re.search(r'notes-[0-9a-f]+\.jpg" alt="x" width="300" height="200"', read_notes(show))
    assert grep(show / "output", SECRET) == []


def test_pictures_in_pages(pair: Path, tmp_path: Path) -> None:
    """The same, from beside the page; a clock in a page is text; what is embedded from elsewhere is told."""
    show = copy_show(pair, tmp_path / "show")
    draw(show / "content/pages/us.jpg", 400, 300)
    frame = '<iframe src="https://video.example/1"></iframe>'
    (show / "content/pages/us.md").write_text(f"---\ntitle: Us\n---\n![We](us.jpg)\n\n9:30 doors open\n\n{frame}\n")
    report = build(show)
    page = (show / "output/us/index.html").read_text()
    path = re.search(r'src="../(artwork/notes-[0-9a-f]+\.jpg)" alt="We"', page)
    assert path
    assert (show / "output" / path[1]).is_file()
    assert "<p>9:30 doors open</p>" in page
    (warning,) = report["warnings"]
    assert "pages/us.md:8: <iframe> is taken out" in warning
    assert grep(show / "output", SECRET, "video.example") == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("![x](gone.jpg)", "there is no file 'gone.jpg'"),
        ("![x](Map.JPG)", "did you mean `map.jpg`?"),
        ('<img src="gone.jpg">', "there is no file 'gone.jpg'"),
        ("![x][m]\n\n[m]: gone.jpg", "there is no file 'gone.jpg'"),
        ("![x](../../people.jpg)", "has to lie beside this file"),
        ("![x](/etc/passwd)", "has to lie beside this file"),
        ("![x](%2e%2e/%2e%2e/people.yaml)", "has to lie beside this file"),
        ("![x](recording-0.aac)", "no picture that can be read"),
        ("![x](drawing.svg)", "SVG"),
        ("![x](phone.heic)", "HEIC"),
        ("![x](pictures)", "there is no file"),
    ],
)
def test_what_is_not_there_is_told_with_its_line(written: str, said: str, pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    bundle = find_bundle(show, "2026-10-09")
    draw(bundle / "map.jpg")
    (bundle / "pictures").mkdir()
    (bundle / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (bundle / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    line = add(show, written).read_text().count("\n") - written.count("\n")
    (failure,) = build(show, code=1)["failures"]
    assert said in failure
    assert f"index.md:{line}" in failure or "[m]" in written
    assert "<img" not in read_notes(show)


@pytest.mark.parametrize(
    "written",
    [
        "![A map](https://elsewhere.example/pixel.png)",
        "![A map](http://elsewhere.example/pixel.png)",
        "![A map](//elsewhere.example/pixel.png)",
        '<img src="https://elsewhere.example/pixel.png" srcset="https://elsewhere.example/2 2x" alt="A map">',
        "![A map](data:image/png;base64,elsewhere.example)",
        "[![A map](https://elsewhere.example/pixel.png)](https://example.org/)",
    ],
)
def test_what_is_elsewhere_is_left_out_and_told(written: str, pair: Path, tmp_path: Path) -> None:
    """Of page and feed; what it shows is still said."""
    show = copy_show(pair, tmp_path / "show")
    line = add(show, written).read_text().count("\n")
    (warning,) = build(show)["warnings"]
    assert f"index.md:{line}: the picture" in warning
    assert "A map" in read_notes(show)
    assert "<img" not in read_notes(show)
    assert grep(show / "output", "elsewhere.example") == []
    assert build(show)["warnings"] == [warning]
