"""Plans the files of an episode beside audio and pictures, and makes its summary."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from site_builder.engine.digests import JSON, digest_bytes, digest_json, encode_json
from site_builder.engine.groups import Planned
from site_builder.engine.serialization import decode_plain, encode_value, replace_fields
from site_builder.engine.target import Target, bytes_target
from site_builder.episodes.provenance import find_refused
from site_builder.episodes.source import EpisodeSource
from site_builder.episodes.summary import EpisodeSummary, EpisodeTerms, SharedPicture
from site_builder.errors import SpacecastError
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Enclosure, Episode, PublishedAudio, Show
from site_builder.render.chapters import render_json_chapters
from site_builder.render.feed.rss import make_trailers, render_item
from site_builder.render.pages.contexts import Neighbour, describe_embed, describe_episode, describe_whole_transcript
from site_builder.render.pages.episode_rows import describe_episode_row, find_transcript_path
from site_builder.render.pages.lists import complete, encode_context, list_credits
from site_builder.render.pages.search_text import render_documents
from site_builder.render.pages.sharing import find_oembed_path, render_oembed
from site_builder.render.pages.site_context import Context, Site
from site_builder.render.pages.theme import Theme
from site_builder.render.transcripts import render_json_transcript, render_srt, render_vtt
from site_builder.render.urls import absolute_url
from site_builder.site.audio import CachedSound
from site_builder.site.pictures import Pictures, with_pictures
from site_builder.site.portraits import Portraits

_QUICK = 1
"""Of zlib's levels: the others take several times as long to save a tenth."""
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
class Encoding:
    """An episode's sound, in one encoding or more; the usual one is the first."""

    source: EpisodeSource
    """What it was made from, with the edits as they came out."""
    audio: PublishedAudio
    """As `media.json` holds it; its files are those that are published once they have their tags."""
    sounds: Sequence[CachedSound] = ()
    """Each of its files before tags are written; none where the recording is absent, and what was published is all."""
    targets: Sequence[Target] = ()
    """Its files on the site, and those of its cover."""
    cover: Pictures | None = None
    """None where the show's serves."""


def list_files(audio: PublishedAudio) -> tuple[Enclosure, ...]:
    """All files of an episode, the usual one first."""
    return (audio.enclosure, *audio.alternates)


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


def plan_episode(
    setting: Setting, episode: Episode, encoding: Encoding, newer: Neighbour | None, older: Neighbour | None
) -> Planned:
    """All files of an episode, and what is kept of it under the names of `summary.PARTS`."""
    site, portraits = setting.site, Portraits()
    episode = portraits.add_episode_pictures(episode, encoding.source.bundle.folder, site.show)
    episode = with_pictures(episode, encoding.cover) if encoding.cover else episode
    episode = attach_files(episode, site.show.language)
    peaks = [peak / 100 for peak in encoding.audio.peaks]
    row = describe_episode_row(episode, site.zone)
    page = describe_episode(site, episode, newer=newer, older=older, peaks=peaks, row=row)
    words = [describe_whole_transcript(site, episode, page, row)] if episode.cues else []
    pages = [
        (context, encode_context(context, setting.site_digest))
        for context in (page, describe_embed(site, episode, row), *words)
    ]
    targets = (
        *encoding.targets,
        *_plan_files(site.show, episode),
        *(_plan_page(setting, context, encoded) for context, encoded in pages),
    )
    summary = _summarise(site.show, episode, encoding, portraits.pictures)
    remembered = _remember(site.show, episode, summary, page, encode_json(row))
    kept = zlib.compress(b"\n".join(encoded for _, encoded in pages), _QUICK)
    return Planned(targets=targets, remembered={**remembered, "pages": kept})


def plan_kept_pages(setting: Setting, pages: bytes) -> Planned:
    """The pages of an episode in another theme, from what `plan_episode` remembered of them; its other files stay.

    Raises:
        SpacecastError: they cannot be read.
    """
    try:
        kept = [(decode_plain(encoded), encoded) for encoded in zlib.decompress(pages).split(b"\n")]
    except (zlib.error, ValueError) as error:
        raise SpacecastError(f"what was kept of a page cannot be read: {error}") from error
    site = setting.site.described
    return Planned(
        targets=[_plan_page(setting, {**context, "site": site}, encoded) for context, encoded in kept], is_part=True
    )


def plan_page(setting: Setting, context: Context) -> Target:
    """A page that is a function of its context and of the theme."""
    return _plan_page(setting, context, encode_context(context, setting.site_digest))


def _plan_page(setting: Setting, context: Context, encoded: bytes) -> Target:
    page = context["page"]
    inputs: dict[str, JSON] = {"context": digest_bytes(encoded)[:32], "theme": setting.theme.digest}
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


def _summarise(show: Show, episode: Episode, encoding: Encoding, pictures: tuple[SharedPicture, ...]) -> EpisodeSummary:
    """An episode in brief, without digests."""
    audio, source = tuple(file.path for file in list_files(encoding.audio)), encoding.source
    return EpisodeSummary(
        guid=episode.guid,
        slug=episode.slug,
        title=episode.title,
        published_at=episode.published_at,
        updated_at=episode.updated_at,
        draft=episode.draft,
        duration=episode.enclosure.duration,
        enclosure=episode.enclosure.path,
        trailer=next(iter(make_trailers(show, [episode])), None),
        pictures=pictures,
        audio=audio,
        absent=() if encoding.sounds else audio,
        silent=find_refused(source),
        trimmed=sum(span.duration for span in source.edits.trims),
        transcript=find_transcript_path(episode),
        seems_silent=bool(encoding.audio.peaks) and not any(encoding.audio.peaks) and not episode.turns,
    )


def _remember(show: Show, episode: Episode, summary: EpisodeSummary, page: Context, row: bytes) -> Mapping[str, bytes]:
    item = b"" if episode.draft else render_item(show, episode)
    document = render_documents([page]).get(page["page"]["file"], b"")
    summary = replace_fields(
        summary,
        row=digest_bytes(row)[:32],
        item=digest_bytes(item)[:32] if item else "",
        document=digest_bytes(document)[:32] if document else "",
    )
    names = encode_value(EpisodeTerms(tags=episode.tags, people=list_credits(episode)))
    told = encode_value(replace_fields(summary, item="", document="found" if document else ""))
    summary = replace_fields(summary, listing=digest_bytes(told + names)[:32])
    return {"outline": encode_value(summary), "names": names, "row": row, "item": item, "document": document}
