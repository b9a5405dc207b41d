"""A migration only adds: the release before goes on beside the new one, and one step back works."""

import re

import pytest

from tests.architecture.rules.source import ROOT

TAKES_AWAY = re.compile(r"op\.(drop_column|drop_table|rename_table)\(|new_column_name=")
MIGRATIONS = sorted(ROOT.glob("services/*/migrations/versions/*.py"))


def test_no_migration_takes_away_what_the_release_before_uses() -> None:
    assert len(MIGRATIONS) > 6
    assert [file.name for file in MIGRATIONS if TAKES_AWAY.search(file.read_text())] == []


@pytest.mark.parametrize(
    "step", ["op.drop_column('a', 'b')", "op.drop_table('a')", "op.alter_column('a', new_column_name='b')"]
)
def test_what_takes_away_is_found(step: str) -> None:
    assert TAKES_AWAY.search(step)
