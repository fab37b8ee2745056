"""The search index: from what it is made, when it is made again, and what of the indexer is published."""

from __future__ import annotations

import json
import os
import tempfile
import time
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sample_site import describe_sample_pages, index_documents, make_main_episode

from site_builder.engine import platform
from site_builder.render.pages.search_text import render_documents
from site_builder.site import search
from site_builder.site.search import Document, count_parts, share_out

DOCUMENTS = render_documents(describe_sample_pages())


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


def test_moments_are_in_the_index() -> None:
    """Lines, chapters and time-stamped notes keep their times, and lines their speaker."""
    episode = make_main_episode()
    entry = read_fragments(index_documents(DOCUMENTS))[f"/{episode.path}"]
    anchors = {anchor["id"]: anchor["text"] for anchor in entry["anchors"]}
    (line,) = [name for name in anchors if name.startswith("l1s:0:")]
    assert anchors[line].startswith("Good evening, and welcome")
    starts = [sum(int(step, 36) for step in line[6 : 7 + word]) / 10 for word in range(3)]
    assert starts == pytest.approx([start - 1 for start, _ in episode.cues[0].times[:3]], abs=0.051)
    assert anchors["c2m10s"] == "Two tons on mercury"
    assert "A drawing of the clockwork" in anchors["n2m5s"]
    assert json.loads(entry["meta"]["people"]) == ["Mara Lind", "Davy Quill", "Owen Pike"]
    assert (entry["meta"]["title"], entry["meta"]["date"]) == (episode.title, episode.published_at.date().isoformat())


def test_drafts_are_not_in_the_index() -> None:
    """What is only previewed is not found."""
    pages = describe_sample_pages(episodes=[make_main_episode(draft=True)])
    assert not any(path.startswith("episodes/") for path in render_documents(pages))


def test_markup_in_words_is_text() -> None:
    """A title that looks like HTML is found as it is written."""
    pages = describe_sample_pages(episodes=[make_main_episode(title='<b>5 < 6</b> & "so"', tags=())])
    (entry,) = [
        entry
        for url, entry in read_fragments(index_documents(render_documents(pages))).items()
        if url.startswith("/episodes/")
    ]
    assert entry["meta"]["title"] == '<b>5 < 6</b> & "so"'


def test_scripts_without_spaces_are_indexed_by_letter() -> None:
    """Each letter is a word, so that any part of a sentence can be asked for; titles and addresses stay whole."""
    title = "灯台の話"
    notes = '<p><a href="https://example.org/灯台">灯台</a></p>'
    pages = describe_sample_pages(episodes=[make_main_episode(title=title, notes_html=notes, tags=())])
    documents = render_documents(pages)
    (document,) = (text.decode() for path, text in documents.items() if path.startswith("episodes/"))
    assert 'href="https://example.org/灯台"> 灯  台 </a>' in document
    entry = read_fragments(index_documents(documents))[f"/{make_main_episode().path}"]
    assert entry["meta"]["title"] == title
    assert entry["content"].startswith("灯 台 の 話")


def test_same_words_same_bytes() -> None:
    """Two clean builds agree; ready-made user interfaces are left out."""
    files = index_documents(DOCUMENTS)
    assert files == index_documents(DOCUMENTS)
    assert {"pagefind/pagefind.js", "pagefind/pagefind-entry.json", "pagefind/wasm.en.pagefind"} <= set(files)
    assert not any("ui" in path for path in files)


def make_documents(count: int) -> list[Document]:
    """Pages of one word each."""
    return [Document(f"episodes/{n}/index.html", str(n), partial(_render, n)) for n in range(count)]


def _render(number: int) -> bytes:
    return f"<html lang=en><body data-pagefind-body><h1>Title</h1><p>word{number}</p></body></html>".encode()


@pytest.mark.parametrize(("documents", "parts"), [(0, 1), (512, 1), (513, 8), (1000, 8), (10_000, 64), (10**6, 64)])
def test_a_large_index_comes_in_parts(documents: int, parts: int) -> None:
    """Small enough to be made at once, few enough to be asked together."""
    assert count_parts(documents) == parts


def test_a_changed_page_changes_one_part() -> None:
    """And a new one does as well: which part a page is in depends on its path alone."""
    documents = make_documents(600)
    before = {part.name: part.key for part in share_out(documents)}
    changed = [documents[7]._replace(digest="other"), *documents[:7], *documents[8:]]
    for other in (changed, make_documents(601)):
        after = {part.name: part.key for part in share_out(other)}
        assert after.keys() == before.keys()
        assert sum(after[name] != before[name] for name in before) == 1


def test_parts_together_hold_everything_once() -> None:
    """Each part is an index of its own, in its own folder; Pagefind's program is there once."""
    documents = make_documents(520)
    parts = share_out(documents)
    assert sorted(document.page for part in parts for document in part.documents) == sorted(
        document.page for document in documents
    )
    files = index_documents({document.page: document.load() for document in documents})
    assert len(read_fragments(files)) == 520
    assert [path for path in files if path.endswith("pagefind.js")] == ["pagefind/pagefind.js"]
    for part in parts:
        assert f"pagefind/{part.number}/pagefind-entry.json".replace("/0/", "/") in files


def test_a_part_may_be_begun_before_it_is_wanted() -> None:
    """Beside whatever else is done; the files are the same."""
    (part,) = share_out(make_documents(3))
    begun = part.begin()
    files, others = (
        {target.path: target.fingerprint for target in group.plan().targets} for group in (begun, part.plan())
    )
    assert files == others
    assert (begun.name, begun.key) == (part.name, part.key)


def test_nothing_to_find_no_index() -> None:
    """A show without words has no index."""
    assert share_out([]) == []


@pytest.mark.skipif(platform.PORTABLE, reason="nothing lies in memory")
@pytest.mark.parametrize("ample", [0, 1 << 62])
def test_the_indexer_leaves_nothing_wherever_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ample: int
) -> None:
    """In memory where there is much room, else in the usual place; never both, and afterwards in neither."""
    memory, usual = tmp_path / "memory", tmp_path / "usual"
    memory.mkdir()
    usual.mkdir()
    monkeypatch.setattr(platform, "_MEMORY", memory)
    monkeypatch.setattr(search, "_AMPLE", ample)
    monkeypatch.setattr(tempfile, "tempdir", str(usual))
    (part,) = share_out(make_documents(2))
    begun = part.begin()
    assert (len(list(memory.iterdir())), len(list(usual.iterdir()))) == ((0, 1) if ample else (1, 0))
    assert begun.plan().targets
    assert [*memory.iterdir(), *usual.iterdir()] == []


@pytest.mark.skipif(platform.PORTABLE, reason="nothing lies in memory")
def test_what_a_killed_build_left_in_memory_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once nobody can be at work on it any more; what others keep there is not ours to judge."""
    monkeypatch.setattr(platform, "_MEMORY", tmp_path)
    monkeypatch.setattr(search, "_AMPLE", 0)
    for name, age in (("spacecast-search-old", 7200), ("spacecast-search-new", 60), ("others", 7200)):
        (tmp_path / name / "site").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    (part,) = share_out(make_documents(1))
    assert part.plan().plan().targets
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["others", "spacecast-search-new"]
