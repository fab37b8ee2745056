"""`github-pages`, `github-pages:ADDRESS`: the site as one commit on a branch of a repository.

The branch always holds a single commit without a past, for two reasons: whoever is taken out of an episode must not
stay downloadable in the history of a public repository, and a published repository is to stay below 1 GB. One push
replaces the whole site, so there is nothing to interrupt. Nothing else in the repository is touched; a branch with
commits of another program, or of another show, is left alone.

The repository is named by its address, or by a remote of the show's own repository: never by one of a repository that
the show merely lies in (docs/decisions/0018).
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, ClassVar
from urllib.parse import urlsplit

import ghp_import

from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.git import (
    Git,
    Place,
    find_own_repository,
    find_top_level,
    list_remotes,
    open_aside,
    parse_place,
    require_git,
    without_login,
)
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, tell
from site_builder.net.redaction import redact

MESSAGE = "Publish the site (spacecast deploy)"
SHOW = "Show: "
"""Begins the line of a commit that says whose site it is: the feed's guid."""
_SCRATCH = "spacecast-deploy"
"""A branch that exists while a commit is being made."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001 -- the one word every host's module has
    """The branch an address names: `gh-pages` of the remote `origin` where it names none.

    Raises:
        UsageError: the show has no repository of its own and no address is named, or there is no such remote.
    """
    try:
        place = parse_place(address.removeprefix("github-pages").removeprefix(":"))
    except ValueError:
        example = "github-pages:git@github.com:you/show.git or github-pages:origin/gh-pages"
        raise UsageError(f"{redact(address)}: expected the address of a repository, such as {example}") from None
    require_git()
    own = find_own_repository(setting.folder)
    target = place.address or _find_remote(setting.folder, own, place)
    if own and place.address:  # with the login that the remote of that address may have
        target = next((url for url in list_remotes(own).values() if without_login(url) == target), target)
    git = own or open_aside(setting.folder)
    if target.startswith(("./", "../")):
        target = str((setting.folder / target).resolve())
    return GitHubPages(git, target, place.branch, setting)


def _find_remote(folder: Path, own: Git | None, place: Place) -> str:
    if own is None:
        raise UsageError(_explain_foreign(folder))
    remotes = list_remotes(own)
    if not remotes.get(place.remote):
        raise UsageError(
            f"git knows no remote {place.remote!r}; add it with `git remote add {place.remote} ADDRESS`, or give the "
            "address: `spacecast deploy github-pages:ADDRESS`"
        )
    return remotes[place.remote]


def _explain_foreign(folder: Path) -> str:
    give = (
        "say where to publish, with the address of a repository of your own: "
        "`spacecast deploy github-pages:git@github.com:you/show.git`"
    )
    if top := find_top_level(folder):
        return (
            f"{folder.resolve()} lies inside the repository at {top}, which is not the show's own, and nothing is ever "
            f"published there; {give}, or make the show a repository of its own: `git init` in its folder, then "
            "`git remote add origin ADDRESS`"
        )
    return (
        f"{folder.resolve()} is no git repository (`git init` makes one), so there is no remote to publish to; {give}"
    )


def find_custom_domain(url: str) -> str:
    """What the file CNAME has to say: the host, where it is not GitHub's and the site is all of it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.path == "/" and not host.endswith(".github.io") else ""


