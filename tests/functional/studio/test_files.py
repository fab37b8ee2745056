"""A show's files as they are written: for what has no field, and for what cannot be read any more."""

from __future__ import annotations

import pytest
from studio_runner import RunningStudio


def list_files(studio: RunningStudio) -> dict[str, str]:
    """Page to path of each file that has one."""
    episode = min((studio.show / "content/episodes").iterdir()).name
    return {
        "/files/config": "config.yaml",
        "/files/people": "content/people.yaml",
        f"/files/episodes/{episode}": f"content/episodes/{episode}/index.md",
    }


def test_a_line_of_each_is_changed_and_taken_back(studio: RunningStudio) -> None:
    """In the line ends that it has; what would not be valid is refused with its line."""
    for page, path in list_files(studio).items():
        file = studio.show / path
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        before = file.read_bytes()
        text = before.decode().replace("\r\n", "\n").replace("\n", "\n# mine\n", 1)
        assert studio.post(page, text=text, based_on=studio.digest(page, path), page=page).status == 200
        assert file.read_bytes() == before.replace(b"\r\n", b"\r\n# mine\r\n", 1)
        bad = text.replace("# mine", "nonsense: [")
        refused = studio.post(page, text=bad, based_on=studio.digest(page, path), page=page)
        assert refused.status == 422
        assert refused.json["problems"][0]["line"]
        studio.post("/undo", page=page, scripted=False)
        assert file.read_bytes() == before


def test_a_file_that_cannot_be_read_is_mended_here(studio: RunningStudio) -> None:
    """Every page says what is wrong; this one lets it be put right."""
    for page, path in list_files(studio).items():
        file = studio.show / path
        good = file.read_text("utf-8")
        file.write_text(good.replace("\n", "\nnonsense: [\n", 1), "utf-8")
        shown = studio.get(page).text
        assert "nonsense: [" in shown
        assert 'id="f-text-error" role="alert">' in shown
        assert studio.post(page, text=good, based_on=studio.digest(page, path), page=page).status == 200
        assert file.read_text("utf-8") == good


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_another_encoding_is_readable_and_becomes_utf_8(studio: RunningStudio, encoding: str) -> None:
    """No letter is lost on the way, whatever an editor saved it in."""
    page, path = list(list_files(studio).items())[-1]
    file = studio.show / path
    text = file.read_text("utf-8").replace("title: ", "title: Grüße: ", 1) + "\nBöen.\n"
    file.write_bytes(text.encode(encoding))
    assert "Grüße" in studio.get(page).text
    assert studio.post(page, text=f"{text}Ende.\n", based_on=studio.digest(page, path), page=page).status == 200
    assert file.read_text("utf-8-sig") == f"{text}Ende.\n"


@pytest.mark.parametrize("page", ["/files/nothing", "/files/episodes/nothing", "/files/space.json", "/files/"])
def test_no_other_file_is_shown(looked_at: RunningStudio, page: str) -> None:
    assert looked_at.ask(page).status == 404
