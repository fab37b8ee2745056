"""Applies every rule to a show and what was built of it: `spacecast check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from site_builder.checks.registry import STEPS
from site_builder.checks.rule import Finding, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.events import Made, Making, Notify, Started, ignore
from site_builder.show.last_backup import load_last_backup
from site_builder.show.load import load_whole_show


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found, errors first."""

    findings: tuple[Finding, ...]
    strict: bool = False
    last_backup: str = ""
    """When the originals were last copied, and where to; empty where that is not known."""
    hub: str = ""
    """The WebSub hub that was to be told if all is well; empty where none was."""

    @property
    def failed(self) -> bool:
        """Whether the exit code tells of a problem."""
        return bool(self.count(Severity.ERROR)) or (self.strict and bool(self.count(Severity.WARNING)))

    def count(self, severity: Severity) -> int:
        """How many findings are that bad."""
        return sum(finding.rule.severity is severity for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line: how many findings of each kind, and whether the hub knows."""
        told = f" {self.hub} was {'not ' * self.failed}told." if self.hub else ""
        told += f" Last backup: {self.last_backup}." if self.last_backup else ""
        if not self.findings:
            return f"Nothing found: apps, directories and hosts will accept this show.{told}"
        errors, warnings, advice = (self.count(severity) for severity in Severity)
        plural = (f"{errors} error{'s' * (errors != 1)}", f"{warnings} warning{'s' * (warnings != 1)}")
        return f"{plural[0]}, {plural[1]}, {advice} piece{'s' * (advice != 1)} of advice.{told}"

    def as_json(self) -> dict[str, Any]:
        """Plain values for `spacecast check --json`."""
        counts = {severity.value: self.count(severity) for severity in Severity}
        counted = {"failed": self.failed, **counts, "last_backup": self.last_backup or None}
        return {**counted, "findings": [finding.as_json() for finding in self.findings]}


def check_show(
    folder: Path,
    now: datetime,
    *,
    current: bool = True,
    host: str = "",
    strict: bool = False,
    notify: Notify = ignore,
) -> CheckReport:
    """Apply every rule to a show.

    Args:
        folder: The show's.
        now: For what must not lie in the future.
        current: Whether `output/` is what a build would make now.
        host: Whose limits to apply: a name of `hosts.LIMITS_OF`; empty for those that `deploy` in the config names.
        strict: Whether warnings count as problems.
        notify: Receives `Started`, `Making` and `Made` for each book of rules, and `Making` for each file measured.

    Raises:
        UsageError: there is no show, or config or content cannot be read.
    """
    show_folder, bundles = load_whole_show(folder)
    built = CheckedShow(
        show_folder=show_folder, every_bundle=bundles, now=now, current=current, host=host, notify=notify
    )
    order = list(Severity)
    findings = sorted(_check(built), key=lambda finding: order.index(finding.rule.severity))
    last = load_last_backup(folder)
    return CheckReport(findings=tuple(dict.fromkeys(findings)), strict=strict, last_backup=str(last or ""))


def _check(built: CheckedShow) -> Iterator[Finding]:
    built.notify(Started(len(STEPS)))
    for title, check in STEPS:
        built.notify(Making(title, title))
        yield from check(built)
        built.notify(Made(title, title, changed=False))