class GitHubPages(Host):
    """A branch that is the site."""

    name: ClassVar[str] = "github-pages"

    def __init__(self, git: Git, address: str, branch: str, setting: Setting) -> None:
        super().__init__(f"branch {branch} of {redact(address)}")
        self.git = git
        self.address = address
        """Of the repository, with whatever login it has."""
        self.branch = branch
        self.repository = (address, branch)
        self.domain = find_custom_domain(setting.site_url)
        self.show_guid = setting.show_guid
        self.noted_as = f"github-pages:{without_login(address)}" + (f"#{branch}" if branch != "gh-pages" else "")
        self.wanted: tuple[Upload, ...] = ()
        self.tip = ""
        """The commit that is online; empty where there is none."""
        self.there: Mapping[str, tuple[str, int]] = {}
        """Path to blob and size of what is online."""
        self.changed = False

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By git's own digests of what is online."""
        self.wanted = tuple(wanted)
        self.tip = self._find_tip()
        self.there = self._list_files() if self.tip else {}
        missing = [upload.path for upload in wanted if not self._has(upload)]
        keep = {upload.path for upload in wanted} | ({"CNAME"} if self.domain else set())
        surplus = tuple(sorted(path for path in self.there if path not in keep))
        self.changed = bool(missing or surplus or self._lacks_domain())
        return Difference(missing=missing, surplus=surplus)

    def _find_tip(self) -> str:
        listed = self.git.run("ls-remote", "--", self.address, f"refs/heads/{self.branch}").split()
        if not listed:
            return ""
        tip = listed[0]
        if self.git.call("cat-file", "-e", f"{tip}^{{tree}}"):
            branch = f"+refs/heads/{self.branch}:{self._memory}"
            self.git.run("fetch", "--no-tags", "--quiet", "--", self.address, branch)
        self._require_ours(tip)
        return tip

    def _require_ours(self, tip: str) -> None:
        """Refuse a branch with a commit that is not ours: a push would replace somebody's work.

        Raises:
            UsageError: with what can be done.
        """
        remedy = f"delete that branch, or name another: {redact(self.noted_as).partition('#')[0]}#BRANCH"
        subjects = set(self.git.run("log", "--max-count=100", "--format=%s", tip).split("\n")) - {""}
        if subjects != {MESSAGE}:
            raise UsageError(
                f"{self.label} holds something that spacecast did not put there, and a deploy would "
                f"replace it; {remedy}"
            )
        lines = self.git.run("log", "--max-count=1", "--format=%b", tip).splitlines()
        shows = {line.removeprefix(SHOW).strip() for line in lines if line.startswith(SHOW)}
        if shows - {self.show_guid}:
            raise UsageError(
                f"{self.label} holds the site of another show (its feed.guid is {', '.join(sorted(shows))}, this one's "
                f"is {self.show_guid}), and a deploy would replace it; {remedy}"
            )

    @property
    def _memory(self) -> str:
        """A name for what was published, so that git keeps it: the next push then sends only what changed."""
        place = sha256(without_login(self.address).encode()).hexdigest()[:12]
        return f"refs/spacecast/{place}/{self.branch}"

    def _list_files(self) -> dict[str, tuple[str, int]]:
        listed = self.git.run("ls-tree", "-r", "-z", "--long", self.tip)
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return {path: (facts.split()[2], int(facts.split()[3])) for facts, _, path in entries}

    def _lacks_domain(self) -> bool:
        line = self.domain.encode()
        return bool(self.domain) and self.there.get("CNAME", ("", 0))[0] != _digest_blob([line], len(line))

    def _has(self, upload: Upload) -> bool:
        blob, size = self.there.get(upload.path, ("", -1))
        if size != upload.size_bytes:
            return False
        return upload.source is None or _digest_file(upload.source, size) == blob

    def begin(self, difference: Difference) -> None:
        """Nothing: the commit is made whole or not at all."""

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Nothing yet: a push replaces everything at once."""
        for upload in wave:
            tell(notify, upload, done=False)
            upload.find_bytes()
            tell(notify, upload, done=True)

    def remove(self, paths: Sequence[str]) -> None:
        """Nothing yet."""

    def settle(self) -> None:
        """Commit and push, where anything changed."""
        if not self.changed:
            return
        commit = self._commit()
        lease = f"--force-with-lease=refs/heads/{self.branch}:{self.tip}"
        self.git.run("push", "--quiet", lease, "--", self.address, f"{commit}:refs/heads/{self.branch}")
        self.git.run("update-ref", self._memory, commit)
        if self.tip and (lost := self._count_lost_sound()):
            self.remarks.append(explain_leftovers(lost, self.tip, _explain_purge(redact(self.address))))

    def _count_lost_sound(self) -> int:
        """Audio files that were online in another form, or under another name, before this deploy."""
        now = {upload.path: upload for upload in self.wanted}
        sound = [
            path for path in self.there if Upload(path=path, source=None, size_bytes=0, sha256="").kind is Kind.MEDIA
        ]
        return sum(path not in now or not self._has(now[path]) for path in sound)

    def _commit(self) -> str:
        """A commit of everything wanted, and of nothing else."""
        options = ("--quiet", "--force", "--date-format=rfc2822")
        with self.git.open("fast-import", *options, stdout=subprocess.DEVNULL) as pipe:
            assert pipe.stdin
            assert pipe.stderr
            with suppress(BrokenPipeError), pipe.stdin:  # where git gives up, it says why
                ghp_import.start_commit(pipe, self.git, _SCRATCH, f"{MESSAGE}\n\n{SHOW}{self.show_guid}")
                for upload in sorted(self.wanted, key=lambda upload: upload.path):
                    self._add(pipe, pipe.stdin, upload)
                if self.domain:
                    ghp_import.add_cname(pipe, self.domain)
            said = pipe.stderr.read().decode("utf-8", "replace").strip()
        if pipe.returncode:
            raise SpacecastError(f"git could not make a commit: {redact(said)}")
        commit = self.git.run("rev-parse", f"refs/heads/{_SCRATCH}").strip()
        self.git.run("update-ref", "-d", f"refs/heads/{_SCRATCH}")
        return commit

    def _add(self, pipe: subprocess.Popen[bytes], stream: IO[bytes], upload: Upload) -> None:
        if upload.source is None:
            blob, _ = self.there[upload.path]
            stream.write(f"M 100644 {blob} {upload.path}\n".encode())
        else:
            ghp_import.add_file(pipe, str(upload.source), upload.path)


def explain_leftovers(count: int, tip: str, remedy: str) -> str:
    """What a push that replaces everything leaves behind at the remote, and what takes it away for good."""
    files = "1 audio file that is" if count == 1 else f"{count} audio files that are"
    return (
        f"{files} no longer online can still be fetched from the repository by whoever knows the number of the older "
        f"commit ({tip[:12]}), until it is purged there: {remedy}"
    )


def _explain_purge(address: str) -> str:
    if name := find_github_name(address):
        return (
            f"make the repository anew (`gh repo delete {name} --yes`, `gh repo create {name} --public`, "
            "`spacecast deploy`), or ask GitHub's support to remove it (`spacecast help publish-github-pages`)"
        )
    purge = "reflog expire --expire=now --all && git {0}gc --quiet --prune=now"
    if address[:1] in "/.~" or address.startswith("file://"):
        place = f'-C "{address.removeprefix("file://")}" '
        return f"`git {place}{purge.format(place)}`"
    return f"on its server, in the repository's folder: `git {purge.format('')}`"


def find_github_name(address: str) -> str:
    """`you/show`, where an address is GitHub's; else nothing.

    >>> find_github_name("git@github.com:you/show.git")
    'you/show'
    """
    _, found, rest = without_login(address).partition("github.com")
    name = rest.strip("/:").removesuffix(".git").removeprefix("22/")
    return name if found and name.count("/") == 1 else ""


def _digest_file(file: Path, size: int) -> str:
    with file.open("rb") as stream:
        return _digest_blob(iter(lambda: stream.read(1 << 20), b""), size)


def _digest_blob(chunks: Iterable[bytes], size: int) -> str:
    """As git names a file's content (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects)."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
