"""Rules about published audio: it is there, it plays, it is what the feed says, and it sounds as apps advise."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from site_builder.checks import references as ref
from site_builder.checks.feed.document import text_of
from site_builder.checks.feed.podcasting20.agreement import find_duration
from site_builder.checks.rule import Finding, Place, Remark, Rulebook, Severity
from site_builder.checks.site.audio_probe import Sound, probe_files
from site_builder.checks.site.text_files import find_chapter_starts
from site_builder.checks.site.voices import measure_spread
from site_builder.checks.subject import CheckedShow
from site_builder.model.edits import EditList
from site_builder.show.config import Level
from site_builder.show.layout import find_artifact_database
from site_builder.text.timecode import format_clock

FILES: Rulebook[CheckedShow] = Rulebook("Audio files")
AUDIO: Rulebook[tuple[CheckedShow, Sound]] = Rulebook("Sound")

_LOUDNESS, _TOLERANCE, _PEAK = -16.0, 1.0, -1.0
_EVEN = 4.0
"""LU between speakers that are hardly noticed."""
_OWN_MP4 = {"©nam", "©alb", "©ART", "aART", "©day", "©cmt", "desc", "©gen", "trkn", "covr"}
_OWN_MP4 |= {"----:com.apple.iTunes:WWW"}
_OWN_ID3 = {"TIT2", "TALB", "TPE1", "TDRC", "TYER", "TDAT", "TIME", "TCON", "TRCK", "COMM", "WOAF", "APIC", "CHAP"}
_OWN_ID3 |= {"CTOC", "TLEN"}
_RATES = {(1, False): (40, 80), (1, True): (64, 128), (2, False): (80, 160), (2, True): (128, 256)}
"""Kilobits a second Apple advises, by channels and whether the sample rate is 44.1 kHz or more."""
_AGAIN = "Build again: the file in output/ was damaged or changed afterwards."
_ENCODE = (
    "Set `audio.format: aac` and `audio.loudness: -16` to encode anew (a little is lost), or leave it as recorded."
)


def check_audio(built: CheckedShow) -> Iterator[Finding]:
    """Everything about the show's audio that breaks a rule."""
    yield from FILES.check(built)
    for sound in _find_sounds(built):
        yield from AUDIO.check((built, sound))


def _find_sounds(built: CheckedShow) -> Iterator[Sound]:
    named = [(item, element) for item in built.items for element in item.all("enclosure")[:1]]
    placed = [(item, element, built.site.find_file(element.get("url", ""))) for item, element in named]
    there = [(item, element, file) for item, element, file in placed if file and file.is_file()]
    probes = probe_files(
        [(file, item.label) for item, _, file in there], find_artifact_database(built.folder), built.notify
    )
    for item, element, file in there:
        yield Sound(item=item, element=element, file=file, probe=probes[file])


def _at(built: CheckedShow, sound: Sound) -> Place:
    return Place(file=built.relative(sound.file), episode=sound.item.label)


@FILES.rule(
    "enclosure-file",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="The audio file of each episode is in output/, unless it lives elsewhere (`media.url`).",
    remedy="Put the archive the recording came from into content/archives/ and build again.",
)
def _find_missing(built: CheckedShow) -> Iterator[Remark]:
    for item in built.items:
        for element in item.all("enclosure"):
            address = element.get("url", "")
            file = built.site.find_file(address)
            if file and not file.is_file() and not built.config.media.url:
                yield "the audio file is not there", Place(file=built.relative(file), episode=item.label, url=address)


@FILES.rule(
    "integrity-value",
    Severity.WARNING,
    ref.SRI,
    holds="The hash the feed gives for a file is that of the file.",
    remedy=_AGAIN,
)
def _find_broken_integrity(built: CheckedShow) -> Iterator[Remark]:
    for element in built.feed.all("podcast:alternateEnclosure") if built.feed else ():
        values = [
            found.get("value", "") for found in element.iterchildren("{*}integrity") if found.get("type") == "sri"
        ]
        files = [built.site.find_file(source.get("uri", "")) for source in element.iterchildren("{*}source")]
        for value in values:
            name, _, wanted = value.partition("-")
            for file in files:
                if name in {"sha256", "sha384", "sha512"} and file and file.is_file():
                    with file.open("rb") as stream:
                        digest = base64.b64encode(hashlib.file_digest(stream, name).digest()).decode()
                    if digest != wanted:
                        yield "the file has another hash than the feed says", Place(file=built.relative(file))


