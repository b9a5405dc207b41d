"""Alembic's entry for this service."""

from chassis.migrate import run
from services.notify.tables import metadata

run(metadata)
