"""Alembic's entry for this service."""

from chassis.migrate import run
from services.execution.tables import metadata

run(metadata)
