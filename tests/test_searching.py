"""The search index: from what it is made, when it is made again, and what of the indexer is published."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from sample_site import describe_sample_pages, make_main_episode

from site_builder.render.searchable import render_documents
from site_builder.searching import plan_search

DOCUMENTS = render_documents(describe_sample_pages())


def make_files(documents: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """The planned files, by path."""
    files = {}
    for target in plan_search(documents, folder):
        target.make(folder / "file")
        files[target.path] = (folder / "file").read_bytes()
    return files


def read_fragments(files: dict[str, bytes]) -> dict[str, Any]:
    """What the index holds of each page, by its address below the root."""
    packed = [content for path, content in files.items() if path.endswith(".pf_fragment")]
    entries = [json.loads(zlib.decompress(content, wbits=31).removeprefix(b"pagefind_dcd")) for content in packed]
    return {entry["url"]: entry for entry in entries}


def test_episodes_people_and_free_pages_can_be_found() -> None:
    """Lists, tombstones and redirects cannot: they say nothing of their own."""
    folders = {path.split("/")[0] for path in DOCUMENTS}
    assert folders == {"episodes", "people", "about"}
    assert not any("withdrawn" in path or "old-name" in path for path in DOCUMENTS)


def test_moments_are_in_the_index(tmp_path: Path) -> None:
    """Lines, chapters and time-stamped notes keep their times, and lines their speaker."""
    episode = make_main_episode()
    entry = read_fragments(make_files(DOCUMENTS, tmp_path))[f"/{episode.path}"]
    anchors = {anchor["id"]: anchor["text"] for anchor in entry["anchors"]}
    assert anchors["l1s:0"].startswith("Good evening, and welcome")
    assert anchors["c2m10s"] == "Two tons on mercury"
    assert "A drawing of the clockwork" in anchors["n2m5s"]
    assert json.loads(entry["meta"]["people"]) == ["Mara Lind", "Davy Quill", "Owen Pike"]
    assert (entry["meta"]["title"], entry["meta"]["date"]) == (episode.title, episode.published_at.date().isoformat())


def test_drafts_are_not_in_the_index() -> None:
    """What is only previewed is not found."""
    pages = describe_sample_pages(episodes=[make_main_episode(draft=True)])
    assert not any(path.startswith("episodes/") for path in render_documents(pages))


def test_markup_in_words_is_text(tmp_path: Path) -> None:
    """A title that looks like HTML is found as it is written."""
    pages = describe_sample_pages(episodes=[make_main_episode(title='<b>5 < 6</b> & "so"', tags=())])
    (entry,) = [
        entry
        for url, entry in read_fragments(make_files(render_documents(pages), tmp_path)).items()
        if url.startswith("/episodes/")
    ]
    assert entry["meta"]["title"] == '<b>5 < 6</b> & "so"'


def test_scripts_without_spaces_are_indexed_by_letter(tmp_path: Path) -> None:
    """Each letter is a word, so that any part of a sentence can be asked for; titles and addresses stay whole."""
    title = "灯台の話"
    notes = '<p><a href="https://example.org/灯台">灯台</a></p>'
    pages = describe_sample_pages(episodes=[make_main_episode(title=title, notes_html=notes, tags=())])
    documents = render_documents(pages)
    (document,) = (text.decode() for path, text in documents.items() if path.startswith("episodes/"))
    assert 'href="https://example.org/灯台"> 灯  台 </a>' in document
    entry = read_fragments(make_files(documents, tmp_path))[f"/{make_main_episode().path}"]
    assert entry["meta"]["title"] == title
    assert entry["content"].startswith("灯 台 の 話")


def test_same_words_same_bytes(tmp_path: Path) -> None:
    """Two clean builds agree; ready-made user interfaces are left out."""
    files = make_files(DOCUMENTS, tmp_path / "a")
    assert files == make_files(DOCUMENTS, tmp_path / "b")
    assert {"pagefind/pagefind.js", "pagefind/pagefind-entry.json", "pagefind/wasm.en.pagefind"} <= set(files)
    assert not any("ui" in path for path in files)


def test_index_is_made_again_only_for_other_words(tmp_path: Path) -> None:
    """Unchanged documents keep the index that is there; changed ones replace it."""
    plan_search(DOCUMENTS, tmp_path)
    (made,) = (tmp_path / "search").iterdir()
    mark = made / "mark"
    mark.touch()
    plan_search(DOCUMENTS, tmp_path)
    assert mark.exists()
    plan_search({**DOCUMENTS, "about/index.html": DOCUMENTS["about/index.html"] + b" "}, tmp_path)
    assert [folder.name for folder in (tmp_path / "search").iterdir()] != [made.name]
    assert not mark.exists()


def test_nothing_to_find_no_index(tmp_path: Path) -> None:
    """A show without words has no index."""
    assert plan_search({}, tmp_path) == []


@pytest.mark.parametrize("leftover", ["site/x.html", "part/index/y"])
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, leftover: str) -> None:
    """What a killed run left is neither indexed nor published."""
    file = tmp_path / "search" / leftover
    file.parent.mkdir(parents=True)
    file.write_text("<html><body data-pagefind-body>secret")
    files = make_files(DOCUMENTS, tmp_path)
    assert len(read_fragments(files)) == len(DOCUMENTS)
