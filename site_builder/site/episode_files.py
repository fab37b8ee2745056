"""Which files an episode has on the site beside its audio and pictures, and what of it the rest of the site needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from site_builder.engine.digests import JSON, digest_bytes, digest_json, encode_json
from site_builder.engine.groups import Planned
from site_builder.engine.serialization import change
from site_builder.engine.target import Target, bytes_target
from site_builder.episodes.summary import EpisodeSummary, EpisodeTerms, SharedPicture, render_names, render_summary
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Episode, Show, Span
from site_builder.render.chapters import render_json_chapters
from site_builder.render.feed.rss import make_trailers, render_item
from site_builder.render.pages.contexts import Neighbour, describe_embed, describe_episode, describe_whole_transcript
from site_builder.render.pages.episode_rows import describe_episode_row, find_transcript_path
from site_builder.render.pages.lists import complete, digest_context, list_credits
from site_builder.render.pages.search_text import render_documents
from site_builder.render.pages.sharing import find_oembed_path, render_oembed
from site_builder.render.pages.site_context import Context, Site
from site_builder.render.pages.theme import Theme
from site_builder.render.transcripts import render_json_transcript, render_srt, render_vtt
from site_builder.render.urls import absolute_url

_TRANSCRIPTS = (
    (".vtt", "text/vtt", render_vtt),
    (".srt", "application/x-subrip", render_srt),
    (".json", "application/json", render_json_transcript),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all episodes of a site share."""

    site: Site
    theme: Theme
    site_digest: str
    """Of what every page knows of the show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An episode whose sound is made."""

    episode: Episode
    peaks: Sequence[int] = ()
    """The waveform, 0 to 100."""
    targets: tuple[Target, ...] = ()
    """Its enclosures and pictures."""
    pictures: tuple[SharedPicture, ...] = ()
    audio: tuple[str, ...] = ()
    """Paths of all its audio."""
    absent: tuple[str, ...] = ()
    """Paths of audio that cannot be made here."""
    silent: tuple[Span, ...] = ()
    """Published time in which nothing may be heard."""
    trimmed: float = 0.0
    """Seconds left out at the ends."""


def attach_files(episode: Episode, language: str = "") -> Episode:
    """The episode with the paths of its chapter and transcript files; `language` is spoken, written as feeds do."""
    stem = f"{episode.path}{episode.slug}"
    transcripts = tuple(
        p20.TranscriptFile(path=f"{stem}{suffix}", media_type=media_type, language=language, captions=suffix == ".vtt")
        for suffix, media_type, _ in _TRANSCRIPTS
    )
    return replace(
        episode,
        chapters_path=f"{episode.path}chapters.json" if episode.chapters else "",
        transcripts=transcripts if episode.cues else (),
    )


def plan_episode(setting: Setting, release: Release, newer: Neighbour | None, older: Neighbour | None) -> Planned:
    """All files of an episode, and what is kept of it under the names of `outlines.PARTS`."""
    site = setting.site
    episode = attach_files(release.episode, site.show.language)
    peaks = [peak / 100 for peak in release.peaks]
    row = describe_episode_row(episode, site.zone)
    page = describe_episode(site, episode, newer=newer, older=older, peaks=peaks, row=row)
    targets = (
        *release.targets,
        *_plan_files(site.show, episode),
        plan_page(setting, page),
        plan_page(setting, describe_embed(site, episode, row)),
        *([plan_page(setting, describe_whole_transcript(site, episode, page, row))] if episode.cues else []),
    )
    return Planned(
        targets=targets, remembered=_remember(site, replace(release, episode=episode), page, encode_json(row))
    )


def plan_page(setting: Setting, context: Context) -> Target:
    """A page that is a function of its context and of the theme."""
    page = context["page"]
    inputs: dict[str, JSON] = {
        "context": digest_context(context, setting.site_digest),
        "theme": setting.theme.digest,
    }
    render = partial(_render_page, setting.theme, context)
    return bytes_target(page["file"], "page/1", inputs, render, label=str(page.get("title", page["file"])))


def _render_page(theme: Theme, context: Context) -> bytes:
    return theme.render(context["page"]["template"], complete(context))


def _plan_files(show: Show, episode: Episode) -> Iterator[Target]:
    """Chapters and transcripts, in every written form; what other sites may ask."""
    oembed = render_oembed(show, episode)
    yield bytes_target(
        find_oembed_path(episode), "bytes/1", {"content": digest_bytes(oembed)}, partial(bytes, oembed), "oEmbed"
    )
    if episode.chapters_path:
        chapters = render_json_chapters(
            episode.chapters,
            title=episode.title,
            show_title=show.title,
            make_absolute=partial(absolute_url, show),
        )
        inputs: dict[str, JSON] = {"content": digest_bytes(chapters)}
        yield bytes_target(episode.chapters_path, "chapters/1", inputs, partial(bytes, chapters))
    for file, (_, _, writer) in zip(episode.transcripts, _TRANSCRIPTS, strict=False):
        cues: JSON = [[cue.start, cue.end, cue.text, cue.speaker, *cue.times] for cue in episode.cues]
        yield bytes_target(file.path, "transcript/2", {"cues": digest_json(cues)}, partial(writer, episode.cues))


def _remember(site: Site, release: Release, page: Context, row: bytes) -> Mapping[str, bytes]:
    episode = release.episode
    item = b"" if episode.draft else render_item(site.show, episode)
    document = render_documents([page]).get(page["page"]["file"], b"")
    outline = EpisodeSummary(
        guid=episode.guid,
        slug=episode.slug,
        title=episode.title,
        published_at=episode.published_at,
        updated_at=episode.updated_at,
        draft=episode.draft,
        duration=episode.enclosure.duration,
        enclosure=episode.enclosure.path,
        trailer=next(iter(make_trailers(site.show, [episode])), None),
        pictures=release.pictures,
        audio=release.audio,
        absent=release.absent,
        silent=release.silent,
        trimmed=release.trimmed,
        transcript=find_transcript_path(episode),
        seems_silent=bool(release.peaks) and not any(release.peaks) and not episode.turns,
        row=digest_bytes(row)[:32],
        item=digest_bytes(item)[:32] if item else "",
        document=digest_bytes(document)[:32] if document else "",
    )
    names = render_names(EpisodeTerms(tags=episode.tags, people=list_credits(episode)))
    told = render_summary(change(outline, item="", document="found" if document else ""))
    outline = change(outline, listing=digest_bytes(told + names)[:32])
    return {"outline": render_summary(outline), "names": names, "row": row, "item": item, "document": document}
