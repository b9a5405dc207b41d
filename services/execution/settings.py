"""What an operator sets for execution, from the environment: STAFETT_EXECUTION_REMIND_AFTER_WORKING_DAYS."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ExecutionSettings(BaseSettings):
    """Settings of the execution service alone."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_EXECUTION_", extra="ignore", frozen=True)

    remind_after_working_days: tuple[int, ...] = Field(default=(2, 5), max_length=10)
    """A unit that has not acknowledged is reminded after so many working days, each time once: `[2, 5]`, `[]` never."""

    @model_validator(mode="after")
    def _grow(self) -> Self:
        days = self.remind_after_working_days
        if list(days) != sorted(set(days)) or any(day < 1 for day in days):
            raise ValueError("remind_after_working_days must be whole days from 1 and each more than the one before")
        return self


REMIND_AFTER = ExecutionSettings().remind_after_working_days
