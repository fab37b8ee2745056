"""`extract --show-per-account`: hundreds of archives into a show for each account, going on where a run was ended.

`accounts.json` beside the shows says which is whose, and what became of each archive. One that cannot be read holds up
no other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from site_builder.commands.init import make_show_folder
from site_builder.engine.files import write_file
from site_builder.engine.stamps import FileStamp
from site_builder.episodes.intake.extraction import extract
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Making, Notify, Started, ignore
from site_builder.model.conversation import Account
from site_builder.show.layout import CONFIG
from site_builder.sources.detect import open_source
from site_builder.text.slugs import make_slug

ACCOUNTS = "accounts.json"


@dataclass(slots=True)
class Archive:
    """What became of one archive."""

    account: str = ""
    """Whose it is: the id at X, or the handle."""
    stamp: str = ""
    """Of the file as it was read; empty where it has to be read again."""
    found: dict[str, int] = field(default_factory=dict)
    """How many recordings by what became of them: `new`, `known`, `missing` …"""
    remarks: list[str] = field(default_factory=list)
    failure: str = ""
    """Why nothing was taken from it, as a sentence."""


@dataclass(slots=True)
class Show:
    """The show of one account."""

    folder: str
    """Its name below the folder of all shows."""
    account: str
    """Handle or name, for people."""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What became of the archives of one account."""

    account: str
    folder: str
    """Of its show; empty where there is none."""
    archives: int
    skipped: int
    """Of those, how many were taken in by an earlier run."""
    found: dict[str, int]
    remarks: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


class _Ledger:
    """`accounts.json`, written after every archive."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / ACCOUNTS
        self.shows: dict[str, Show] = {}
        self.archives: dict[str, Archive] = {}
        if self._file.exists():
            self._read()

    def _read(self) -> None:
        try:
            known = json.loads(self._file.read_bytes())
            self.shows = {key: Show(**value) for key, value in known["shows"].items()}
            self.archives = {key: Archive(**value) for key, value in known["archives"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise UsageError(
                f"{self._file}: cannot be read; it says which show belongs to whom, so restore it from a backup, or "
                "extract into each show by itself"
            ) from None

    def save(self) -> None:
        shows = {key: asdict(show) for key, show in self.shows.items()}
        archives = {key: asdict(archive) for key, archive in self.archives.items()}
        text = json.dumps({"shows": shows, "archives": archives}, indent=2, ensure_ascii=False)
        write_file(self._file, text.encode() + b"\n", durable=True)


def extract_accounts(folder: Path, archives: Sequence[Path], notify: Notify = ignore) -> tuple[AccountReport, ...]:
    """Take each archive into the show of its account below `folder`, which is made where it is missing.

    Raises:
        UsageError: `folder` is a show itself, or what an earlier run left there cannot be read.
    """
    if (folder / CONFIG).exists():
        raise UsageError(f"{folder} is a show; --show-per-account makes shows below the folder that -C names")
    ledger, skipped = _Ledger(folder), set()
    paths = list(dict.fromkeys(path.resolve() for path in archives))
    notify(Started(len(paths)))
    for path in paths:
        notify(Making(str(path), f"Reading {path.name}"))
        known = ledger.archives.get(str(path))
        if known and known.stamp and known.stamp == _mark(path):
            skipped.add(str(path))
            continue
        ledger.archives[str(path)] = _take(folder, path, ledger)
        ledger.save()
    return tuple(_report(ledger, {str(path) for path in paths}, skipped))


def _mark(path: Path) -> str:
    """Empty where it cannot be told whether it is as it was: a folder, or no file at all."""
    if not path.is_file():
        return ""
    stamp = FileStamp.take(path)
    return f"{stamp.size_bytes}-{stamp.mtime_ns}"


def _take(folder: Path, path: Path, ledger: _Ledger) -> Archive:
    archive, mark = Archive(), _mark(path)
    try:
        account = _read_account(path)
        archive.account = account.x_id or account.handle.lower()
        extraction = extract(_find_show(folder, archive.account, account, ledger), [path])
    except SpacecastError as error:
        archive.failure = str(error)
        return archive
    archive.found = dict(Counter(str(entry.result) for entry in extraction.taken))
    archive.remarks = list(extraction.remarks)
    archive.stamp = "" if any(entry.unreadable for entry in extraction.taken) else mark
    return archive


def _read_account(path: Path) -> Account:
    """Whose an archive is; SpacecastError where it does not say."""
    with open_source(path) as source:
        account = source.account
    if not (account.x_id or account.handle):
        raise SpacecastError(f"{path}: does not say whose it is; take it into a show by `spacecast extract`")
    return account


def _find_show(folder: Path, key: str, account: Account, ledger: _Ledger) -> Path:
    """The show of an account; a new one where there is none, in a folder that is nobody's."""
    known = ledger.shows.get(key)
    if known and (folder / known.folder / CONFIG).is_file():
        return folder / known.folder
    slug = known.folder if known else _find_free(folder, make_slug(account.handle or account.name, fallback=key))
    ledger.shows[key] = Show(slug, f"@{account.handle}" if account.handle else account.name or key)
    ledger.save()  # before it is made: whoever is ended here goes on in the same folder
    address = f"https://example.org/{slug}/"  # one for each: a show's identity comes from it
    make_show_folder(folder / slug, archive=None, account=account, answers={"url": address})
    return folder / slug


def _find_free(folder: Path, slug: str) -> str:
    names = (slug if number == 1 else f"{slug}-{number}" for number in range(1, 1_000_000))
    return next(name for name in names if not (folder / name).exists())


def _report(ledger: _Ledger, paths: set[str], skipped: set[str]) -> Iterator[AccountReport]:
    """By account in the order of their shows; what is nobody's comes last."""
    for key in [*ledger.shows, ""]:
        show = ledger.shows.get(key, Show("", "nobody known"))
        own = {path: archive for path, archive in ledger.archives.items() if path in paths}
        own = {path: one for path, one in own.items() if (one.account if one.account in ledger.shows else "") == key}
        if not own:
            continue
        found: Counter[str] = Counter()
        for archive in own.values():
            found.update(archive.found)
        yield AccountReport(
            account=show.account,
            folder=show.folder,
            archives=len(own),
            skipped=len(own.keys() & skipped),
            found=dict(sorted(found.items())),
            remarks=tuple(f"{Path(path).name}: {remark}" for path, one in own.items() for remark in one.remarks),
            failures=tuple(one.failure for one in own.values() if one.failure),
        )
