"""Rules about people and talk: credits, posts to comment on, texts for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FeedDocument, text_of
from site_builder.checks.rule import Remark, Rulebook, Severity
from site_builder.model.credits import CAST, TAXONOMY, parse_group, parse_role

TALK: Rulebook[FeedDocument] = Rulebook("People, comments and texts in the feed")


@TALK.rule(
    "person-group",
    Severity.ADVICE,
    ref.TAXONOMY,
    holds="A role stands in the group that the Podcast Taxonomy has it in; without a group that is the cast.",
    remedy="Leave `group` out in the front matter: it is found by the role.",
)
def _find_groups(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:person"):
        try:
            role, group = parse_role(element.get("role", "host")), parse_group(element.get("group", CAST))
        except ValueError:
            continue
        if element.get("group") and role not in TAXONOMY[group]:
            yield f"the group {group} has no role {role}", document.at(element)


@TALK.rule(
    "person-once",
    Severity.ADVICE,
    ref.namespace_tag("person"),
    holds="Nobody is named twice with the same role.",
    remedy="Remove one of the two from `people`.",
)
def _find_same_person(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        people = branch.all("podcast:person")
        counts = Counter((text_of(one), one.get("role", "host").lower(), one.get("href")) for one in people)
        for (name, role, _), count in counts.items():
            if count > 1:
                yield f"{name} is named {count} times as {role}", document.at(branch)


@TALK.rule(
    "comments-priority",
    Severity.WARNING,
    ref.namespace_tag("socialInteract"),
    holds="Of several posts to comment on each has a priority of its own, and none is there twice.",
    remedy="Write `comments` in the order that apps are to follow.",
)
def _find_priorities(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        posts = branch.all("podcast:socialInteract")
        for name in ("priority", "uri"):
            counts = Counter(value for post in posts if (value := post.get(name)))
            for value, count in counts.items():
                if count > 1:
                    yield f"{count} posts have the {name} {value[:80]}", document.at(branch)


@TALK.rule(
    "comments-disabled",
    Severity.WARNING,
    ref.namespace_tag("socialInteract"),
    holds="Where comments are disabled there is no post to comment on.",
    remedy="Write either `comments: none` or posts.",
)
def _find_half_disabled(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        posts = branch.all("podcast:socialInteract")
        disabled = [post for post in posts if post.get("protocol") == "disabled"]
        if disabled and (len(posts) > 1 or disabled[0].get("uri")):
            yield "comments are disabled, and there is a post to comment on", document.at(branch)


@TALK.rule(
    "txt-once",
    Severity.ADVICE,
    ref.namespace_tag("txt"),
    holds="No text for machines stands there twice.",
    remedy="Remove one of the two from `feed.txt` or `txt`.",
)
def _find_same_text(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        counts = Counter((one.get("purpose", ""), text_of(one)) for one in branch.all("podcast:txt"))
        for (purpose, text), count in counts.items():
            if count > 1:
                yield (
                    f"“{text[:60]}” ({purpose or 'without a purpose'}) stands there {count} times",
                    document.at(branch),
                )
