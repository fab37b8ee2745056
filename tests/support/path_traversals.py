"""Names that lead out of a folder wherever they are taken for paths."""

from __future__ import annotations

_STEPS = (
    "../",
    "..\\",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "%2e%2e%5c",
    "%252e%252e%252f",
    "..%252f",
    "..%c0%af",
    "%c0%ae%c0%ae/",
    "..%00/",
    "..;/",
    "....//",
    ".../",
    "./../",
    "..//",
    "\uff0e\uff0e/",
    "..%u2215",
    "..%ef%bc%8f",
)
_DEPTHS = (1, 2, 5)
_ALONE = (
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "C:\\Windows\\win.ini",
    "C:/Windows/win.ini",
    "\\\\localhost\\share\\x",
    "/proc/self/environ",
    "/dev/zero",
    "~/.ssh/id_rsa",
    "~root/.bashrc",
    "$HOME/.netrc",
    ".",
    "..",
    "...",
    "%2e",
    "%2e%2e",
    "%00",
    "secret.txt%00.md",
    "\x01",
    ".git/config",
    ".cache/studio/history.jsonl",
    "con",
    "nul.txt",
    "aux.md",
    "index.md::$DATA",
    "a" * 300,
    "../" * 40 + "etc/passwd",
    "/",
    "//",
    "\\",
    "-rf",
    "content/../../secret.txt",
)


def list_traversals(target: str) -> list[str]:
    """Names, each of which some careless program takes for `target` in a folder above, or for another file."""
    return [*(step * depth + target for step in _STEPS for depth in _DEPTHS), *_ALONE]
