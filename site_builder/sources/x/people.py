"""Tells who is who in a Space, from the recording's tags, the metadata and the account's own mentions.

The tags know handles and Periscope ids, the metadata X user ids, and only the account's tweets hold both. Nothing is
guessed: who cannot be matched keeps what is known of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from site_builder.model.conversation import Account
from site_builder.model.podcast import Role, Speaker, Turn
from site_builder.sources.x.spaces import Space
from site_builder.sources.x.tweets import Tweets, is_handle

_SURE = 0.8
"""Part of someone's speech that must lie in one user's sessions, and in nobody else's …"""
_SURELY_NOT = 0.2
"""… by more than this, for the two to be the same."""


@dataclass(frozen=True, slots=True)
class People:
    """What an archive knows about the people in one Space."""

    space: Space
    account: Account
    tweets: Tweets

    def describe_host(self, guests: Iterable[str] = ()) -> Speaker:
        """The creator of the Space: name and handle where they are the account or are mentioned by it.

        A recording without metadata is the account's own (X gives an account only what it hosted), unless its tags
        name the account among the guests, whose handles these are.
        """
        if self.space.host_ids:
            return self.describe_user(self.space.host_ids[0])
        own = self.account.handle.lower()
        if any(own and guest.lower() == own for guest in guests):
            return Speaker(role=Role.HOST)
        return self._describe_account()

    def describe_user(self, x_id: str) -> Speaker:
        """The user with this id, with the role they have in the Space."""
        if x_id == self.account.x_id:
            return replace(self._describe_account(), role=self._role(x_id))
        mention = self.tweets.find_by_id(x_id)
        handle, name = (mention.handle, mention.name) if mention else ("", "")
        return Speaker(role=self._role(x_id), x_id=x_id, handle=handle, name=name)

    def identify(
        self, speakers: Sequence[Speaker], turns: Sequence[Turn], moment_of: Callable[[float], datetime] | None
    ) -> tuple[Speaker, ...]:
        """Speakers with X ids and names added where they are known beyond doubt; same order, same length.

        Args:
            speakers: As the recording's tags name them.
            turns: Who speaks when, by index into `speakers`.
            moment_of: Recording time to wall clock, where the recording tells.
        """
        known = [self._identify_by_handle(speaker) for speaker in speakers]
        if moment_of is None:
            return tuple(known)
        taken = {speaker.x_id for speaker in known}
        open_ids = [x_id for x_id in self.space.speaker_ids if x_id not in taken]
        strangers = [n for n, speaker in enumerate(known) if not speaker.x_id and speaker.role is not Role.HOST]
        shares = {(n, x_id): self._share(n, x_id, turns, moment_of) for n in strangers for x_id in open_ids}
        for (n, x_id), share in shares.items():
            rivals = [
                other for pair, other in shares.items() if pair != (n, x_id) and (pair[0] == n or pair[1] == x_id)
            ]
            if share >= _SURE and all(other <= _SURELY_NOT for other in rivals) and self._may_be(known[n], x_id):
                known[n] = replace(known[n], x_id=x_id, role=self._role(x_id), name=self.describe_user(x_id).name)
        return tuple(known)

    def find_unseen(self, known: Iterable[Speaker]) -> tuple[Speaker, ...]:
        """Those who spoke, by the metadata, and are none of those whom the recording's tags name."""
        ids = {speaker.x_id for speaker in known} | set(self.space.host_ids[:1])
        return tuple(self.describe_user(x_id) for x_id in self.space.speaker_ids if x_id not in ids)

    def find_earlier_names(self, known: Iterable[Speaker]) -> tuple[Speaker, ...]:
        """Handles and names that guests had before, or have since: posts may still call them so."""
        guests = {speaker.x_id: speaker for speaker in known if speaker.x_id and speaker.role is not Role.HOST}
        return tuple(
            Speaker(role=guest.role, x_id=x_id, handle=other.handle, name=other.name)
            for x_id, guest in guests.items()
            for other in self.tweets.find_names(x_id)
            if other.handle.lower() != guest.handle.lower() or other.name not in {"", guest.name}
        )

    def _identify_by_handle(self, speaker: Speaker) -> Speaker:
        if speaker.role is Role.HOST or not is_handle(speaker.handle):
            return speaker
        if speaker.handle.lower() == self.account.handle.lower():
            own = self._describe_account()
            return replace(own, role=self._role(own.x_id), periscope_id=speaker.periscope_id)
        mention = self.tweets.find_by_handle(speaker.handle)
        if mention is None:
            return speaker
        return replace(speaker, x_id=mention.x_id, name=mention.name, role=self._role(mention.x_id))

    def _may_be(self, speaker: Speaker, x_id: str) -> bool:
        """Whether nothing speaks against it: a user mentioned under another handle is someone else, or has renamed."""
        mention = self.tweets.find_by_id(x_id)
        return mention is None or not speaker.handle or mention.handle.lower() == speaker.handle.lower()

    def _share(self, speaker: int, x_id: str, turns: Sequence[Turn], moment_of: Callable[[float], datetime]) -> float:
        """Part of a speaker's speech, 0 to 1, that lies in a user's sessions."""
        own = [session for session in self.space.sessions if session.user_id == x_id]
        spans = [(session.start, session.end or datetime.max.replace(tzinfo=UTC)) for session in own]
        total = shared = 0.0
        for turn in (turn for turn in turns if turn.speaker == speaker):
            start, end = moment_of(turn.start), moment_of(turn.end)
            total += (end - start).total_seconds()
            shared += sum(max(0.0, (min(end, last) - max(start, first)).total_seconds()) for first, last in spans)
        return shared / total if total else 0.0

    def _role(self, x_id: str) -> Role:
        hosts = self.space.host_ids
        if hosts and x_id == hosts[0]:
            return Role.HOST
        return Role.CO_HOST if x_id and x_id in hosts else Role.GUEST

    def _describe_account(self) -> Speaker:
        account = self.account
        return Speaker(
            role=Role.HOST, handle=account.handle, name=account.name, x_id=account.x_id, avatar_url=account.avatar_url
        )
