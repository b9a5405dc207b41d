"""Alembic's entry for this service."""

from chassis.migrate import run
from services.organisation.tables import metadata

run(metadata)
