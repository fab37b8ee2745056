"""The life of an episode: free before it is promised, kept after; and who promises."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from archive_maker import START, MadeArchive, MadeSpace
from online import RangeServer
from recording_maker import make_recording
from show_runner import build, copy_show, edit, find_bundle, grep, make_show, make_two_spaces, read_feed, spacecast

from site_builder.show.published import State, load_published

FIRST, SECOND = "1lDxLnrWjwkGm", "1YqKDoVkzRexV"
SLUG = "signals-in-the-dark-explained"


@pytest.fixture(scope="module")
def never_online(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of three episodes as its first build left it."""
    third = MadeSpace(id="1zqKVrlvBkDJB", start=START + timedelta(days=5))
    show = make_show(tmp_path_factory.mktemp("life") / "show", MadeArchive(spaces=[*make_two_spaces().spaces, third]))
    build(show)
    index = find_bundle(show, "2026-10-14") / "index.md"
    edit(index, "title: Signals in the dark, explained", "title: The third one")
    edit(index, f"slug: {SLUG}-2026-10-14", "slug: the-third-one")
    build(show)
    return show


@pytest.fixture
def show(never_online: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return copy_show(never_online, tmp_path / "a show")


@pytest.fixture(scope="module")
def ready(never_online: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an address where it can go online. Not to be changed."""
    show = copy_show(never_online, tmp_path_factory.mktemp("ready") / "show")
    edit_config(show)
    return show


@pytest.fixture
def online(ready: Path, tmp_path: Path) -> Path:
    """A copy of that to change, online in a folder."""
    show = copy_show(ready, tmp_path / "a show")
    deploy(show, tmp_path / "www")
    return show


def deploy(show: Path, www: Path) -> None:
    """To a folder, as a web server reads one."""
    edit_config(show)
    run = spacecast("-C", show, "deploy", f"folder:{www}")
    assert run.code == 0, run.err + run.out


def edit_config(show: Path) -> None:
    """What a host has to change before anything goes online."""
    config = (show / "config.yaml").read_text()
    if "example.org" in config:
        config = config.replace("https://example.org/show/", "https://signals.radio/show/")
        (show / "config.yaml").write_text(config.replace("podcast@example.org", "host@signals.radio"))
        build(show)


def list_traces(show: Path, *words: str) -> list[str]:
    """What is left of an episode in what is sent, and in the memory of what was sent."""
    found = grep(show / "output", *words)
    return found + [str(file) for file in show.glob("content/*.json") if any(w in file.read_text() for w in words)]


def test_before_anything_is_online_everything_is_free(show: Path, tmp_path: Path) -> None:
    """A draft, another date, a deleted folder, another address: no refusal, no leftover. Then a deploy protects."""
    first, second = find_bundle(show, "2026-10-09"), find_bundle(show, "2026-10-16")
    edit(first / "index.md", "\nslug:", "\ndraft: true\nslug:")
    edit(second / "index.md", "date: 2026", "date: 2031")
    shutil.rmtree(find_bundle(show, "2026-10-14"))
    report = build(show)
    assert report["failures"] == report["warnings"] == []
    assert [entry["title"] for entry in report["skipped"]] == ["Signals in the dark, explained"] * 2
    assert list_traces(show, "third-one", "The third one", "1zqKVrlvBkDJB", SLUG, FIRST, SECOND) == []
    assert not (show / "output/media").exists()
    assert not (show / ".cache/audio").exists()
    assert not (show / "content/published.json").exists()

    edit(first / "index.md", "draft: true\n", "")
    edit(first / "index.md", f"slug: {SLUG}", "slug: lights")
    edit(second / "index.md", "date: 2031", "date: 2026")
    build(show)
    assert list_traces(show, f"episodes/{SLUG}/") == []
    deploy(show, tmp_path / "www")
    assert {pin.slug: pin.state for pin in load_published(show).pins.values()} == {
        "lights": State.ONLINE,
        f"{SLUG}-2026-10-16": State.ONLINE,
    }
    edit(first / "index.md", "\nslug:", "\ndraft: true\nslug:")
    shutil.rmtree(second)
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert re.search(r"index\.md:\d+: draft: this episode is online since 2026-11-18 \(folder:", run.err), run.err
    assert "`withdrawn: true`: then a short page stays in its place, for good" in run.err
    assert f"`spacecast build --retire {SLUG}-2026-10-16`" in run.err


def hide(bundle: Path) -> None:
    """Make it a draft."""
    edit(bundle / "index.md", "\nslug:", "\ndraft: true\nslug:")


def postpone(bundle: Path) -> None:
    """Give it a date to come."""
    edit(bundle / "index.md", "date: 2026", "date: 2031")


def rename(bundle: Path) -> None:
    """Another guid."""
    edit(bundle / "index.md", f"guid: {FIRST}", "guid: mine")


@pytest.mark.parametrize("change", [hide, postpone, shutil.rmtree, rename])
def test_what_is_online_stays(online: Path, change: object) -> None:
    """Refused, with the ways on; the output stays as it is. Put back, all is well."""
    bundle = find_bundle(online, "2026-10-09")
    kept = shutil.copytree(bundle, online / "kept")
    change(bundle)  # type: ignore[operator]
    run = spacecast("-C", online, "build")
    assert run.code == 2
    ways = ["put that back"] if change is rename else ["for good", "its guid is never used again"]
    assert all(way in run.err for way in ways)
    assert change is shutil.rmtree or re.search(r"index\.md:[2-9]: (draft|date|guid): ", run.err), run.err
    assert len(read_feed(online)) == 3
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.move(kept, bundle)
    assert build(online)["failures"] == []


def test_what_is_gone_can_be_taken_back_by_the_name_of_its_folder(online: Path) -> None:
    bundle = find_bundle(online, "2026-10-09")
    shutil.rmtree(bundle)
    run = spacecast("-C", online, "build", "--retire", bundle.name)
    assert run.code == 0, run.err
    assert (online / f"output/episodes/{SLUG}/index.html").is_file()


def test_what_was_deleted_comes_back_by_no_build(show: Path) -> None:
    """Not when the cache is lost, nor when the archive has other times; `extract` has it again."""
    shutil.rmtree(find_bundle(show, "2026-10-14"))
    build(show)
    shutil.rmtree(show / ".cache")
    (archive,) = (show / "content/archives").glob("*.zip")
    archive.touch()
    run = spacecast("-C", show, "build")
    assert run.code == 0, run.err
    assert "not taken in again" in run.out
    assert "`spacecast extract ARCHIVE --only 1zqKVrlvBkDJB`" in " ".join(run.out.split())
    assert len(read_feed(show)) == 2
    assert not list((show / "content/episodes").glob("2026-10-14*"))
    again = spacecast("-C", show, "extract", archive)
    assert "not taken in again" in again.out
    assert "only copy" not in again.out
    assert not list((show / "content/episodes").glob("2026-10-14*"))
    assert "only copy" in spacecast("-C", show, "extract", archive, "--only", "1zqKVrlvBkDJB").out
    assert find_bundle(show, "2026-10-14")


def test_a_file_that_holds_nothing_else_is_asked_for_by_its_name(show: Path, tmp_path: Path) -> None:
    """A build leaves it deleted; whoever names the file wants just that."""
    file = show / "content/archives/talk.aac"
    file.write_bytes(make_recording(3, turns=[("host", 0, 3)], tags=False))
    build(show)
    shutil.rmtree(find_bundle(show, "talk"))
    shutil.rmtree(show / ".cache")
    build(show)
    assert not list((show / "content/episodes").glob("*talk"))
    assert "new: talk" in spacecast("-C", show, "extract", file).out
    assert find_bundle(show, "talk")


def test_a_guid_never_changes_even_before(show: Path) -> None:
    """Nor does one that was changed in `index.md` before anything was online; a copy has one of its own."""
    bundle = find_bundle(show, "2026-10-09")
    rename(bundle)
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert f"guid: was '{FIRST}'; put that back" in run.err
    edit(bundle / "index.md", "guid: mine", f"guid: {FIRST}")
    copy = Path(shutil.copytree(bundle, bundle.with_name("second-half")))
    rename(copy)
    edit(copy / "index.md", f"slug: {SLUG}", "slug: second-half")
    assert build(show)["episodes"] == 4


def test_withdrawn_stays_so(online: Path, tmp_path: Path) -> None:
    """A short page stays; once that was deployed, the guid never comes back."""
    index = find_bundle(online, "2026-10-09") / "index.md"
    edit(index, "\nslug:", "\nwithdrawn: true\nslug:")
    build(online)
    edit(index, "withdrawn: true\n", "")
    assert build(online)["episodes"] == 3  # thought better of it in time
    edit(index, "\nslug:", "\nwithdrawn: true\nslug:")
    build(online)
    deploy(online, tmp_path / "www")
    assert "<audio" not in (tmp_path / f"www/episodes/{SLUG}/index.html").read_text()
    assert load_published(online).pins[FIRST].state is State.WITHDRAWN
    edit(index, "withdrawn: true\n", "")
    run = spacecast("-C", online, "build")
    assert run.code == 2
    assert "never comes back" in run.err


def test_nothing_withdrawn_that_nobody_saw(show: Path) -> None:
    """`withdrawn: true` before a promise leaves no page."""
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nwithdrawn: true\nslug:")
    build(show)
    assert not (show / f"output/episodes/{SLUG}").exists()
    assert spacecast("-C", show, "build", "--retire", SLUG).code == 2


def test_an_address_that_changed_leads_on(online: Path) -> None:
    """Page, frame and oEmbed of the old address; and only of addresses that were promised."""
    index = find_bundle(online, "2026-10-09") / "index.md"
    edit(index, f"slug: {SLUG}", "slug: never-sent")
    build(online)
    edit(index, "slug: never-sent", "slug: lights")
    build(online)
    old, new = online / f"output/episodes/{SLUG}", online / "output/episodes/lights"
    assert "episodes/lights/" in (old / "index.html").read_text()
    assert "episodes/lights/embed/" in (old / "embed/index.html").read_text()
    assert (old / "oembed.json").read_bytes() == (new / "oembed.json").read_bytes()
    assert not (online / "output/episodes/never-sent").exists()
    edit(index, "title: Signals", "title: Signs")
    build(online)
    assert json.loads((old / "oembed.json").read_text())["title"].startswith("Signs")
    (old / "oembed.json").unlink()
    findings = spacecast("-C", online, "check", "--json").json["findings"]
    assert [entry["message"] for entry in findings if entry["rule"] == "published-redirect"] == [
        f"nothing is left at episodes/{SLUG}/oembed.json"
    ]


def test_a_killed_deploy_has_promised(show: Path, tmp_path: Path) -> None:
    """The promise is on disk before the host is written to: here the host cannot be."""
    edit_config(show)
    (tmp_path / "www").mkdir()
    (tmp_path / "www/feed.xml").mkdir()
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path / 'www'}")
    assert run.code != 0
    assert {pin.state for pin in load_published(show).pins.values()} == {State.PROMISED}


def test_the_hosts_own_word(show: Path) -> None:
    """`--published`, also where there is nothing to build; the closing line goes with it, and nothing is stale."""
    hint = "Nothing is online yet. Copying output/ by hand? Say so once with --published.\n"
    assert spacecast("-C", show, "build").out.endswith(hint)
    run = spacecast("-C", show, "build", "--published")
    assert run.code == 0
    assert hint not in run.out
    published = load_published(show)
    assert {pin.online[0][0] for pin in published.pins.values()} == {"by hand"}
    assert published.show.url == "https://example.org/show/"
    assert build(show)["made"] == []


def test_ci_publishes_only_what_is_noted(show: Path) -> None:
    """A new episode or address has to be noted by somebody whose disk lasts first; previews and demo shows have not."""
    assert spacecast("-C", show, "build", CI="true").code == 0, "example.org cannot go online"
    edit_config(show)
    run = spacecast("-C", show, "build", CI="true")
    assert run.code == 2
    assert "The third one" in run.err
    assert "spacecast build --published" in run.err
    assert spacecast("-C", show, "build", "--drafts", CI="true").code == 0
    build(show, "--published")
    assert spacecast("-C", show, "build", CI="true").code == 0
    edit(find_bundle(show, "2026-10-09") / "index.md", f"slug: {SLUG}", "slug: lights")
    assert f"lights (was {SLUG})" in spacecast("-C", show, "build", CI="true").err


def test_a_date_to_come_binds_when_it_has_come(show: Path) -> None:
    """So that CI may publish what waits; until then it is free."""
    bundle = find_bundle(show, "2026-10-16")
    edit_config(show)
    edit(bundle / "index.md", "date: 2026-10", "date: 2026-12")
    build(show, "--published")
    later = "1799000000"
    assert build(show, CI="true", SOURCE_DATE_EPOCH=later)["episodes"] == 3
    edit(bundle / "index.md", "\nslug:", "\ndraft: true\nslug:")
    build(show)
    assert SECOND not in load_published(show).pins
    assert build(show, CI="true", SOURCE_DATE_EPOCH=later)["episodes"] == 2


def test_old_files_are_read(show: Path) -> None:
    """Each local build wrote one: what is in it counts as promised, and the message says how to be free of it."""
    old = {FIRST: {"slug": SLUG, "first_published": "2026-10-09T18:00:00Z", "enclosure": "media/x.m4a"}}
    (show / "content/published.json").write_text(json.dumps(old))
    hide(find_bundle(show, "2026-10-09"))
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "is promised" in run.err
    assert "if nothing of this show was ever online, delete content/published.json" in run.err
    (show / "content/published.json").unlink()
    assert build(show)["episodes"] == 2


def test_the_show_stays_itself(online: Path) -> None:
    """Another guid is refused; another address until the old one has told apps, or the host says there is no need."""
    config = online / "config.yaml"
    said = config.read_text()
    guid = load_published(online).show.guid
    config.write_text(said.replace(guid, "11111111-1111-5111-8111-111111111111"))
    run = spacecast("-C", online, "build")
    assert run.code == 2
    assert f"`guid: {guid}`" in run.err
    config.write_text(said.replace("signals.radio/show/", "SIGNALS.radio:443/show/"))
    assert spacecast("-C", online, "build").code == 0
    config.write_text(said.replace("signals.radio/show/", "signals.fm/"))
    run = spacecast("-C", online, "build")
    assert run.code == 2
    assert "`moved_to: https://signals.fm/feed.xml`" in run.err
    assert "--moved" in run.err
    assert build(online, "--moved")["failures"] == []
    assert build(online)["failures"] == []


def test_the_old_address_tells_apps_first(online: Path, tmp_path: Path) -> None:
    """Deployed there with `moved_to`, the show is free to go."""
    config = online / "config.yaml"
    edit(config, "feed:\n", "feed:\n  moved_to: https://signals.fm/feed.xml\n")
    build(online)
    deploy(online, tmp_path / "www")
    edit(config, "  moved_to: https://signals.fm/feed.xml\n", "")
    edit(config, "signals.radio/show/", "signals.fm/")
    assert build(online)["failures"] == []


def test_what_is_seen_online_is_promised(show: Path) -> None:
    """`check --live` sees the show's own feed; another show's binds to nothing."""
    with RangeServer(show / "output", base="/show") as server:
        (show / "config.yaml").write_text(
            (show / "config.yaml").read_text().replace("https://example.org/show/", server.url)
        )
        build(show)
        feed = (show / "output/feed.xml").read_text()
        guid = load_guid(feed)
        (show / "output/feed.xml").write_text(feed.replace(guid, "11111111-1111-5111-8111-111111111111"))
        spacecast("-C", show, "check", "--live")
        assert not (show / "content/published.json").exists()
        (show / "output/feed.xml").write_text(feed)
        assert spacecast("-C", show, "check", "--live").code == 0
        shutil.rmtree(find_bundle(show, "2026-10-14"))
        run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "'the-third-one' (1zqKVrlvBkDJB) is online since 2026-11-18 (seen online)" in run.err
    assert load_published(show).show.url == server.url


def load_guid(feed: str) -> str:
    """The `podcast:guid` of a feed."""
    return feed.split("<podcast:guid>")[1].split("<", maxsplit=1)[0]


@pytest.mark.parametrize(
    "own", ["https://example.org/show/feed.xml", "https://EXAMPLE.org:443/Show/feed.xml/?from=app"]
)
def test_a_feed_does_not_move_to_itself(show: Path, own: str) -> None:
    """An endless redirect on Netlify and Cloudflare Pages: told with its line, nothing is built."""
    edit(show / "config.yaml", "feed:\n", f"feed:\n  moved_to: {own}\n")
    run = spacecast("-C", show, "build")
    assert run.code == 2
    assert "config.yaml:" in run.err
    assert "feed.moved_to: this is the show's own feed" in run.err
