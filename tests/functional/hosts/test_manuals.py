"""The manuals followed: every shell block is run as it is written, every piece of config put where it says.

What is done on the pages of GitHub and Cloudflare cannot be; their place is taken by a bare repository, moto's S3
server and a stand-in for Cloudflare's own uploader.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import obstore
import pytest
import yaml
from archive_maker import MadeArchive, MadeSpace, write_archive
from git_remotes import clone_of, git
from manual_runner import read_blocks, run_block, substitute
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from online import RangeServer, read_site, write_tools
from shipping import move_unpromised
from show_runner import copy_show, edit, read_tree, spacecast

GITHUB, CLOUDFLARE = "publish-github-pages", "publish-cloudflare-r2"
ACCOUNT = "https://ACCOUNT.r2.cloudflarestorage.com"


def add_to_config(show: Path, text: str) -> None:
    """As a person adds lines to config.yaml."""
    with (show / "config.yaml").open("a") as config:
        config.write(text)


def read_branch(remote: Path, place: Path) -> dict[str, bytes]:
    """The site on gh-pages."""
    git(place.parent, "clone", "-q", "-b", "gh-pages", str(remote), str(place))
    return read_site(place)


def test_github_pages(old: Path, tmp_path: Path) -> None:
    """Set up, then a new episode: the branch is the site, and nothing but the site is sent; `--yes` answers."""
    show, remote, tools = copy_show(old, tmp_path / "show"), tmp_path / "remote.git", tmp_path / "tools"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    _, once, again, *_ = read_blocks(GITHUB, "sh")  # the first, without git, is followed in test_github
    run_block(f"{once.rstrip()} --yes", show, tools, {"git@github.com:you/show.git": str(remote)})
    assert read_branch(remote, tmp_path / "first") == read_site(show / "output")
    start = MadeSpace().start + timedelta(days=14)
    third = MadeArchive(spaces=[MadeSpace(id="1ZkKzZkKzZkKz", start=start)])
    write_archive(show / "content/archives/third.zip", third)
    run_block(again, show, tools, {})
    site = read_branch(remote, tmp_path / "second")
    assert site == read_site(show / "output")
    assert site["feed.xml"].count(b"<item>") == 3
    assert git(remote, "branch", "--format=%(refname:short)").split() == ["gh-pages"]
    assert not (show / ".git").exists()


def test_private_files_are_taken_out_of_a_repository(old: Path, tmp_path: Path) -> None:
    """No commit has them any more, what is public keeps its history; the show's folder follows, and loses nothing."""
    show, remote, tools = clone_of(old, tmp_path / "show"), tmp_path / "remote.git", tmp_path / "tools"
    (show / ".gitignore").unlink()
    write_tools(tools, {"git-filter-repo": f"{sys.executable} -m git_filter_repo"})
    git(show, "add", "content")
    git(show, "commit", "-q", "-m", "Mine")
    git(show, "push", "-q", "-u", "origin", "main")
    private = "people.yaml|content/archives/|space.json|words.json|recording-"
    *_, rewrite, follow = read_blocks(GITHUB, "sh")
    place = f"file://{remote}"
    run_block(rewrite, tmp_path, tools, {"git@github.com:you/show.git": place})
    before = read_tree(show / "content")
    run_block(follow, show, tools, {})
    assert read_tree(show / "content") == before
    for repository in (remote, show):
        committed = git(repository, "log", "--all", "--format=", "--name-only").split()
        assert [name for name in committed if re.search(private, name)] == []
        assert sum(name.endswith("/index.md") for name in committed) == 2
    assert git(remote, "log", "--format=%s", "main").split() == ["Mine"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 server with the two buckets of the manual."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for bucket in ("show-audio", "show"):
        urlopen(Request(f"{url}/{bucket}", method="PUT")).close()
    yield url
    server.stop()


def fetch_bucket(endpoint: str, name: str, place: Path) -> None:
    """Lay out what is in a bucket as its public domain serves it."""
    store = S3Store(
        name,
        endpoint=endpoint,
        client_options={"allow_http": True},
        access_key_id="s3cr3t",
        secret_access_key="s3cr3t",
        region="auto",
    )
    for meta in (meta for page in obstore.list(store) for meta in page):
        (place / meta["path"]).parent.mkdir(parents=True, exist_ok=True)
        (place / meta["path"]).write_bytes(bytes(obstore.get(store, meta["path"]).bytes()))


def test_cloudflare_with_audio_on_r2(old: Path, tmp_path: Path, endpoint: str) -> None:
    """The audio is in the bucket, the pages where the uploader took them, and `check --live` finds nothing."""
    show, tools, pages, sound = copy_show(old, tmp_path / "show"), *(tmp_path / n for n in ("tools", "pages", "sound"))
    write_tools(tools, {"npx": f"sh -c 'cp -r \"$4\" {pages}' npx"})
    keys, publish = read_blocks(CLOUDFLARE, "sh")
    media, folder, _ = read_blocks(CLOUDFLARE, "yaml")
    elsewhere = {ACCOUNT: endpoint, "https://audio.example.org/": "https://audio.signals.podcast/"}
    add_to_config(show, substitute(media, elsewhere) + folder)
    run_block(keys + publish, show, tools, {"=…": "=s3cr3t"})
    fetch_bucket(endpoint, "show-audio", sound)
    built = read_site(show / "output")
    assert read_site(pages) == {path: content for path, content in built.items() if not path.startswith("media/")}
    assert read_site(sound) == {path: content for path, content in built.items() if path.startswith("media/")}
    with RangeServer(show / "output") as server:
        edit(show / "config.yaml", "https://audio.signals.podcast/", server.url)
        move_unpromised(show, server.url)
        spacecast("-C", show, "build")
        run = spacecast("-C", show, "check", "--live", "--json")
    assert (run.code, run.json["findings"]) == (0, [])


def test_all_in_one_bucket(old: Path, tmp_path: Path, endpoint: str) -> None:
    """Pages and audio in one bucket, as the manual's last config says."""
    show, place = copy_show(old, tmp_path / "show"), tmp_path / "bucket"
    add_to_config(show, substitute(read_blocks(CLOUDFLARE, "yaml")[2], {ACCOUNT: endpoint}))
    keys, publish = read_blocks(CLOUDFLARE, "sh")
    run_block(keys + publish.partition("npx")[0], show, tmp_path / "tools", {"=…": "=s3cr3t"})
    fetch_bucket(endpoint, "show", place)
    assert read_site(place) == read_site(show / "output")


def test_submit(old: Path, tmp_path: Path) -> None:
    """docs/submit.md: what is to be checked is checked, the code and the hub are in the feed, buttons on the page."""
    show = copy_show(old, tmp_path / "show")
    code, buttons, hub = (yaml.safe_load(block) for block in read_blocks("submit", "yaml"))
    check, ping = read_blocks("submit", "sh")
    with RangeServer(show / "output", base="/show") as server:
        move_unpromised(show, server.url)
        spacecast("-C", show, "build")
        said = run_block(check, show, tmp_path / "tools")
        assert said.count("Nothing found") >= 1
    config = yaml.safe_load((show / "config.yaml").read_text())
    config["feed"] |= code["feed"] | hub["feed"]
    (show / "config.yaml").write_text(yaml.safe_dump(config | buttons, allow_unicode=True))
    spacecast("-C", show, "build")
    feed, page = ((show / "output" / name).read_text("utf-8") for name in ("feed.xml", "index.html"))
    assert '<podcast:txt purpose="verify">the-code</podcast:txt>' in feed
    assert f'<atom:link href="{hub["feed"]["hub"]}" rel="hub"/>' in feed
    assert all(address.partition("…")[0] in page for address in buttons["subscribe"].values())
    assert ping.split()[1:] == ["check", "--live", "--ping"]  # which test_live follows to a hub


def test_moving_out(old: Path, tmp_path: Path) -> None:
    """docs/moving.md: the feed names the new one, the home page too, and hosts that read `_redirects` send apps on."""
    show, place = copy_show(old, tmp_path / "show"), tmp_path / "www"
    *_, moved = read_blocks("moving", "yaml")
    edit(show / "config.yaml", "\nfeed:\n", f"\n{moved}")
    spacecast("-C", show, "build")
    assert spacecast("-C", show, "deploy", f"folder:{place}").code == 0
    site = read_site(place)
    new = yaml.safe_load(moved)["feed"]["moved_to"]
    assert f"<itunes:new-feed-url>{new}</itunes:new-feed-url>".encode() in site["feed.xml"]
    assert b">no</podcast:locked>" in site["feed.xml"]
    assert f'href="{new}"'.encode() in site["index.html"]
    assert site["_redirects"].decode() == f"/show/feed.xml {new} 301\n"
