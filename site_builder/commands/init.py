"""`spacecast init`: a new show folder that builds at once. What exists is never overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder.commands.schema import write_schema_files
from site_builder.engine import platform
from site_builder.engine.files import write_file
from site_builder.episodes.intake.seen_archives import record_elsewhere
from site_builder.errors import InvalidDocument, UsageError
from site_builder.model.conversation import Account
from site_builder.show.config import make_feed_guid, parse_config
from site_builder.show.documents.writing import render_front_matter
from site_builder.show.layout import CONFIG, EPISODES
from site_builder.show.private_files import IGNORED, list_missing_lines
from site_builder.show.schema_lines import name_front_schema, name_schema
from site_builder.sources.detect import open_source
from site_builder.text.command_lines import make_command
from site_builder.text.plain import clean, escape_markdown
from site_builder.text.slugs import make_slug

_CONSENT = """
consent:
  # Who has not said yes yet: anonymise (heard, without a name), publish (by name) or withhold the episode
  pending: anonymise
"""
_FEED = """
feed:
  # The show's identity in podcast directories. Never change it, even if the address changes
  guid: {guid}
"""
_ARCHIVES = """Drop your X data archive (the zip, as X delivered it) into this folder and run `spacecast build`.

Only what belongs to your Spaces is read. Nothing in this folder is published or committed to git.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShow:
    """What was made."""

    folder: Path
    title: str
    next_steps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For `spacecast init --json`."""
        return {"folder": str(self.folder), "title": self.title, "next_steps": list(self.next_steps)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What a person may take over by Enter. No address is among them: a wrong one is worse than none."""

    title: str
    author: str


def propose(folder: Path, archive: Path | None) -> Proposals:
    """What the archive's account, or else the folder's name, proposes.

    Raises:
        UsageError: there is a show already.
        UnusableSource: the archive cannot be read.
    """
    _require_no_show(folder)
    name = _find_name(_read_account(archive) if archive else Account())
    return Proposals(title=name or _name_after(folder), author=name)


def check_answer(name: str, text: str) -> None:
    """Refuse an answer that the config would not take.

    Raises:
        UsageError: with what is expected.
    """
    try:
        parse_config(_render_config(Account(), {name: text}, Path("show"), {}))
    except InvalidDocument as error:
        raise UsageError(error.problems[0].message) from None


