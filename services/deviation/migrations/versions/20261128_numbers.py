"""numbers"""

import sqlalchemy as sa
from alembic import op

revision = '20261128_numbers'
down_revision = '20261123_first_tables'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL numbers those that are there.
    op.add_column(
        'deviations', sa.Column('number', sa.BigInteger(), sa.Identity(always=True, start=10001), nullable=False)
    )
    op.create_unique_constraint(op.f('uq_deviations_number'), 'deviations', ['number'])
