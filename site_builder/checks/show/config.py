"""Rules about `config.yaml`: what was left as `init` wrote it, and what is worth setting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from site_builder.checks import references as ref
from site_builder.checks.rule import Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.show.config.placeholders import is_placeholder

CONFIG_RULES: Rulebook[CheckedShow] = Rulebook("Config")

_SHORT = 50
_OVER = timedelta(days=1)
"""After that long no conversation goes on."""


@CONFIG_RULES.rule(
    "config-url",
    Severity.WARNING,
    ref.manual("configuration"),
    holds="`show.url` is where the site will really live.",
    remedy="Set `show.url` before anybody subscribes; every link in the feed begins with it.",
)
def _find_url(built: CheckedShow) -> Iterator[Remark]:
    url = built.config.show.url
    if is_placeholder(urlsplit(url).hostname or ""):
        yield f"{url} is a placeholder", built.in_config("show", "url")


@CONFIG_RULES.rule(
    "config-email",
    Severity.WARNING,
    ref.SPOTIFY,
    holds="`show.email` is an address somebody reads: directories send their ownership codes to it.",
    remedy="Set `show.email`.",
)
def _find_email(built: CheckedShow) -> Iterator[Remark]:
    if is_placeholder(built.config.show.email.rpartition("@")[2].lower()):
        yield f"{built.config.show.email} is a placeholder", built.in_config("show", "email")


@CONFIG_RULES.rule(
    "config-guid",
    Severity.WARNING,
    ref.namespace_tag("guid"),
    holds="`feed.guid` is written down: the show keeps its identity when its address changes.",
    remedy="Write the guid given here into config.yaml, once and for all.",
)
def _find_guid(built: CheckedShow) -> Iterator[Remark]:
    if built.config.feed.guid is None:
        yield (
            f"it is made from the address anew each time; write `feed: {{guid: {built.site.show.guid}}}`",
            (built.in_config("feed")),
        )


@CONFIG_RULES.rule(
    "config-description",
    Severity.ADVICE,
    ref.APPLE,
    holds="The description says in a sentence or two what the show is about.",
    remedy="Write a little more into `show.description`.",
)
def _find_description(built: CheckedShow) -> Iterator[Remark]:
    text = built.config.show.description
    if len(text) < _SHORT:
        yield f"it has only {len(text)} characters", built.in_config("show", "description")


@CONFIG_RULES.rule(
    "config-cover",
    Severity.ADVICE,
    ref.APPLE,
    holds="The show has a cover of its own.",
    remedy="Put a square picture at content/cover.jpg; until then one is drawn.",
)
def _find_cover(built: CheckedShow) -> Iterator[Remark]:
    own = [built.folder / "content" / f"cover.{suffix}" for suffix in ("jpg", "jpeg", "png")]
    if built.config.show.cover is None and not any(file.is_file() for file in own):
        yield "the cover is drawn by this program", built.in_config("show")


@CONFIG_RULES.rule(
    "config-copyright",
    Severity.ADVICE,
    ref.PSP,
    holds="`show.copyright` says whose the show is.",
    remedy="Set `show.copyright` to a name.",
)
def _find_copyright(built: CheckedShow) -> Iterator[Remark]:
    if not built.config.show.copyright:
        yield "nobody is named", built.in_config("show")


@CONFIG_RULES.rule(
    "config-deploy",
    Severity.ADVICE,
    ref.manual("configuration"),
    holds="`deploy` says where the site goes.",
    remedy="Set `deploy: github-pages`, or another host.",
)
def _find_deploy(built: CheckedShow) -> Iterator[Remark]:
    if not built.config.deploy:
        yield "no host is named", built.in_config()


@CONFIG_RULES.rule(
    "config-block",
    Severity.ADVICE,
    ref.APPLE,
    holds="The show may be found in directories.",
    remedy="Remove `feed.block` when it is to be found.",
)
def _find_block(built: CheckedShow) -> Iterator[Remark]:
    if built.config.feed.block:
        yield "the show is kept out of directories", built.in_config("feed", "block")


@CONFIG_RULES.rule(
    "config-complete",
    Severity.ADVICE,
    ref.APPLE,
    holds="More episodes may come.",
    remedy="Remove `feed.complete` if they do: apps stop looking, and there is no quick way back.",
)
def _find_complete(built: CheckedShow) -> Iterator[Remark]:
    if built.config.feed.complete:
        yield "the show is said to be complete", built.in_config("feed", "complete")


@CONFIG_RULES.rule(
    "config-moved",
    Severity.ADVICE,
    ref.APPLE_MOVE,
    holds="The show lives here.",
    remedy="Keep this feed online, and redirect its address (301) where you can.",
)
def _find_moved(built: CheckedShow) -> Iterator[Remark]:
    if built.config.feed.moved_to:
        yield f"apps are sent to {built.config.feed.moved_to}", built.in_config("feed", "moved_to")


@CONFIG_RULES.rule(
    "config-op3",
    Severity.ADVICE,
    ref.OP3,
    holds="Listeners' downloads go straight to the audio.",
    remedy="Remove `feed.op3`, or say in the show's privacy notes that op3.dev counts downloads.",
)
def _find_op3(built: CheckedShow) -> Iterator[Remark]:
    if built.config.feed.op3:
        yield "every download passes through op3.dev", built.in_config("feed", "op3")


@CONFIG_RULES.rule(
    "config-live",
    Severity.WARNING,
    ref.namespace_tag("liveItem"),
    holds="What is announced is yet to come, or takes place: apps show it until it is said to have ended.",
    remedy="Set `status: ended`, or remove the entry from `feed.live`; it goes by itself once it is an episode.",
)
def _find_past_live(built: CheckedShow) -> Iterator[Remark]:
    for number, entry in enumerate(built.config.feed.live):
        item = entry.to_model(built.config.show.zone)
        known = item.recording in {bundle.guid for bundle in built.bundles}
        if item.status != "ended" and not known and (item.ends_at or item.starts_at) + _OVER < built.now:
            yield f"“{item.title}” is over, but said to be {item.status}", built.in_config("feed", "live", number)
