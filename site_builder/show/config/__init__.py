"""`config.yaml` as typed values. The classes in `sections` are its manual; only `show` is required.

What a fingerprint needs of a config, or of a section, is `model_dump(mode="json")`: plain, in a fixed order, and
the same for the same file on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from site_builder.errors import Problem, UsageError
from site_builder.model.paths import FEED
from site_builder.show.config.feed import FeedConfig
from site_builder.show.config.sections import (
    AudioConfig,
    AudioFormat,
    ChapterSource,
    ConsentConfig,
    DeadAir,
    Deploy,
    EpisodeCovers,
    Level,
    MediaConfig,
    Pending,
    Removal,
    RepositoryConfig,
    ShowConfig,
    SiteConfig,
    Subscribe,
)
from site_builder.show.config.show import describe_show, make_feed_guid
from site_builder.show.config.transcripts import TranscriptConfig
from site_builder.show.documents import Document, find_line, parse_yaml
from site_builder.show.layout import CONFIG
from site_builder.show.own_files import explain_foreign, read_own_file
from site_builder.text.addresses import is_same_address
from site_builder.text.command_lines import quote_words

__all__ = [
    "AudioConfig",
    "AudioFormat",
    "ChapterSource",
    "Config",
    "ConsentConfig",
    "DeadAir",
    "EpisodeCovers",
    "FeedConfig",
    "Level",
    "MediaConfig",
    "Pending",
    "Removal",
    "ShowConfig",
    "SiteConfig",
    "check_config_files",
    "describe_show",
    "list_named_files",
    "load_config",
    "make_feed_guid",
    "parse_config",
    "require_show",
]


class Config(Document):
    """Everything in `config.yaml`.

    Defaults are not validated: each section would be prepared for that by itself, at every start.
    """

    show: ShowConfig
    """What the podcast is."""
    feed: FeedConfig = FeedConfig.model_construct()
    """How apps and directories see it."""
    audio: AudioConfig = AudioConfig.model_construct()
    """What becomes of the recordings."""
    consent: ConsentConfig = ConsentConfig.model_construct()
    """What happens with people who have not said yes, or have said no."""
    transcript: TranscriptConfig = TranscriptConfig.model_construct()
    """How recordings are transcribed."""
    site: SiteConfig = SiteConfig.model_construct()
    """How the website looks."""
    subscribe: Subscribe = Field(default_factory=dict)
    """The show's pages at apps and directories: `Apple Podcasts: https://…`."""
    media: MediaConfig = MediaConfig.model_construct()
    """Audio somewhere else than the site."""
    deploy: Deploy = Field(default_factory=dict)
    """Where `spacecast deploy` sends the site: one place, or several by name."""
    repository: RepositoryConfig = RepositoryConfig.model_construct()
    """The show's own git repository, where it has one."""

    @property
    def contact(self) -> str:
        """Where somebody asks to be taken out: an e-mail or web address."""
        return self.consent.contact or self.show.email


def load_config(folder: Path) -> Config:
    """The config of the show in `folder`.

    Raises:
        UsageError: there is none; the message says how to make one.
        InvalidDocument: it does not say what it must; every problem with its line.
    """
    file = folder / CONFIG
    try:
        return parse_config(read_own_file(file, folder), Path(CONFIG))
    except FileNotFoundError:
        if (other := file.with_suffix(".yml")).is_file():
            raise UsageError(f"{other}: rename this file to {CONFIG}") from None
        make = quote_words("spacecast", "init", str(folder))
        raise UsageError(f"{file}: no such file; `{make}` makes a new show there, -C names another folder") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None


def require_show(folder: Path) -> None:
    """Refuse a folder without a config; what is wrong in one that is there is another matter.

    Raises:
        UsageError: there is none; the message says how to make one.
    """
    if not (folder / CONFIG).is_file():
        load_config(folder)


def parse_config(text: str | bytes, file: Path = Path(CONFIG)) -> Config:
    """A config from its text; `file` is only named in problems.

    Raises:
        InvalidDocument: with every problem, each with its line.
    """
    return parse_yaml(text, file, Config)


def check_config_files(config: Config, folder: Path) -> tuple[Problem, ...]:
    """What is wrong between its options, and with the files they name: each must exist within the show's folder."""
    text = (folder / CONFIG).read_bytes() if (folder / CONFIG).is_file() else b""
    problems = [*_find_circle(config, text)]
    for path, name in list_named_files(config):
        if message := _check_file(folder, name):
            dotted = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
            problems.append(Problem(message, Path(CONFIG), find_line(text, path), dotted))
    return tuple(problems)


def _find_circle(config: Config, text: bytes) -> Iterator[Problem]:
    """A feed that says it has moved to itself sends apps, and on some hosts everybody, round in circles for ever."""
    moved_to = config.feed.moved_to
    if moved_to and is_same_address(moved_to, config.show.url + FEED, any_case=True):
        message = "this is the show's own feed; leave the line out: it says where apps are to go from here"
        yield Problem(message, Path(CONFIG), find_line(text, ("feed", "moved_to")), "feed.moved_to")


def list_named_files(config: Config) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The way to each option that names a file, and the name."""
    if config.show.cover:
        yield ("show", "cover"), config.show.cover
    for number, person in enumerate(config.show.people):
        if person.image and "://" not in person.image:
            yield ("show", "people", number, "image"), person.image
    if config.site.logo:
        yield ("site", "logo"), config.site.logo
    for number, sheet in enumerate(config.site.css):
        yield ("site", "css", number), sheet


def _check_file(folder: Path, name: str) -> str:
    file = folder / name
    if not (file.is_file() or file.is_symlink()):
        return f"there is no file {name!r} in the show's folder"
    reason = explain_foreign(file, folder)
    return f"{name!r} {reason}" if reason else ""
