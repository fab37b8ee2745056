"""Titles of rules in the language of the interface, for those a host can act on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from site_builder.text.languages import Language


class RuleTitle(NamedTuple):
    """A rule as a host reads it."""

    title: str
    """What is the matter, without figures; rules with the same title are told of as one."""
    hint: str = ""
    """What to do, where the field it leads to does not say it by itself."""
    says_all: bool = False
    """Whether the figures of what was found add nothing."""


@cache
def list_rule_titles(language: Language) -> Mapping[str, RuleTitle]:
    """Rules that a host can do something about, by name; all others are about files that the program makes."""
    titles = (
        _title_show_rules(language),
        _title_consent_rules(language),
        _title_episode_rules(language),
        _title_text_rules(language),
        _title_sound_rules(language),
    )
    return {name: title for table in titles for names, title in table.items() for name in names.split()}


def _title_show_rules(language: Language) -> dict[str, RuleTitle]:
    _ = language.gettext
    square = _("A square picture of 1400 to 3000 pixels.")
    kept = _("Apps know the show by it: put back what was there.")
    return {
        "config-url": RuleTitle(_("The address of the site is still to be filled in"), says_all=True),
        "config-email": RuleTitle(_("The e-mail is still to be filled in"), says_all=True),
        "config-guid": RuleTitle(_("The show’s identity is not written down")),
        "config-description": RuleTitle(_("The description is very short")),
        "config-cover": RuleTitle(
            _("The cover was drawn from the title"), _("One of your own is easier to recognise."), says_all=True
        ),
        "config-copyright copyright-plain": RuleTitle(
            _("The rights should name somebody, and nothing else"), says_all=True
        ),
        "config-deploy": RuleTitle(_("It is not chosen yet where to publish"), says_all=True),
        "config-block": RuleTitle(_("The show is kept out of directories")),
        "config-complete": RuleTitle(_("The show is said to be over: apps stop looking")),
        "config-moved": RuleTitle(_("Apps are sent to another address")),
        "config-op3": RuleTitle(_("A service counts the downloads"), _("Say so in the show’s notes on privacy.")),
        "config-live live-item-over": RuleTitle(_("Something live is over, and still announced")),
        "title-keywords": RuleTitle(_("The title of the show should be its name alone")),
        "language-known": RuleTitle(_("The language is none that apps know")),
        "itunes-category category-repeated category-count": RuleTitle(_("The categories do not suit directories")),
        "art-readable art-size art-format art-colour art-opaque art-weight image-extension": RuleTitle(
            _("Some apps will not show this cover"), square
        ),
        "feed-episodes": RuleTitle(_("There is no episode yet"), _("Take Spaces from your archive."), says_all=True),
        "episodes-full": RuleTitle(_("There is nothing but trailers yet")),
        "published-readable published-kept published-show-kept published-in-feed published-retired": RuleTitle(
            _("Something that is online would vanish or change its identity"), kept
        ),
        "originals-copied": RuleTitle(
            _("Recordings have no second copy"), _("Copy the show’s folder to another disk now and then.")
        ),
        "repository-private": RuleTitle(_("Private files lie where others can read them")),
        "host-file-size host-site-size host-files": RuleTitle(_("It is more than the host takes")),
        "host-ranges": RuleTitle(_("This host is none for recordings")),
    }


def _title_consent_rules(language: Language) -> dict[str, RuleTitle]:
    _ = language.gettext
    return {
        "consent-pending consent-waiting": RuleTitle(_("Has not answered yet"), _("Ask them, and note what they say.")),
        "consent-refused": RuleTitle(
            _("Said no, and is taken out"), _("Nothing is to be done. Listen to the episode before you publish it.")
        ),
        "consent-withheld": RuleTitle(_("The episode is held back until somebody answers")),
        "consent-forgotten": RuleTitle(_("A no that was noted once is missing"), _("Note the answer again.")),
        "consent-published": RuleTitle(_("An episode that must be held back would go out")),
        "consent-leak": RuleTitle(
            _("Somebody who is not to be named would be named"), _("Take the name out of what you wrote.")
        ),
        "consent-audible": RuleTitle(_("Somebody who said no would be heard")),
    }


def _title_episode_rules(language: Language) -> dict[str, RuleTitle]:
    _ = language.gettext
    numbers = _("Numbers of episodes do not fit together")
    return {
        "title-number itunes-title-number": RuleTitle(_("The title repeats its number")),
        "title-show": RuleTitle(_("The title repeats the name of the show")),
        "title-length": RuleTitle(_("The title is long: apps cut it off")),
        "title-unique episode-title-unique audio-title page-title-unique": RuleTitle(
            _("Another episode has the same title")
        ),
        "guid-unique guid-case enclosure-unique link-unique": RuleTitle(_("Two episodes are taken for one")),
        "notes-empty description-own": RuleTitle(_("There are no show notes"), says_all=True),
        "episode-waiting": RuleTitle(_("It goes out on a day to come")),
        "item-date-future date-past date-likely": RuleTitle(_("The date cannot be right")),
        "recording-present enclosure-file": RuleTitle(_("The recording is not on this computer")),
        "recording-gaps": RuleTitle(_("A piece of the recording was lost"), _("Listen to that place.")),
        "files-unread": RuleTitle(_("A file is not used"), _("Give it the name that it is read by, or delete it.")),
        "serial-content serial-numbers episode-number-unique season-alone": RuleTitle(numbers),
        "explicit-agrees": RuleTitle(_("It calls itself explicit, and is not marked so")),
        "item-transcript": RuleTitle(
            _("There is no transcript"), _("Have it written down, on this computer."), says_all=True
        ),
        "transcript-order": RuleTitle(_("Times of the transcript are not in order")),
        "chapters-advice chapters-titles chapters-order psc-order": RuleTitle(
            _("Chapters could serve better"), _("Three or more, the first at 0:00, each with a title.")
        ),
    }


def _title_text_rules(language: Language) -> dict[str, RuleTitle]:
    _ = language.gettext
    return {
        "feed-characters text-decoded text-direction text-visible text-escaped-once title-plain": RuleTitle(
            _("There are characters that apps show wrongly"), _("Type the passage again.")
        ),
        "description-plain description-brackets": RuleTitle(_("There are < or > in a text without formatting")),
        "description-length": RuleTitle(_("The notes are longer than apps take")),
        "notes-safe notes-closed notes-escaped-once notes-fragment notes-html": RuleTitle(
            _("The notes hold code that apps do not show")
        ),
        "notes-left-out": RuleTitle(_("A line of the notes points to something that is taken out")),
        "chapters-left-out": RuleTitle(_("A chapter points to something that is taken out")),
        "notes-links notes-pictures notes-trackers": RuleTitle(
            _("A link or a picture in the notes does not work in apps")
        ),
        "page-links page-anchors": RuleTitle(_("A link leads nowhere")),
        "page-alt notes-alt": RuleTitle(_("A picture is not described for those who do not see it")),
    }


def _title_sound_rules(language: Language) -> dict[str, RuleTitle]:
    _ = language.gettext
    return {
        "audio-loudness audio-peak": RuleTitle(
            _("It is louder or quieter than apps advise"),
            _("Have it evened out (“loudness” in the file), or leave it as it was recorded."),
        ),
        "audio-voices": RuleTitle(
            _("Some speak much louder than others"),
            _("Have it evened out (“level” in the file), or leave it as it was recorded."),
        ),
        "audio-decodable": RuleTitle(_("The sound cannot be played to its end")),
        "soundbite-inside soundbite-length soundbite-once": RuleTitle(_("A soundbite does not fit")),
    }
