"""How S3, Google and Azure stores differ: settings for obstore, and where keys come from.

Names are those of https://developmentseed.org/obstore/latest/api/store/; a key is never part of an address.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs

from site_builder.errors import SpacecastError, UsageError

_NO_LOGIN = re.compile(r"/latest/api/token|/meta-data/|token request|credential provider", re.IGNORECASE)
"""What obstore says once it has found no key, and neither the cloud it may run in nor the cloud's program has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """One scheme of addresses."""

    options: Mapping[str, str]
    """What may follow a `?` in an address, and what obstore calls it."""
    endpoint_variables: tuple[str, ...]
    """Of the environment; they name the server where the address does not."""
    login: str
    """Where keys come from, for people."""
    key_variables: tuple[str, ...]
    """Of the environment; one of them is set where a key comes from there."""

    @property
    def has_key(self) -> bool:
        """Whether the environment holds a key, or says where one is."""
        return any(os.environ.get(name) for name in self.key_variables)

    def read_options(self, parts: SplitResult) -> dict[str, str]:
        """What follows the `?`, as obstore wants it.

        Raises:
            UsageError: there is no bucket, or something follows that is not to stand in a config, such as a key.
        """
        given = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        place = parts.netloc + parts.path
        if not parts.netloc or "@" in place or set(given) - set(self.options):
            shown = "***" if "@" in place else place
            allowed = " and ".join(f"{name}=" for name in self.options)
            raise UsageError(
                f"{parts.scheme}://{shown}: expected {parts.scheme}://bucket/folder, and after a `?` "
                f"nothing but {allowed} (keys come from the environment)"
            )
        return {self.options[name]: value for name, value in given.items()}

    def is_plain_http(self, options: Mapping[str, str]) -> bool:
        """Whether the server that is named speaks no TLS: one on this computer or in this network."""
        named = (options.get(self.options["endpoint"]), *map(os.environ.get, self.endpoint_variables))
        return next(filter(None, named), "").lower().startswith("http://")


KINDS = {
    "s3": StoreKind(
        options={"endpoint": "endpoint", "region": "region"},
        endpoint_variables=("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"),
        login="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or the login of the `aws` program "
        "(`aws configure` or `aws sso login`)",
        key_variables=("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    ),
    "gs": StoreKind(
        options={"endpoint": "base_url"},
        endpoint_variables=("GOOGLE_BASE_URL",),
        login="GOOGLE_SERVICE_ACCOUNT in the environment, the path of a key file, "
        "or `gcloud auth application-default login`",
        key_variables=("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
    ),
    "az": StoreKind(
        options={"endpoint": "endpoint"},
        endpoint_variables=("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
        login="AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY in the environment",
        key_variables=("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_TOKEN"),
    ),
}
"""By scheme."""


def lacks_login(reason: str) -> bool:
    """Whether a store's error means that no key was found at all."""
    return bool(_NO_LOGIN.search(reason))


def find_login(scheme: str) -> dict[str, Callable[[], Any]]:
    """The `aws` program's login, where no key is in the environment."""
    if scheme != "s3" or KINDS["s3"].has_key or not shutil.which("aws"):
        return {}
    return {"credential_provider": _ask_aws}


def _ask_aws() -> dict[str, Any]:
    """Keys as `aws configure export-credentials` prints them."""
    command = ["aws", "configure", "export-credentials", "--format", "process"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise SpacecastError("the `aws` program has no login")
    keys = json.loads(done.stdout)
    expires = keys.get("Expiration")
    return {
        "access_key_id": keys["AccessKeyId"],
        "secret_access_key": keys["SecretAccessKey"],
        "token": keys.get("SessionToken"),
        "expires_at": datetime.fromisoformat(expires) if expires else None,
    }
