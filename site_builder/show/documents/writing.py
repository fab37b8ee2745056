"""Front matter as text, written for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml


def render_front_matter(values: Mapping[str, object]) -> str:
    """Front matter with its two `---` lines, for `parse_front_matter` to read back: order kept, None left out.

    Values are text, numbers, true and false, dates, moments with a time zone, and lists and mappings of these. Text is
    quoted only where it must be; whatever it holds, it stays text. Times (1:02:03) need no quotes (see `documents`).
    """
    shown = {name: value for name, value in values.items() if value is not None}
    body = yaml.dump(shown, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**31, default_flow_style=False)
    return f"---\n{body}---\n"


class _Dumper(yaml.SafeDumper):
    """Writes for people; knows as little of types as the reader, but keeps what others would misread in quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's interface
        return True


_MOMENT = r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?"
_RESOLVED = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N",
    "int": r"[-+]?[0-9_]+|0[xob][0-9A-Fa-f_]+",
    "float": r"[-+]?(\.?[0-9][0-9_.]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF)|\.(nan|NaN|NAN))",
    "timestamp": _MOMENT,
    "merge": "<<|=",
}
_Dumper.yaml_implicit_resolvers = {}
for _kind, _pattern in _RESOLVED.items():
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^(?:{_pattern})$"), None)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    lines = text.split("\n")
    style = None
    if not all(line.isprintable() for line in lines) or text.startswith("\ufeff"):
        style = '"'
    elif len(lines) > 1:
        style = "|"  # where YAML allows it; else PyYAML takes double quotes
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_moment(dumper: yaml.SafeDumper, moment: datetime) -> yaml.Node:
    if moment.utcoffset() is None:
        raise ValueError("render_front_matter takes moments with a time zone")
    text = moment.isoformat()
    text = f"{text[:-6]}Z" if text.endswith("+00:00") else text
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(datetime, _represent_moment)
_Dumper.add_multi_representer(str, lambda dumper, text: _represent_text(dumper, str(text)))
