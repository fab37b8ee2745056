"""A site on GitHub Pages, sent without git: the published branch is replaced last, and whole.

Files go in packs to a name of our own in the repository, `refs/spacecast/upload`, which nobody is shown; each pack adds
to what it holds, so that a deploy that broke goes on where it was. Only when everything is there the branch is turned
to it. The branch always holds one commit without a past, for the reasons that `github_pages.py` gives, and the same
words in it, so that either way of sending knows the other's work. docs/decisions/0039 says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.github import device_login
from site_builder.hosts.github.answers import RIGHTS, TokenRefused
from site_builder.hosts.github.api import Api, Repository, find_servers
from site_builder.hosts.github_pages import MESSAGE, SHOW, explain_leftovers, find_custom_domain
from site_builder.hosts.host import Difference, Host, Setting, Upload
from site_builder.hosts.manifest import MANIFEST, parse_manifest, render_manifest
from site_builder.net.credentials import Secret, TokenMissing
from site_builder.net.redaction import redact
from site_builder.text.command_lines import make_install_line

if TYPE_CHECKING:
    from site_builder.hosts.github.packing import Packer

BRANCH = "refs/heads/gh-pages"
UPLOAD = "refs/spacecast/upload"
"""As in `packing.py`, which needs an extra."""
VARIABLE = "SPACECAST_GITHUB_TOKEN"
FILE_BYTES = 100 << 20
SITE_BYTES = 1_000_000_000
"""https://docs.github.com/en/repositories/working-with-files/managing-large-files, …/pages/github-pages-limits."""
_NAME = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,38})/(?P<name>(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100})")
_BROAD = ("ghp_", "gho_")
"""How classic tokens begin, and those of an OAuth app that a person logged in to."""
_BROAD_WARNING = (
    "this is a classic token or login, which opens every repository of yours to whoever gets hold of it; make a "
    "fine-grained token for this repository alone at https://github.com/settings/personal-access-tokens/new, and "
    "delete the other"
)
_HOW_TO_GET = (
    f"make a fine-grained token at https://github.com/settings/personal-access-tokens/new with {RIGHTS}; for a "
    "repository that does not exist yet choose “All repositories” and add Administration, “Read and write”"
)


def open(address: str, setting: Setting) -> Host:  # noqa: A001 -- the one word every host's module has
    """The repository an address names, or `github` alone: the one that the show's own address belongs to.

    Raises:
        UsageError: it names none, it cannot be where the show is said to be, or the extra is not installed.
    """
    text = address.removeprefix("github:").removeprefix("//").removesuffix("/").removesuffix(".git")
    name = _guess_repository(setting.site_url) if address in {"github", "github:"} else text
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{redact(address)}: expected github://OWNER/NAME, such as github://you/show, where you is your name at "
            "GitHub and show the repository, which is made if there is none; GitHub takes the letters a to z, digits, "
            "- _ and . in it"
        )
    _require_extra()
    return GitHub(name, setting)


def _guess_repository(site_url: str) -> str:
    """`you/show` for https://you.github.io/show/; nothing for an address that is not GitHub's."""
    parts = urlsplit(site_url)
    owner, _, rest = (parts.hostname or "").partition(".")
    return f"{owner}/{parts.path.strip('/') or parts.hostname}" if rest == "github.io" else ""


def _require_extra() -> None:
    try:
        import dulwich  # noqa: F401, PLC0415 -- an extra
    except ImportError:
        raise UsageError(
            "sending to GitHub without git needs two libraries, which spacecast[publish] has; this adds them: "
            + make_install_line("dulwich>=1.2,<2", "keyring>=25")
        ) from None


