"""What the show is, as the studio changes it: the smallest edits, in the words of the host."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from show_runner import edit
from studio_runner import RunningStudio

from site_builder.show.config import load_config

CONFIG = "config.yaml"


def change(studio: RunningStudio, **fields: str) -> list[str]:
    """Lines of the config that are new after a change; empty where it is refused."""
    file = studio.show / CONFIG
    before = file.read_text("utf-8").split("\n")
    based_on = studio.digest("/show", CONFIG)
    studio.post("/show", *fields.items(), based_on=based_on, page="/show")
    return [line for line in file.read_text("utf-8").split("\n") if line not in before]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"title": "Fog: horns"}, ['  title: "Fog: horns"']),
        ({"url": "ana.github.io/signals"}, ["  url: https://ana.github.io/signals"]),
        ({"email": "ana@rivers.pt"}, ['  email: "ana@rivers.pt"']),
        ({"category": "Arts > Books"}, ['  category: "Arts > Books"']),
        ({"language": "pt"}, ["  language: pt"]),
        ({"timezone": "Europe/Lisbon"}, ['  timezone: "Europe/Lisbon"']),
        ({"explicit": "yes"}, ["  explicit: true"]),
        ({"copyright": "Ana Lopez"}, ["  copyright: Ana Lopez"]),
        ({"accent": "#1a7f64", "accent-auto": "no"}, ['  accent: "#1a7f64"']),
        ({"description": "One.\r\n\r\nTwo: <b>."}, None),
    ],
)
def test_each_field_is_the_smallest_edit(
    studio: RunningStudio, fields: dict[str, str], lines: list[str] | None
) -> None:
    edit(studio.show / CONFIG, "show:\n", "show: # mine\n")
    found = change(studio, **fields)
    assert "show: # mine" in (studio.show / CONFIG).read_text("utf-8")
    if lines is None:
        assert load_config(studio.show).show.description == "One.\n\nTwo: <b>."
    else:
        assert [line for line in found if line and not line.endswith(":")] == lines


def test_what_is_shown_and_sent_back_changes_nothing(studio: RunningStudio) -> None:
    """A form without scripts sends every field, also those that are only examples and shown empty."""
    page = studio.get("/show").text
    assert 'id="f-url" name="url" value=""' in page  # example.org is nobody's address
    assert change(studio, title="Signals", url="", email="", explicit="no", accent="#c2410c") == []


def test_an_address_that_reaches_nobody_is_told(studio: RunningStudio) -> None:
    """It was saved, and is shown: the field says what is wrong with it. What `init` wrote is shown as empty."""
    edit(studio.show / CONFIG, load_config(studio.show).show.url, "https://example.org/signals/")
    edit(studio.show / CONFIG, load_config(studio.show).show.email, "podcast@example.org")
    assert "is kept for examples" not in studio.get("/show").text
    change(studio, url="https://ana.example.com/", email="ana@studio.local")
    page = studio.get("/show").text
    assert "https://ana.example.com/ is kept for examples" in page
    assert "ana@studio.local is kept for examples" in page
    assert 'id="f-url" name="url" value="https://ana.example.com/"' in page
    assert 'id="f-email" name="email" value="ana@studio.local"' in page
    change(studio, url="https://ana.github.io/signals/", email="ana@signals.fm")
    assert "is kept for examples" not in studio.get("/show").text


@pytest.mark.parametrize("value", ["example.org", "HTTPS://Example.org", "example.org/my-show/"])
def test_what_init_writes_is_not_taken_for_an_address(studio: RunningStudio, value: str) -> None:
    """Saved, it would be shown as empty the next time, as if it had been lost."""
    before = (studio.show / CONFIG).read_bytes()
    answer = studio.post("/show", ("url", value), based_on=studio.digest("/show", CONFIG), page="/show")
    assert (answer.status, answer.json["problems"][0]["field"]) == (422, "show.url")
    assert "is kept for examples" in answer.json["problems"][0]["message"]
    assert (studio.show / CONFIG).read_bytes() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("email", "nonsense"), ("url", "ftp://x"), ("language", "klingon"), ("timezone", "Mars/Base")],
)
def test_problems_stand_beside_the_field(studio: RunningStudio, field: str, value: str) -> None:
    before = (studio.show / CONFIG).read_bytes()
    answer = studio.post("/show", (field, value), based_on=studio.digest("/show", CONFIG), page="/show")
    assert answer.status == 422
    assert answer.json["problems"][0]["field"] == f"show.{field}"
    assert answer.json["problems"][0]["message"][0].isupper()
    assert (studio.show / CONFIG).read_bytes() == before


def make_picture(side: int, kind: str = "JPEG") -> bytes:
    """A square."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, kind)
    return buffer.getvalue()


def send_cover(studio: RunningStudio, content: bytes, name: str = "../../x.jpg") -> int:
    """As the script does."""
    headers = {"origin": studio.origin, "accept": "application/json", "content_type": "application/octet-stream"}
    return studio.ask(f"/show/cover?name={name}", "POST", content, **headers).status


def test_a_cover_is_taken_shown_and_undone(studio: RunningStudio) -> None:
    given = make_picture(1400)
    assert send_cover(studio, given) == 200
    assert (studio.show / "content/cover.jpg").read_bytes() == given
    assert studio.get("/show/cover").body == given
    png = make_picture(1500, "PNG")
    assert send_cover(studio, png) == 200
    assert [file.name for file in (studio.show / "content").glob("cover.*")] == ["cover.png"]
    studio.post("/undo")
    assert (studio.show / "content/cover.jpg").read_bytes() == given
    studio.post("/show/cover/remove")
    assert not list((studio.show / "content").glob("cover.*"))
    studio.post("/undo")
    assert (studio.show / "content/cover.jpg").read_bytes() == given


def test_what_can_be_no_cover_is_refused(studio: RunningStudio) -> None:
    before = (studio.show / "content/cover.jpg").read_bytes()
    for content in (
        make_picture(300),
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"",
    ):
        assert send_cover(studio, content) == 422
    assert [file.name for file in (studio.show / "content").glob("cover.*")] == ["cover.jpg"]
    assert (studio.show / "content/cover.jpg").read_bytes() == before
    assert not list(Path(studio.show / ".cache/studio/uploads").glob("*"))
