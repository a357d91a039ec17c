"""Sweeps and the workers who do them."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from fhir_screener.settings.values import RedisUrl, Zone, variable


class SweepSettings(BaseModel):
    """Broker, ledger, sizes and patience of a sweep; the hour of the nightly one."""

    broker_url: RedisUrl | None = Field(
        None, description="Redis or Valkey (6.2 or later) that carries work to workers."
    )
    ledger_url: RedisUrl | None = Field(
        None, description="Redis or Valkey that remembers what is done; unset: broker_url."
    )
    ledger_days: int = Field(14, ge=1, le=365, description="Days after which a sweep is forgotten in Redis.")
    batch_size: int = Field(50, ge=1, le=1000, description="Patients read with one set of requests.")
    chunk_size: int = Field(200, ge=1, le=10_000, description="Patients in one message to a worker.")
    chunk_seconds: int = Field(
        900, ge=10, le=86_400, description="Seconds after which a chunk is stopped and sent again."
    )
    sweep_seconds: int = Field(7200, ge=60, le=86_400, description="Seconds that listing a sweep's patients may take.")
    lock_seconds: int = Field(1800, ge=5, le=86_400, description="Seconds after which a lifeless sweep loses its lock.")
    quiet_seconds: int = Field(
        120, ge=1, le=86_400, description="Seconds without progress after which chunks are sent again."
    )
    attempts: int = Field(4, ge=1, le=20, description="Times a chunk is tried before it is reported as failed.")
    nightly_hour: int = Field(2, ge=0, le=23, description="Hour of the nightly sweep.")
    nightly_minute: int = Field(30, ge=0, le=59, description="Minute of the nightly sweep.")
    nightly_zone: Zone = Field("UTC", description="Time zone of the nightly sweep.")

    @model_validator(mode="after")
    def _locked_while_quiet(self) -> Self:
        if self.lock_seconds < self.quiet_seconds:
            raise ValueError(f"{variable('lock_seconds')} must not be less than {variable('quiet_seconds')}")
        return self
