"""Which people's answers an episode depends on, so that an answer rebuilds only the episodes it is about.

An episode depends on the entries of those who speak in it, and on everybody hidden whom its texts name. Who is named in
them was looked for when it was last read, among all who were hidden then. So it still holds while nobody is hidden who
was not, and everything is read again where somebody is.
docs/decisions/0034 says why.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from site_builder.consent import Casting, Redaction, make_redaction
from site_builder.consent.secrets import find_namesakes, list_refused
from site_builder.consent.visible_text import WALL, read_markup, read_plain
from site_builder.engine.cache import ValueCache
from site_builder.engine.digests import digest_bytes, digest_json
from site_builder.engine.serialization import digest_value, encode_value
from site_builder.model.podcast import Guid, Speaker
from site_builder.show.bundles import Bundle
from site_builder.show.config import Pending
from site_builder.show.documents.document import decode_any
from site_builder.show.layout import INDEX
from site_builder.show.people import Answer, Consent, People, PersonRecord, is_unknown
from site_builder.text.folding import fold

_KIND, _SHOW = "hidden", "show"
_MARKS = re.compile(r"\]\([^)\n]*\)|[][*_~`]")
"""What Markdown writes inside words."""


@dataclass(frozen=True)
class ConsentInputs:
    """Everybody's answers, and the part of them that each episode depends on."""

    people: People
    """With all names by which recordings call them."""
    pending: Pending
    _digests: dict[tuple[Speaker, str], str] = field(default_factory=dict, init=False, repr=False)
    _scopes: dict[str, _Scope] = field(default_factory=dict, init=False, repr=False)
    _refused: dict[str, list[PersonRecord]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _answered(self) -> Set[str]:
        """Guids of episodes for which anybody has given an answer of their own."""
        return {guid for record in self.people.records for guid in record.episodes}

    def _find_scope(self, guid: str) -> _Scope:
        """What holds in an episode; the same for all that nobody has answered for alone."""
        own = guid if guid in self._answered else ""
        if own not in self._scopes:
            self._scopes[own] = _Scope(self.people, own, hides_pending=self.pending is Pending.ANONYMISE)
        return self._scopes[own]

    def find_epoch(self, kept: ValueCache) -> str:
        """A name for the time since somebody was last hidden who had not been; what was read before does not hold."""
        now = sorted(self._find_scope("").digests)
        epoch, text = kept.load(_KIND).get(_SHOW, ("", b"[]"))
        before = json.loads(text)
        if epoch and now == before:
            return epoch
        if not epoch or not set(before).issuperset(now):
            epoch = secrets.token_hex(8)  # never one that was in use before
        kept.put(_KIND, {_SHOW: (epoch, encode_value(now))})
        return epoch

    def digest(self, guid: str, speakers: Sequence[Speaker], mentioned: Sequence[str], *, is_restricted: bool) -> str:
        """Of all that an episode depends on.

        Args:
            guid: The episode.
            speakers: All who are heard, or on stage.
            mentioned: Hidden people whom its texts may name, as `find_mentioned` gave them.
            is_restricted: Whether somebody who is heard is hidden or taken out.
        """
        told = [self._digest_speaker(speaker, guid) for speaker in speakers]
        named = self.digest_mentioned(guid, mentioned, is_restricted=is_restricted)
        return digest_bytes("\0".join((*told, named)).encode())

    def digest_mentioned(self, guid: str, mentioned: Sequence[str], *, is_restricted: bool) -> str:
        """Of what is redacted in an episode, but for those who speak in it."""
        scope = self._find_scope(guid)
        if guid in self._answered:
            return digest_json([guid, sorted(scope.digests), scope.redaction.shown])
        if not mentioned and not is_restricted:
            return ""
        return digest_json([[one for one in mentioned if one in scope.digests], scope.redaction.shown])

    def find_mentioned(self, bundle: Bundle, casting: Casting) -> tuple[str, ...]:
        """Hidden people whom the texts of an episode may name, and more than these; a digest of each."""
        scope = self._find_scope(bundle.guid)
        if not scope.redaction:
            return ()
        matcher, text = scope.redaction.matcher, WALL.join(_list_texts(bundle, casting))
        views = (fold(text), read_plain(text).folded, read_markup(_MARKS.sub("", text)).folded)
        found = {term.person for view in views for term in matcher.find_terms(view)}
        return tuple(sorted(scope.list_digests[number] for number in found))

    def _digest_speaker(self, speaker: Speaker, guid: str) -> str:
        key = (speaker, guid if guid in self._answered else "")
        if key not in self._digests:
            scope, (person, found) = self._find_scope(guid), self.people.identify(speaker)
            records = [scope.describe(record) for record in found]
            told = self._tell(speaker, person, guid)
            self._digests[key] = digest_value([records, speaker.avatar_url in scope.shared, told])
        return self._digests[key]

    def _list_refused(self, guid: str) -> list[PersonRecord]:
        own = guid if guid in self._answered else ""
        if own not in self._refused:
            self._refused[own] = list_refused(self.people, Guid(guid))
        return self._refused[own]

    def _tell(self, speaker: Speaker, person: PersonRecord | None, guid: str) -> object:
        """What may hold for somebody of whom nothing is known, or a number only: they may be who refused."""
        if speaker.handle or speaker.name:
            return find_namesakes(speaker, person, self._list_refused(guid)) or None
        refused = [(one.key, bool(one.x_ids), bool(one.names or one.handles)) for one in self._list_refused(guid)]
        known = self.people.find_unknown(Guid(guid)) if is_unknown(speaker) else None
        return [refused, known and self._find_scope(guid).describe(known)]


class _Scope:
    """Who is hidden in one episode, or in all that nobody has answered for alone."""

    def __init__(self, people: People, guid: str, *, hides_pending: bool) -> None:
        self._guid = Guid(guid)
        self._secret = {Consent.REFUSED, Consent.ANONYMOUS} | ({Consent.PENDING} if hides_pending else set())
        self.redaction: Redaction = make_redaction(people, Guid(guid) or None, hides_pending)
        self.list_digests = [digest_value(one)[:16] for one in self.redaction.hidden]
        self.digests = frozenset(self.list_digests)
        shown = [one for one in people.records if not self._is_hidden(one)]
        self.shared = {address for one in shown for address in (*one.links, one.avatar_url)}

    def _is_hidden(self, record: PersonRecord) -> bool:
        return record.answer_for(self._guid).status in self._secret

    def describe(self, record: PersonRecord) -> object:
        """All that is told, or kept secret, of somebody who speaks."""
        answer, is_hidden = record.answer_for(self._guid), self._is_hidden(record)
        told = replace(
            record,
            asked=None,
            consent=Answer(status=answer.status),
            history=(),
            episodes=dict.fromkeys((self._guid,) if self._guid in record.episodes else (), Answer()),
            described=record.described if is_hidden else (),
        )
        addresses = (*record.links, record.avatar_url, *(one.avatar_url for one in record.described))
        return [told, [address for address in addresses if address in self.shared] if is_hidden else None]


def _list_texts(bundle: Bundle, casting: Casting) -> Iterable[str]:
    """All that may be read in an episode, as it is written."""
    for file in filter(None, (bundle.folder / INDEX, bundle.transcript)):
        yield decode_any(file.read_bytes())
    yield from (bundle.folder.name, bundle.slug)
    if recording := bundle.recording:
        yield from (recording.url, recording.announced_url)
    for person in casting.credits:
        yield from (person.name, f"@{person.handle}", person.href, person.avatar_url)


def digest_casting(casting: Casting) -> str:
    """Of what holds for those who speak, as far as anybody hears or reads of it."""
    verdicts = [(one.heard, one.named, one.label, one.role) for one in casting.verdicts]
    speaking = casting.redaction.hidden[: casting.taking_part]
    return digest_value(
        [
            *(verdicts, casting.credits, casting.credit_of, sorted(casting.refused), casting.taken_out),
            *(speaking, casting.redaction.origin),
        ]
    )
