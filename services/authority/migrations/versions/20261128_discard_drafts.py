"""discard drafts"""

from alembic import op

revision = '20261128_discard_drafts'
down_revision = '20261128_search_persons'
branch_labels = None
depends_on = None

STATUSES = ('draft', 'discarded', 'sent', 'withdrawn', 'decline_confirmed', 'closed')
PHASES = (
    *('draft', 'discarded', 'sent', 'received', 'recalled', 'declined', 'distributed', 'acknowledged', 'started'),
    *('followed_up', 'ended', 'withdrawn', 'decline_confirmed', 'closed'),
)


def upgrade() -> None:
    op.alter_column('persons', 'search_name', server_default='')  # the release before doesn't write it
    for name, column, codes in (('orderstatus', 'status', STATUSES), ('phase', 'phase', PHASES)):
        op.drop_constraint(f'ck_assignments_{name}', 'assignments')
        op.create_check_constraint(op.f(f'ck_assignments_{name}'), 'assignments', f'{column} IN {codes}')
    op.drop_constraint('ck_assignments_sent_whole', 'assignments')
    op.create_check_constraint(
        op.f('ck_assignments_sent_whole'),
        'assignments',
        'status IN (\'draft\', \'discarded\') OR num_nulls(unit_id, case_worker_id, sent_at, "order") = 0',
    )
