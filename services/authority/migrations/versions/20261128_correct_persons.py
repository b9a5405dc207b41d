"""correct persons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '20261128_correct_persons'
down_revision = '20261128_answered'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'persons',
        sa.Column(
            'corrections',
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
