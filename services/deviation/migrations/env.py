"""Alembic's entry for this service."""

from chassis.migrate import run
from services.deviation.tables import metadata

run(metadata)
