"""Rules about value for value: who is paid, with what shares, during which passages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument
from site_builder.checks.feed.podcasting20.agreement import find_duration, find_number
from site_builder.checks.rule import Remark, Rulebook, Severity

VALUE: Rulebook[FeedDocument] = Rulebook("Value in the feed")

_NODE = re.compile(r"0[23][0-9a-f]{64}", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_METHODS = frozenset({"keysend", "amp", "lnaddress", "default"})
_MUCH = 0.001
_SHARES = "Correct `split` of the recipients in `value`."


@VALUE.rule(
    "value-address",
    Severity.WARNING,
    ref.VALUE,
    holds="A node is named by its public key of 66 hexadecimal digits, a Lightning address is like ada@example.org.",
    remedy="Copy the address anew from the wallet.",
)
def _find_addresses(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:valueRecipient"):
        kind, address = element.get("type", ""), element.get("address", "")
        pattern = {"node": _NODE, "lnaddress": _ADDRESS}.get(kind)
        if pattern and address and not pattern.fullmatch(address):
            yield f"nothing can be sent to the {kind} “{address[:80]}”", document.at(element)


@VALUE.rule(
    "value-shares",
    Severity.WARNING,
    ref.VALUE,
    holds="Somebody gets a share: the shares of all recipients are more than 0 together, and fees are not all of it.",
    remedy=_SHARES,
)
def _find_shares(document: FeedDocument) -> Iterator[Remark]:
    for name in ("podcast:value", "podcast:valueTimeSplit"):
        for element in document.all(name):
            shares = _list_shares(element)
            if shares and not sum(share for share, _ in shares):
                yield "the shares add up to 0", document.at(element)
            elif name == "podcast:value" and shares and all(fee for _, fee in shares):
                yield "every recipient is a fee: nothing is left for the show", document.at(element)


def _list_shares(element: Element) -> list[tuple[float, bool]]:
    recipients = element.iterchildren("{*}valueRecipient")
    return [(find_number(one.get("split")), one.get("fee") == "true") for one in recipients]


@VALUE.rule(
    "value-percentages",
    Severity.ADVICE,
    ref.VALUE,
    holds="Shares that look like percentages add up to 100.",
    remedy=_SHARES,
)
def _find_percentages(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:value"):
        shares = [share for share, _ in _list_shares(element)]
        total = sum(shares)
        if len(shares) > 1 and 80 < total < 120 and total != 100:
            yield f"the shares add up to {total:g}", document.at(element)


@VALUE.rule(
    "value-once",
    Severity.ADVICE,
    ref.VALUE,
    holds="Each recipient is named once.",
    remedy="Give one of the two both shares.",
)
def _find_same_recipient(document: FeedDocument) -> Iterator[Remark]:
    for element in (*document.all("podcast:value"), *document.all("podcast:valueTimeSplit")):
        names = ("address", "customKey", "customValue")
        recipients = element.iterchildren("{*}valueRecipient")
        counts = Counter(tuple(one.get(name, "") for name in names) for one in recipients)
        for (address, *_), count in counts.items():
            if count > 1:
                yield f"{address[:80]} is a recipient {count} times", document.at(element)


@VALUE.rule(
    "value-custom",
    Severity.WARNING,
    ref.VALUE,
    holds="A custom key has a value, and a value a key; for Lightning the key is a number.",
    remedy="Write both `custom_key` and `custom_value`, as the wallet gives them.",
)
def _find_custom(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:valueRecipient"):
        key, value = element.get("customKey"), element.get("customValue")
        if bool(key) != bool(value):
            yield f"there is a custom {'key' if key else 'value'} alone", document.at(element)
        elif key and element.get("type") == "node" and not re.fullmatch("[0-9]{1,20}", key):
            yield f"the custom key “{key[:40]}” is no number", document.at(element)


@VALUE.rule(
    "value-method",
    Severity.ADVICE,
    ref.VALUE,
    holds="Over Lightning is sent by keysend or amp.",
    remedy="Leave `method` out of `value`.",
)
def _find_methods(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:value"):
        if element.get("type") == "lightning" and element.get("method") not in _METHODS:
            yield f"no app sends by “{element.get('method', '')[:40]}”", document.at(element)


@VALUE.rule(
    "value-suggested",
    Severity.ADVICE,
    ref.VALUE,
    holds=f"What is suggested for a minute is small change: less than {_MUCH:g} bitcoin.",
    remedy="Correct `suggested` in `value`: 0.00000015 is fifteen satoshis.",
)
def _find_dear(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:value"):
        if element.get("type") == "lightning" and find_number(element.get("suggested")) >= _MUCH:
            yield f"{element.get('suggested')} bitcoin are suggested for each minute", document.at(element)


@VALUE.rule(
    "value-split-whom",
    Severity.WARNING,
    ref.namespace_tag("valueTimeSplit"),
    holds="During a passage either recipients are paid or those of one other show: not both, not neither.",
    remedy="Write either `recipients` or `remote` into the split.",
)
def _find_whom(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:valueTimeSplit"):
        recipients = len(list(element.iterchildren("{*}valueRecipient")))
        remotes = len(list(element.iterchildren("{*}remoteItem")))
        if (remotes, bool(recipients)) not in {(1, False), (0, True)}:
            yield f"there are {recipients} recipients and {remotes} remote items", document.at(element)
        elif element.get("remotePercentage") and not remotes:
            yield "there is a percentage for another show, and no such show", document.at(element)


@VALUE.rule(
    "value-split-inside",
    Severity.WARNING,
    ref.namespace_tag("valueTimeSplit"),
    holds="Passages with other recipients lie within an episode, one after the other.",
    remedy="Correct `value.splits` in the front matter.",
)
def _find_outside(document: FeedDocument) -> Iterator[Remark]:
    for value in document.channel.all("podcast:value"):
        for split in value.iterchildren("{*}valueTimeSplit"):
            yield "a show has no time to split: only episodes have", document.at(split)
    for item in document.items:
        for value in item.all("podcast:value"):
            yield from _find_odd_spans(document, value, find_duration(item))


def _find_odd_spans(document: FeedDocument, value: Element, duration: float) -> Iterator[Remark]:
    spans = [(*_find_span(split), split) for split in value.iterchildren("{*}valueTimeSplit")]
    for start, end, split in spans:
        if duration and end > duration + 1:
            yield f"a passage lasts from {start:g} to {end:g} s, the episode {duration:g} s", document.at(split)
    for (_, end, _), (start, _, split) in pairwise(sorted(spans, key=lambda span: span[:2])):
        if start < end - 0.5:
            yield f"two passages overlap at {start:g} s", document.at(split)


def _find_span(split: Element) -> tuple[float, float]:
    start = find_number(split.get("startTime"))
    return start, start + find_number(split.get("duration"))
