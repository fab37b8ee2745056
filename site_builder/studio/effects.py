"""Says in sentences what each possible answer of a person would change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from site_builder.episodes.answers import EpisodeEffect
from site_builder.show.config import Removal
from site_builder.text.languages import Language

_FEW = 3
"""Episodes that are told of one by one."""


def tell_effects(
    effects: Sequence[EpisodeEffect], removal: Removal, online: Collection[str], language: Language
) -> list[str]:
    """Sentences for the host.

    Args:
        effects: As `commands.people.foresee_answers` gives them.
        removal: Whether refused speech is muted or cut.
        online: Guids of the episodes that are online.
        language: Of the interface.
    """
    sentences = [
        *_tell_silence(effects, removal, language),
        *_tell_return(effects, language),
        *_tell_names(effects, language),
        *_tell_held(effects, language),
    ]
    if count := sum(effect.guid in online for effect in effects):
        sentences.append(
            language.ngettext(
                "%(number)s episode that is online changes with the next publishing; copies that people have stay.",
                "%(number)s episodes that are online change with the next publishing; copies that people have stay.",
                count,
            )
            % {"number": count}
        )
    return sentences or [language.gettext("Nothing changes.")]


def _tell_silence(effects: Sequence[EpisodeEffect], removal: Removal, language: Language) -> Iterator[str]:
    found = [effect for effect in effects if effect.silenced]
    if len(found) > _FEW:
        seconds, passages = sum(e.silenced for e in found), sum(e.silenced_passages for e in found)
        values = {"number": passages, "length": language.format_length(seconds), "episodes": len(found)}
        if removal is Removal.CUT:
            yield language.gettext("%(number)s passages, %(length)s, are cut out of %(episodes)s episodes.") % values
        else:
            yield language.gettext("%(number)s passages, %(length)s, become silent in %(episodes)s episodes.") % values
        return
    for effect in found:
        count = effect.silenced_passages
        values = {"number": count, "length": language.format_length(effect.silenced), "title": effect.title}
        if removal is Removal.CUT:
            yield (
                language.ngettext(
                    "“%(title)s”: %(number)s passage, %(length)s, is cut out.",
                    "“%(title)s”: %(number)s passages, %(length)s, are cut out.",
                    count,
                )
                % values
            )
        else:
            yield (
                language.ngettext(
                    "“%(title)s”: %(number)s passage, %(length)s, becomes silent.",
                    "“%(title)s”: %(number)s passages, %(length)s, become silent.",
                    count,
                )
                % values
            )


def _tell_return(effects: Sequence[EpisodeEffect], language: Language) -> Iterator[str]:
    found = [effect for effect in effects if effect.returned]
    if len(found) > _FEW:
        seconds, passages = sum(e.returned for e in found), sum(e.returned_passages for e in found)
        values = {"number": passages, "length": language.format_length(seconds), "episodes": len(found)}
        yield language.gettext("%(number)s passages, %(length)s, are heard again in %(episodes)s episodes.") % values
        return
    for effect in found:
        count = effect.returned_passages
        values = {"number": count, "length": language.format_length(effect.returned), "title": effect.title}
        yield (
            language.ngettext(
                "“%(title)s”: %(number)s passage, %(length)s, is heard again.",
                "“%(title)s”: %(number)s passages, %(length)s, are heard again.",
                count,
            )
            % values
        )


def _tell_names(effects: Sequence[EpisodeEffect], language: Language) -> Iterator[str]:
    losing = [effect for effect in effects if effect.loses_name]
    gaining = [effect for effect in effects if effect.gains_name]
    if len(losing) > _FEW:
        yield language.gettext("The name is taken out of %(episodes)s episodes.") % {"episodes": len(losing)}
    else:
        for effect in losing:
            yield language.gettext("“%(title)s”: the name is taken out.") % {"title": effect.title}
    if len(gaining) > _FEW:
        yield language.gettext("They are named in %(episodes)s episodes.") % {"episodes": len(gaining)}
    else:
        for effect in gaining:
            yield language.gettext("“%(title)s”: they are named.") % {"title": effect.title}


def _tell_held(effects: Sequence[EpisodeEffect], language: Language) -> Iterator[str]:
    held = [effect for effect in effects if effect.withheld]
    released = [effect for effect in effects if effect.is_released]
    for effect in held[:_FEW]:
        values = {"title": effect.title, "reason": effect.withheld}
        yield language.gettext("“%(title)s” is held back and not published: %(reason)s") % values
    if more := len(held[_FEW:]):
        yield (
            language.ngettext("%(number)s more episode is held back.", "%(number)s more episodes are held back.", more)
            % {"number": more}
        )
    for effect in released[:_FEW]:
        yield language.gettext("“%(title)s” is not held back any more.") % {"title": effect.title}
    if more := len(released[_FEW:]):
        yield (
            language.ngettext(
                "%(number)s more episode is not held back any more.",
                "%(number)s more episodes are not held back any more.",
                more,
            )
            % {"number": more}
        )
