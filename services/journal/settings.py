"""What an operator sets for journals, from the environment: STAFETT_JOURNAL_LOCK_AFTER_HOURS."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class JournalSettings(BaseSettings):
    """Settings of the journal service alone."""

    model_config = SettingsConfigDict(env_prefix="STAFETT_JOURNAL_", extra="ignore", frozen=True)

    lock_after_hours: int = Field(default=24, ge=0, le=14 * 24)
    """A note is write-protected at the first midnight this many hours after it was last saved."""


LOCK_AFTER = timedelta(hours=JournalSettings().lock_after_hours)
