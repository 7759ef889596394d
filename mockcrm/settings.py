"""The settings of the server and of an org, with their limits and defaults.

The server's settings come from its command line, else from MOCKCRM_* in the environment, else from the defaults here.
An org's settings are the defaults, overridden by those that the command line sets for every org, by the org's fixture
(except in the `default` org, where the command line takes precedence), and by changes through the control API.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mockcrm.core.automation.webhook_hosts import HostRules, parse_rules
from mockcrm.core.errors import StatusProfile
from mockcrm.core.web_origins import Origins, parse_origins
from mockcrm.http.data_centres import own_names

JobMode = Literal["auto", "paced", "polled", "manual"]
Auth = Literal["strict", "any"]
Edition = Literal["free", "standard", "professional", "enterprise", "ultimate", "crmplus", "zohoone"]
LogLevel = Literal["critical", "error", "warning", "info", "debug"]


class Exact(BaseModel):
    """Base of models for input by users: unknown keys are errors, and values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_crowds(cls, given: Any) -> Any:
        """With more keys than the model has, validate only an unknown one: pydantic would create an error of about a
        kilobyte for each."""
        if isinstance(given, dict) and len(given) > len(cls.model_fields):
            return {key: given[key] for key in [next(key for key in given if key not in cls.model_fields)]}
        return given


class Polls(Exact):
    """How many status reads return each state under the policy `polled`."""

    model_config = ConfigDict(frozen=True)
    scheduled: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    running: Annotated[int, Field(ge=0, le=1_000_000)] = 2


class JobPolicy(Exact):
    """When jobs advance: immediately (auto), by the clock (paced), when their status is read (polled), or through the
    control API (manual)."""

    model_config = ConfigDict(frozen=True)
    mode: JobMode = "auto"
    start_delay: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    records_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 1000.0
    polls: Polls = Polls()


class OrgOptions(Exact):
    """The settings of one org without its job policy."""

    model_config = ConfigDict(frozen=True)
    status_profile: StatusProfile = "reference"
    auth: Auth = "strict"
    edition: Edition | None = None
    strict_picklists: bool = False
    oauth_error_status: Annotated[int, Field(ge=200, le=599)] = 200
    throttle_status: Annotated[int, Field(ge=200, le=599)] = 400
    not_found_body: Literal["json", "empty"] = "json"
    token_limits: bool = False
    concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None
    credits: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    max_body_mb: Annotated[float, Field(gt=0, le=64)] = 10.0


class OrgSettings(OrgOptions):
    """The settings of one org; all of them can be changed while the server runs."""

    job_policy: JobPolicy = JobPolicy()


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return the layers merged key by key, also inside objects; later layers override earlier ones."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            known = result.get(key)
            result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


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
    def page_origins(self) -> Origins:
        """The origins whose pages may use literal credentials, besides those of this machine and of redirect URIs."""
        listed, everything = parse_origins(self.origins)
        return Origins(listed, own_names(self.host, self.host_names), everything)

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
