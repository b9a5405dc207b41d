"""Alembic's entry for this service."""

from chassis.migrate import run
from services.journal.tables import metadata

run(metadata)
