"""What stands between a feed that breaks a rule and subscribers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from site_builder.errors import SpacecastError
from site_builder.model import Show
from site_builder.targets import Facts, Target

_MOST = 5
"""Sentences that are told; one mistake may break a rule in every episode."""


def guard(target: Target, output: Path, show: Show) -> Target:
    """A feed's target that fails where the feed breaks a rule apps rely on, so that the last good one stays."""
    return replace(target, make=partial(_make, target, output, show))


def _make(target: Target, output: Path, show: Show, out: Path) -> Facts | None:
    from site_builder.checks.feed_check import find_fatal  # noqa: PLC0415 -- the rules are loaded for a new feed only

    make: Callable[[Path], Facts | None] = target.make
    facts = make(out)
    findings = find_fatal(out.read_bytes(), output, show, path=target.path)
    if findings:
        told = [str(finding) for finding in findings[:_MOST]]
        rest = [f"and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
        raise SpacecastError(f"{target.path} is not replaced, the last good feed stays: {'; '.join((*told, *rest))}")
    return facts
