"""The page `docs/checks.md`, made from the rules: `python -m site_builder.checks.manual > docs/checks.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from site_builder.checks.registry import ALL_RULES, TITLED
from site_builder.checks.rule import Rule, Severity

_HEAD = """# What `spacecast check` looks at

```
spacecast check [-C DIR] [--strict] [--json] [--host NAME]
spacecast check --live [URL]
```

It reads the show's folder and the site in `output/`, and says what podcast apps, directories, hosts, browsers or the
people heard would not accept. It changes nothing, and without `--live` it talks to no network. The exit code is 0 where
no **error** was found (with `--strict`: no warning either), 1 where one was, and 2 where config or content cannot be
read at all.

- **error**: some app, directory or host refuses it, or subscribers are hurt. Errors in the feed also stop
  `spacecast build` from replacing the last good feed.
- **warning**: something is ignored, or shown wrongly.
- **advice**: it works, and could be better; or something to know.

`--host` sums up what a host takes (`github-pages`, `cloudflare-pages`, `netlify`, `git`), in figures for this show, and
says what would fit. Without it the hosts that `deploy` names in config.yaml are looked at.

`--live` looks at the site that is online instead: the feed is fetched, and each audio file asked for as apps do.

Audio is decoded once to measure it; the result is kept in `.cache/` until the file changes.

There are {count} rules.
"""


def render_manual() -> str:
    """The whole page as Markdown."""
    return "".join([_HEAD.format(count=len(ALL_RULES)), *_render_books()])


def _render_books() -> Iterator[str]:
    for title, rules in TITLED:
        yield f"\n## {title}\n"
        yield from map(_render_rule, rules)


def _render_rule(rule: Rule) -> str:
    kind = f"**{rule.severity}**" if rule.severity is not Severity.ADVICE else rule.severity.value
    is_web = "://" in rule.source
    source = f"[source]({rule.source})" if is_web else f"[manual]({rule.source.removeprefix('spacecast help ')}.md)"
    return f"\n### {rule.name}\n\n{kind}: {rule.holds}\n{rule.remedy} {source}\n"


if __name__ == "__main__":
    sys.stdout.write(render_manual())
