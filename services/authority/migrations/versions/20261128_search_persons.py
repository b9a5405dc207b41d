"""search persons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text, Uuid  # noqa: F401
from sqlalchemy.dialects import postgresql

revision = '20261128_search_persons'
down_revision = '20261123_first_tables'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('persons', sa.Column('search_name', sa.Text(), nullable=True))
    op.execute("UPDATE persons SET search_name = lower(family_name || ' ' || given_name)")
    op.alter_column('persons', 'search_name', nullable=False)
    op.create_index('ix_persons_name', 'persons', [sa.text("to_tsvector('simple'::regconfig, search_name)")], unique=False, postgresql_using='gin')
    op.create_index('ix_persons_unit', 'persons', ['authority_unit_id', 'id'], unique=False)
