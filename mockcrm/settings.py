"""The settings of the server, with their limits and defaults.

They come from the command line; what it does not set comes from MOCKCRM_* in the environment, then from the defaults.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mockcrm.core.automation.webhook_hosts import HostRules, parse_rules
from mockcrm.core.errors import StatusProfile
from mockcrm.core.org_settings import Auth, JobMode
from mockcrm.core.web_origins import parse_origins

LogLevel = Literal["critical", "error", "warning", "info", "debug"]

_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def _host_names(text: str) -> str:
    for name in text.split(",") if text else ():
        if _HOST_NAME.fullmatch(name.lower()) is None:
            raise ValueError(f"expected host names separated by commas, got {name!r}")
    return text


def _token(text: SecretStr) -> SecretStr:
    # The token is sent in a header. The message must not contain it.
    if re.fullmatch(r"[!-~]{1,256}", text.get_secret_value()) is None:
        raise ValueError("expected 1 to 256 printable ASCII characters without spaces")
    return text


def _webhook_hosts(text: str) -> str:
    parse_rules(text)
    return text


def _origins(text: str) -> str:
    parse_origins(text)
    return text


HostNames = Annotated[str, AfterValidator(_host_names)]
PageOrigins = Annotated[str, AfterValidator(_origins)]
WebhookHosts = Annotated[str, AfterValidator(_webhook_hosts)]
Token = Annotated[SecretStr, AfterValidator(_token)]


class Settings(BaseSettings):
    """The server's settings; each is an option of `mockcrm serve` and a variable MOCKCRM_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="MOCKCRM_", frozen=True, extra="ignore")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 9646
    fixture: str = "demo"
    data_dir: Path | None = None
    auth: Auth = "strict"
    status_profile: StatusProfile = "reference"
    job_mode: JobMode = "auto"
    fixture_dir: Path | None = None
    tls: bool = False
    tls_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    names: HostNames = ""
    control_token: Token | None = None
    webhook_hosts: WebhookHosts = ""
    origins: PageOrigins = ""
    log_level: LogLevel = "warning"

    @property
    def host_names(self) -> tuple[str, ...]:
        """Additional host names by which clients call the server."""
        return tuple(name for name in self.names.lower().split(",") if name)

    @property
    def webhook_rules(self) -> HostRules:
        """Where webhooks may be sent, besides loopback and private addresses."""
        return parse_rules(self.webhook_hosts)

    @property
    def uses_tls(self) -> bool:
        """Whether anything is served over TLS."""
        return self.tls or self.tls_port is not None

    @property
    def org_options(self) -> dict[str, Any]:
        """The settings of every org that the command line or the environment gives explicitly."""
        given = self.model_fields_set
        options: dict[str, Any] = {name: getattr(self, name) for name in ("auth", "status_profile") if name in given}
        if "job_mode" in given:
            options["job_policy"] = {"mode": self.job_mode}
        return options