@AUDIO.rule(
    "audio-decodable",
    Severity.ERROR,
    ref.APPLE_AUDIO,
    holds="The audio plays from beginning to end.",
    remedy=_AGAIN,
)
def _find_undecodable(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    probe = sound.probe
    if probe.fault:
        yield probe.fault, _at(built, sound)
    elif abs(probe.samples - probe.decoded.samples) > 0.2 * probe.sample_rate:
        heard = format_clock(probe.decoded.samples / probe.sample_rate)
        yield f"only {heard} of {format_clock(probe.duration)} can be decoded", _at(built, sound)


@AUDIO.rule(
    "audio-duration",
    Severity.ERROR,
    ref.APPLE,
    holds="`itunes:duration` is how long the audio lasts, to a second.",
    remedy=_AGAIN,
)
def _find_durations(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    stated, real = find_duration(sound.item), sound.probe.duration
    if stated and real and abs(stated - real) > 1:
        yield f"the feed says {format_clock(stated)}, the audio lasts {format_clock(real)}", _at(built, sound)


@AUDIO.rule(
    "audio-format",
    Severity.ERROR,
    ref.APPLE_AUDIO,
    holds="The audio is AAC in MP4 or MP3, as its type and extension say.",
    remedy="Set `audio.format` to copy, aac or mp3 and build again.",
)
def _find_formats(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    probe, suffix = sound.probe, sound.file.suffix.lower()
    if probe.fault:
        return
    real = ".mp3" if probe.codec == "mp3" else ".m4a" if probe.codec == "aac" and "mp4" in probe.container else ""
    if suffix in {".mp3", ".m4a"} and real != suffix:
        yield f"a {suffix} file holds {probe.codec} in {probe.container}", _at(built, sound)


@AUDIO.rule(
    "audio-index-first",
    Severity.WARNING,
    ref.MP4,
    holds="The index of an MP4 file stands before the sound: players start at once.",
    remedy=_AGAIN,
)
def _find_slow_start(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    if not sound.probe.index_first:
        yield "the index (moov) stands behind the sound", _at(built, sound)


@AUDIO.rule(
    "audio-mp3-length",
    Severity.WARNING,
    ref.APPLE_AUDIO,
    holds="An MP3 has a constant bit rate or a header that tells its length; else players guess.",
    remedy="Build again with `audio.format: mp3`.",
)
def _find_guesses(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    if not sound.probe.even:
        yield "the bit rate varies, and there is no header", _at(built, sound)


@AUDIO.rule(
    "audio-tags",
    Severity.WARNING,
    ref.manual("checks"),
    holds="The audio has no tags but those this program writes: others may tell more than is meant.",
    remedy=_AGAIN,
)
def _find_foreign_tags(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    own = _OWN_ID3 if sound.probe.codec == "mp3" else _OWN_MP4
    if foreign := [name for name in sound.probe.tags if name not in own]:
        yield f"there are further tags: {', '.join(foreign)}", _at(built, sound)


@AUDIO.rule(
    "audio-chapters",
    Severity.WARNING,
    ref.APPLE_CHAPTERS,
    holds="The chapters in the audio file are those the feed names, to the millisecond.",
    remedy=_AGAIN,
)
def _find_other_chapters(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    stated = find_chapter_starts(built, sound.item)
    inside = [mark.start_ms for mark in sound.probe.chapters]
    if stated is not None and not sound.probe.fault and stated[:255] != inside:
        yield f"the file has {len(inside)} chapters, the feed {len(stated)}, or at other times", _at(built, sound)


@AUDIO.rule(
    "audio-loudness",
    Severity.ADVICE,
    ref.APPLE_AUDIO,
    holds="The loudness is about -16 LUFS, as Apple advises.",
    remedy=_ENCODE,
)
def _find_loudness(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    audio, found = built.config.audio, sound.probe.decoded.loudness
    if sound.probe.fault or abs(found - _LOUDNESS) <= _TOLERANCE:
        return
    wanted = audio.find_loudness(audio.level)
    is_missed = wanted is not None and found < wanted - _TOLERANCE
    why = f" instead of {wanted:g}: knocks, claps or single shouts leave no room for more" if is_missed else ""
    yield f"the loudness is {found:.1f} LUFS{why}", _at(built, sound)


@AUDIO.rule(
    "audio-peak",
    Severity.ADVICE,
    ref.APPLE_AUDIO,
    holds="The true peak is at most -1 dBTP.",
    remedy=_ENCODE,
)
def _find_peaks(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    peak = sound.probe.decoded.peak
    if peak is not None and peak > _PEAK:
        yield f"the true peak is {peak:+.1f} dBTP", _at(built, sound)


@AUDIO.rule(
    "audio-voices",
    Severity.ADVICE,
    ref.manual("configuration"),
    holds="All who speak in an episode are about equally loud, within 4 LU.",
    remedy=(
        "Set `audio.level: speakers` with `audio.format: mp3` or `aac`, or name such an encoding in `audio.alternates` "
        "beside the lossless copy."
    ),
)
def _find_uneven_voices(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    audio, bundle = built.config.audio, built.bundles_by_guid.get(sound.item.text("guid"))
    is_even = audio.level is Level.SPEAKERS
    if not is_even and any(entry.level is Level.SPEAKERS for entry in audio.alternates):
        return
    if bundle is None or bundle.media is None or bundle.recording is None:
        return
    edits, recording = EditList.parse(bundle.media.edits), bundle.recording
    moved = [(turn, place) for turn in recording.turns for place in edits.find_published(turn)]
    turns = [replace(turn, start=start, end=end) for turn, (start, end) in moved]
    spread = measure_spread(sound.probe.decoded.moments, turns, recording.tick)
    if spread > _EVEN:
        why = " although all were evened out: they speak at once too often, or one is hardly to be heard"
        yield f"one speaker is {spread:.0f} dB louder than another{why if is_even else ''}", _at(built, sound)


@AUDIO.rule(
    "audio-bitrate",
    Severity.ADVICE,
    ref.APPLE_AUDIO,
    holds="Bit rate and sample rate are those Apple advises: in mono 64 to 128 kbit/s at 44.1 or 48 kHz.",
    remedy="Set `audio.bitrate` and `audio.channels` when encoding; a copy is as X recorded it.",
)
def _find_bitrates(subject: tuple[CheckedShow, Sound]) -> Iterator[Remark]:
    built, sound = subject
    probe = sound.probe
    low, high = _RATES[min(2, probe.channels or 1), probe.sample_rate >= 44_100]
    if not probe.fault and probe.duration > 30 and not low * 0.95 <= probe.bitrate / 1000 <= high * 1.05:
        yield (
            f"{probe.bitrate / 1000:.0f} kbit/s, {probe.sample_rate} Hz, {probe.channels} channel(s)",
            (_at(built, sound)),
        )


@FILES.rule(
    "audio-title",
    Severity.ADVICE,
    ref.manual("checks"),
    holds="No two episodes have the same title and length: one may be a copy.",
    remedy="Remove the copy, or tell the two apart by their titles.",
)
def _find_twins(built: CheckedShow) -> Iterator[Remark]:
    seen: dict[tuple[str, str], str] = {}
    for item in built.items:
        key = (item.text("title").casefold(), item.text("itunes:duration"))
        first = seen.setdefault(key, item.text("guid"))
        if first != item.text("guid") and built.feed:
            title = item.first("title")
            yield f"“{text_of(title)}” appears twice with the same length", built.feed.at(item)