def make_show_folder(
    folder: Path,
    *,
    archive: Path | None,
    answers: Mapping[str, str | None],
    account: Account | None = None,
    further: Mapping[str, object] | None = None,
    standing: Mapping[str, object] | None = None,
) -> NewShow:
    """Make a show in `folder`, with what the account of an archive tells where nothing else is said.

    Args:
        folder: New, or without a `config.yaml`.
        archive: An X archive; the first build takes it in; it may be deleted after that.
        account: Whose show it is, where that is known without an archive to place.
        answers: title, url, author and email as far as they were given; description, language and guid too.
        further: Other options of `show`, by name, where there is more to say.
        standing: Options of `feed` beside its guid.

    Raises:
        UsageError: there is a show already, or an answer is not usable.
        UnusableSource: the archive cannot be read.
    """
    _require_no_show(folder)
    account = _read_account(archive) if archive else account or Account()
    given = {key: value for key, value in answers.items() if value}
    config = _render_config(account, given, folder, further or {})
    config += "".join(f"\n{_as_yaml(key, value)}" for key, value in (standing or {}).items())
    config += _CONSENT
    show = parse_config(config).show  # refuses bad answers before anything is written
    write_new(folder / ".gitignore", IGNORED)
    write_new(folder / "content/archives/README.md", _ARCHIVES)
    for name in (EPISODES, "templates"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_schema_files(folder)
    write_new(folder / "content/pages/about.md", name_front_schema(_render_about(account), "page", folder, "../../"))
    write_new(folder / CONFIG, config)  # last: where it is, all of the show is
    if archive:
        _place(archive, folder)
    return NewShow(folder=folder, title=show.title, next_steps=tuple(_next_steps(folder, archive, answers)))


def _require_no_show(folder: Path) -> None:
    if (folder / CONFIG).exists():
        raise UsageError(
            f"{folder / CONFIG} exists already: this folder is a show; edit that file, or name a new folder"
        )


def _read_account(archive: Path) -> Account:
    with open_source(archive) as source:
        return source.account


def _render_config(account: Account, answers: Mapping[str, str], folder: Path, further: Mapping[str, object]) -> str:
    """`config.yaml` as a person would write it: what is needed, each line explained, nothing else."""
    name = _find_name(account)
    title = answers.get("title") or name or _name_after(folder)
    url = answers.get("url") or f"https://example.org/{make_slug(title, fallback='show')}/"
    url = url if url.endswith("/") else f"{url}/"
    bio = answers.get("description") or clean(account.bio) or f"Conversations from {title}."
    category = further.get("category") or "Society & Culture"
    options: tuple[tuple[str, object, str], ...] = (
        ("title", title, "The show's name, without key words"),
        ("description", bio, "What it is about; a paragraph or more"),
        ("url", url, "Where the site will live. Change it before you publish"),
        ("language", answers.get("language") or "en", "Spoken language: en, de, pt-br …"),
        ("author", answers.get("author") or name or title, "Who makes it"),
        ("email", answers.get("email") or "podcast@example.org", "Public: directories send ownership codes to it"),
        ("category", category, "One of Apple's categories: `spacecast help configuration` lists them"),
    )
    lines = [f"  # {comment}\n{_as_yaml(key, value)}" for key, value, comment in options]
    lines += [_as_yaml(key, value) for key, value in further.items() if key != "category"]
    guid = answers.get("guid") or make_feed_guid(f"{url}feed.xml")
    head = f"{name_schema('config')}# Your show. Every further option: `spacecast help configuration`\nshow:\n"
    return head + "\n".join(lines) + _FEED.format(guid=guid)


def _find_name(account: Account) -> str:
    return clean(account.name or account.handle, keep_lines=False)


def _name_after(folder: Path) -> str:
    return folder.absolute().name.replace("-", " ").title() or "My show"


def _as_yaml(key: str, value: object) -> str:
    """One option, quoted where YAML needs it, indented below `show:`."""
    body = render_front_matter({key: value}).strip().removeprefix("---").removesuffix("---").strip("\n")
    return "\n".join(f"  {line}" if line else line for line in body.splitlines()) + "\n"


def _render_about(account: Account) -> str:
    bio = escape_markdown(clean(account.bio))
    text = f"{bio}\n\n" if bio else ""
    return (
        render_front_matter({"title": "About"})
        + f"\n{text}These are recordings of conversations held live on X Spaces.\n"
    )


def write_new(file: Path, text: str) -> None:
    """Write a file, whole or not at all, unless there is one: what a person has is theirs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        write_file(file, text.encode())


def _place(archive: Path, folder: Path) -> None:
    """Have the first build find an archive of up to 50 GB without a copy: by a second name, or by where it lies.

    Never by a symbolic link: not every system has them, and when the archive goes they lead nowhere.
    """
    place = folder / "content/archives" / archive.name
    if place.exists():
        return
    try:
        if archive.is_dir():
            record_elsewhere(folder, archive)
        else:
            platform.link(archive.resolve(), place)
    except OSError:
        record_elsewhere(folder, archive)


def _next_steps(folder: Path, archive: Path | None, answers: Mapping[str, str | None]) -> Iterator[str]:
    if lines := list_missing_lines((folder / ".gitignore").read_text("utf-8", "replace")):
        yield (
            f"add these lines to {folder / '.gitignore'}, which was here before, or git takes what is private: "
            f"{' '.join(lines)}"
        )
    asked = [key for key in ("title", "url", "author", "email") if not answers.get(key)]
    if asked:
        yield f"look over {CONFIG}, above all: {', '.join(asked)}"
    if not archive:
        yield f"put your X archive into {folder / 'content/archives'}/"
    yield make_command(folder, "build")
