"""Where a site is published: one module per kind of host, chosen by the scheme of the address in `config.yaml`."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from site_builder.errors import UsageError
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, in_order
from site_builder.net.redaction import redact

__all__ = ["HOSTS", "Difference", "Host", "Kind", "Setting", "Upload", "in_order", "open_host", "redact"]

HOSTS = {
    "github": "github.site",
    "github-pages": "github_pages",
    "s3": "object_store",
    "gs": "object_store",
    "az": "object_store",
    "rsync": "rsync",
    "sftp": "sftp",
    "folder": "local_folder",
}
"""Scheme to the module here that has an `open(address, setting)`.

docs/architecture.md says where else hosts are listed.
"""


class _Module(Protocol):
    @staticmethod
    def open(address: str, setting: Setting) -> Host:
        """The host at an address, without talking to it yet."""


def open_host(address: str, setting: Setting) -> Host:
    """The host that an address of `config.yaml` names, without talking to it yet.

    Raises:
        UsageError: nobody knows that scheme, or the rest of the address is wrong.
    """
    scheme = address.partition(":")[0]
    if scheme not in HOSTS:
        known = (
            "github://owner/name, github-pages, s3://…, gs://…, az://…, rsync:user@host:/path, sftp:user@host:/path, "
            "folder:/path"
        )
        raise UsageError(f"{redact(address)}: there is no host {scheme!r}; it can be one of {known}")
    module: _Module = import_module(f"site_builder.hosts.{HOSTS[scheme]}")  # type: ignore[assignment]
    return module.open(address, setting)