class GitHub(Host):
    """A repository that is the site and nothing else."""

    name: ClassVar[str] = "github"

    def __init__(self, repository: str, setting: Setting) -> None:
        super().__init__(f"github.com/{repository}")
        self.account = f"github.com/{repository}"
        self.place = repository
        self.noted_as = f"github://{repository}"
        self.setting = setting
        self.domain = find_custom_domain(setting.site_url)
        self.there: Repository | None = None
        self.refs: dict[str, str] = {}
        self.online: dict[str, str] = {}
        """Path to blob of what is online."""
        self.uploaded: dict[str, str] = {}
        """The same of what a deploy that broke has sent already."""
        self.digests: dict[str, str] = {}
        """Path to SHA-256 of what is online, as the manifest there says."""
        self.wanted: tuple[Upload, ...] = ()
        self.changed = False

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By the manifest of what is online, or by git's digests where there is none."""
        self.wanted = tuple(wanted)
        self._require_room()
        self._require_address()
        self._connect()
        missing = [upload.path for upload in wanted if not self._has(upload)]
        ours = {upload.path for upload in wanted} | {MANIFEST} | ({"CNAME"} if self.domain else set())
        surplus = tuple(sorted(path for path in self.online if path not in ours))
        self.changed = bool(missing or surplus or UPLOAD in self.refs or self._describe_own() != self._find_own())
        return Difference(missing=missing, surplus=surplus)

    def _require_room(self) -> None:
        """Refuse what GitHub would, before anything is sent.

        Raises:
            UsageError: with the files, or the size of all.
        """
        long = [upload for upload in self.wanted if upload.size_bytes > FILE_BYTES]
        total = sum(upload.size_bytes for upload in self.wanted)
        remedy = "lower `audio.bitrate`, or put the audio elsewhere (`spacecast help publish-cloudflare-r2`)"
        if long:
            listed = ", ".join(f"{upload.path} ({upload.size_bytes / (1 << 20):.0f} MiB)" for upload in long)
            raise UsageError(f"GitHub takes no file of more than 100 MiB, and nothing was sent: {listed}; {remedy}")
        if total > SITE_BYTES:
            raise UsageError(f"GitHub Pages takes sites up to 1 GB, and this one has {total / 1e9:.2f} GB; {remedy}")

    def _require_address(self) -> None:
        """Refuse where the show says it is at another place of GitHub's than the repository will be.

        Raises:
            UsageError: with the line to change.
        """
        expected = _guess_repository(self.setting.site_url)
        if expected and expected.lower() != self.place.lower():
            owner, _, name = self.place.partition("/")
            path = "" if name.lower() == f"{owner}.github.io".lower() else f"{name}/"
            raise UsageError(
                f"config.yaml says `url: {self.setting.site_url}`, but {self.place} will be seen at "
                f"https://{owner.lower()}.github.io/{path}; change one of the two; nothing was sent"
            )

    def _connect(self) -> None:
        """Look at the repository, with a token that is asked for once more where the one that was kept is refused."""
        try:
            self._look(self._find_token())
        except TokenRefused as error:
            self.setting.credentials.forget(self.account)
            token = self._ask_token(variable="", question=f"{error}.\n{self._question}")
            if token is None:
                raise TokenRefused(f"{error}; nothing was sent; {_HOW_TO_GET}") from None
            self._look(token)
        if remark := self.setting.credentials.keep(self.account):
            self.remarks.append(remark)

    def _find_token(self) -> Secret:
        token = self._ask_token(variable=VARIABLE, question=self._question)
        if token is None:
            raise TokenMissing(
                f"a token for {self.account} is needed: run this at a terminal, or give it with --token-stdin or in "
                f"the variable {VARIABLE}; {_HOW_TO_GET}"
            )
        return token

    def _ask_token(self, *, variable: str, question: str) -> Secret | None:
        return self.setting.credentials.find(
            self.account, variable=variable, question=question, log_in=device_login.find_login()
        )

    @property
    def _question(self) -> str:
        return f"{_HOW_TO_GET}\nPaste the token for {self.account} (it is not shown)"

    def _look(self, token: Secret) -> None:
        from site_builder.hosts.github.git_push import Remote  # noqa: PLC0415 -- an extra

        if token.reveal().startswith(_BROAD) and _BROAD_WARNING not in self.remarks:
            self.remarks.append(_BROAD_WARNING)
        servers = find_servers()
        self.api = Api(servers.api, self.place, token)
        self.remote = Remote(f"{servers.git}/{self.place}.git", token, self.setting.folder / ".cache")
        self.there = self.api.find_repository()
        if self.there is None:
            self.label = f"{self.account}, a repository that will be made"
        elif self.there.is_archived:
            raise UsageError(f"{self.label} is archived, and takes nothing; nothing was sent")
        else:
            self._read_refs()

    def _read_refs(self) -> None:
        self.refs = self.remote.list_refs()
        foreign = sorted(name.partition("/")[2] for name in self.refs if name not in {BRANCH, UPLOAD})
        if foreign:
            raise UsageError(
                f"{self.label} holds something that spacecast did not put there ({', '.join(foreign[:5])}); a site "
                "gets a repository of its own: name one that does not exist yet, which is made, or an empty one "
                "without README"
            )
        if UPLOAD in self.refs:
            self.uploaded = self._read_files(UPLOAD)
        if BRANCH in self.refs:
            self.online = self._read_files(BRANCH)
            if MANIFEST in self.online:
                self.digests = parse_manifest(self.remote.read_blob(self.online[MANIFEST]))

    def _read_files(self, name: str) -> dict[str, str]:
        """What a name of ours holds.

        Raises:
            UsageError: it is not ours, or of another show.
        """
        commit = self.remote.read_commit(self.refs[name])
        first, _, rest = commit.message.partition("\n")
        remedy = "name another repository: github://OWNER/NAME"
        if first != MESSAGE or commit.has_past:
            raise UsageError(
                f"{self.label} holds something that spacecast did not put there, and a deploy would replace "
                f"it; {remedy}"
            )
        shows = {line.removeprefix(SHOW).strip() for line in rest.splitlines() if line.startswith(SHOW)}
        if shows - {self.setting.show_guid}:
            raise UsageError(
                f"{self.label} holds the site of another show (its feed.guid is {', '.join(sorted(shows))}), and a "
                f"deploy would replace it; {remedy}"
            )
        return dict(commit.files)

    def _has(self, upload: Upload) -> bool:
        """Whether this very file is online."""
        blob = self.online.get(upload.path)
        if blob is None:
            return False
        if upload.path in self.digests:
            return self.digests[upload.path] == upload.sha256
        return upload.source is None or self._find_blob(upload) == blob

    def _find_blob(self, upload: Upload) -> str:
        from site_builder.hosts.github.git_push import find_blob_id  # noqa: PLC0415 -- an extra

        return self.online[upload.path] if upload.source is None else find_blob_id(upload)

    def _find_own(self) -> dict[str, str]:
        """Blobs of the files that only the host needs, as they are online."""
        return {path: self.online[path] for path in (MANIFEST, "CNAME") if path in self.online}

    def _describe_own(self) -> dict[str, str]:
        """The same as they should be."""
        from site_builder.hosts.github.packing import make_text  # noqa: PLC0415 -- an extra

        return {path: make_text(content).id.decode() for path, content in self._own_texts.items()}

    @property
    def _own_texts(self) -> dict[str, bytes]:
        manifest = render_manifest({upload.path: upload.sha256 for upload in self.wanted})
        return {MANIFEST: manifest, **({"CNAME": self.domain.encode()} if self.domain else {})}

    def begin(self, difference: Difference) -> None:  # noqa: ARG002
        """Make the repository, where there is none."""
        if self.there is None:
            self.api.make_repository(self.setting.site_url)
            self.there = Repository(is_private=False, is_archived=False)
            self.label = self.account

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Send files to where nobody sees them yet, whole packs at a time."""
        for upload in wave:
            self._packer.add(upload, notify)

    @cached_property
    def _packer(self) -> Packer:
        from site_builder.hosts.github.packing import Packer  # noqa: PLC0415 -- an extra

        return Packer(
            self.remote, self.refs, f"{MESSAGE}\n\n{SHOW}{self.setting.show_guid}", self.uploaded, self.online
        )

    def remove(self, paths: Sequence[str]) -> None:
        """Nothing: the branch will hold what is wanted, and nothing else."""

    def settle(self) -> None:
        """Turn the branch to what was sent, and have Pages show it."""
        if self.changed:
            self._packer.publish(self.wanted, self._own_texts)
            self._tell_leftovers()
        self._show_pages()

    def _tell_leftovers(self) -> None:
        """Audio that GitHub still has in another form, or under another name, than it is online now."""
        now = set(self._packer.known_of(self.wanted))
        old = {path: blob for files in (self.online, self.uploaded) for path, blob in files.items()}
        lost = [path for path, blob in old.items() if path.startswith("media/") and blob not in now]
        if lost:
            tip = self.refs.get(BRANCH) or self.refs[UPLOAD]
            remedy = (
                f"delete the repository at https://{self.account}/settings (“Delete this repository”) and deploy "
                "again, which makes it anew, or ask GitHub's support to remove it "
                "(`spacecast help publish-github-pages`)"
            )
            self.remarks.append(explain_leftovers(len(lost), tip, remedy))

    def _show_pages(self) -> None:
        branch = BRANCH.rpartition("/")[2]
        try:
            pages = self.api.find_pages()
            if pages is None or (pages.branch, pages.path) != (branch, "/"):
                self.api.show_branch(branch, is_on=pages is not None)
        except SpacecastError as error:
            plan = "; Pages of a private repository need a paid plan" if self.there and self.there.is_private else ""
            raise SpacecastError(
                f"the site is in the repository, but its Pages are not switched on: {error}{plan}. Deploy again, or do "
                f"it yourself at https://{self.account}/settings/pages: Deploy from a branch, {branch}, / (root)"
            ) from None
