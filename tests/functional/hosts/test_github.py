"""`github://OWNER/NAME`: GitHub Pages without git, to git's own HTTP server and a stand-in for the API."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from git_remotes import git
from github_server import TOKEN, Bend, GitHubServer
from manual_runner import read_blocks, run_block
from online import read_site
from show_runner import Run, copy_show, edit, grep, spacecast, start_spacecast

from site_builder.hosts.manifest import MANIFEST

pytest.importorskip("dulwich")
PLACE = "you/show"


def deploy(show: Path, *words: object, code: int = 0) -> Run:
    """`spacecast deploy`; the token is nowhere to be seen."""
    run = spacecast("-C", show, "deploy", *words)
    assert run.code == code, run.err
    assert TOKEN not in run.out + run.err
    return run


def read_online(github: GitHubServer, to: Path) -> dict[str, bytes]:
    """The site that Pages show, without what only the host needs."""
    site = read_site(github.clone(PLACE, to))
    return {path: content for path, content in site.items() if path not in {MANIFEST, "CNAME"}}


def test_a_show_goes_online_and_is_brought_up_to_date(
    old: Path, new: Path, github: GitHubServer, tmp_path: Path
) -> None:
    """The repository is made, Pages are switched on, every byte is there; then only what changed is sent."""
    show = copy_show(old, tmp_path / "show")
    first = deploy(show, f"github://{PLACE}", "--yes")
    assert read_online(github, tmp_path / "clone") == read_site(show / "output")
    assert not (tmp_path / "clone/CNAME").exists()  # a domain of one's own is all of the site, or none of it
    assert github.pages[PLACE]["source"] == {"branch": "gh-pages", "path": "/"}
    assert github.refs(PLACE) == ["refs/heads/gh-pages"]
    assert "github.com/you/show" in first.out
    assert "deploy: github://you/show" in (show / "config.yaml").read_text()
    later = copy_show(new, tmp_path / "later")
    (later / "content/published.json").write_bytes((show / "content/published.json").read_bytes())
    spacecast("-C", later, "build")
    edit(later / "config.yaml", "\nfeed:\n", f"\ndeploy: github://{PLACE}\nfeed:\n")
    spacecast("-C", later, "build")
    second = deploy(later)
    assert read_online(github, tmp_path / "clone") == read_site(later / "output")
    assert "can still be fetched" in second.err
    assert "https://github.com/you/show/settings" in second.err
    third = deploy(later, "github")
    assert "0 sent" in third.out
    assert git(tmp_path / "clone", "rev-list", "--count", "HEAD") == "1"


def test_the_manual_followed(old: Path, github: GitHubServer, tmp_path: Path) -> None:
    """docs/publish-github-pages.md, the way without git, as it is written; the token comes as scripts give it."""
    show = copy_show(old, tmp_path / "show")
    block = read_blocks("publish-github-pages", "sh")[0]
    run_block(f"{block.rstrip()} --yes", show, tmp_path / "tools", {})
    assert read_online(github, tmp_path / "clone") == read_site(show / "output")


def test_it_knows_what_git_has_sent(old: Path, github: GitHubServer, tmp_path: Path) -> None:
    """The branch that `github-pages:` made is the same site, and the other way round."""
    show = copy_show(old, tmp_path / "show")
    place = github.make(PLACE)
    assert spacecast("-C", show, "deploy", f"github-pages:{place}", "--yes").code == 0
    edit(show / "config.yaml", f"github-pages:{place}", f"github://{PLACE}")
    spacecast("-C", show, "build")
    assert "0 sent" in deploy(show).out
    assert read_online(github, tmp_path / "clone") == read_site(show / "output")
    edit(show / "config.yaml", f"github://{PLACE}", f"github-pages:{place}")
    spacecast("-C", show, "build")
    assert "0 sent" in spacecast("-C", show, "deploy").out


def test_dry_run_and_no_make_nothing(old: Path, github: GitHubServer, tmp_path: Path) -> None:
    """Before it was confirmed there is no repository, and none after `--dry-run`."""
    show = copy_show(old, tmp_path / "show")
    assert "a repository that will be made" in deploy(show, f"github://{PLACE}", "--dry-run").out
    assert "this would be the first deploy" in deploy(show, f"github://{PLACE}", code=2).err
    assert github.find(PLACE) is None


@pytest.mark.parametrize("name", ["refs/heads/main", "refs/heads/gh-pages", "refs/tags/v1"])
def test_what_is_not_ours_is_left_alone(name: str, old: Path, github: GitHubServer, tmp_path: Path) -> None:
    """A repository or branch with anything else is refused before a byte is sent."""
    show, place = copy_show(old, tmp_path / "show"), github.make(PLACE)
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", str(work))
    (work / "README.md").write_text("Mine")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Mine")
    git(work, "push", "-q", str(place), f"HEAD:{name}")
    refused = deploy(show, f"github://{PLACE}", "--yes", code=2)
    assert "that spacecast did not put there" in refused.err
    assert github.refs(PLACE) == [name]
    assert not any("POST" in request and "receive-pack" in request for request in github.requests)


def test_a_commit_on_top_of_ours_and_another_show_are_refused(old: Path, github: GitHubServer, tmp_path: Path) -> None:
    """Somebody's edit on GitHub, and the site of another show with the same words."""
    show = copy_show(old, tmp_path / "show")
    deploy(show, f"github://{PLACE}", "--yes")
    clone = github.clone(PLACE, tmp_path / "clone")
    edit(show / "config.yaml", "guid: ", "guid: 0")
    other = show / "config.yaml"
    config = other.read_text()
    assert spacecast("-C", show, "build").code in {0, 1, 2}
    other.write_text(config.replace("guid: 0", "guid: "))
    spacecast("-C", show, "build")
    (clone / "index.html").write_text("Mine")
    git(clone, "commit", "-qam", "Publish the site (spacecast deploy)")
    git(clone, "push", "-q")
    assert "did not put there" in deploy(show, code=2).err


def test_killed_while_it_sends(old: Path, new: Path, github: GitHubServer, tmp_path: Path) -> None:
    """In the middle of a push and at its end: what is online stays whole, and the token is in no file."""
    show = copy_show(old, tmp_path / "show")
    edit(show / "config.yaml", "\nfeed:\n", f"\ndeploy: github://{PLACE}\nfeed:\n")
    spacecast("-C", show, "build")
    deploy(show, "--yes")
    online = read_online(github, tmp_path / "clone")
    later = copy_show(new, tmp_path / "later")
    edit(later / "config.yaml", "\nfeed:\n", f"\ndeploy: github://{PLACE}\nfeed:\n")
    (later / "content/published.json").write_bytes((show / "content/published.json").read_bytes())
    spacecast("-C", later, "build")
    for bend in (Bend(after=1000), Bend()):

        def kill(method: str, path: str, bend: Bend = bend) -> Bend | None:
            if path.endswith("git-receive-pack") and method == "POST":
                process.kill()
                return bend
            return None

        github.bend = kill
        with start_spacecast("-C", later, "deploy") as process:
            process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        assert read_online(github, tmp_path / "clone") in (online, read_site(later / "output"))
    github.bend = lambda method, path: None
    deploy(later)
    assert read_online(github, tmp_path / "clone") == read_site(later / "output")
    assert grep(tmp_path / "later", TOKEN) == []
