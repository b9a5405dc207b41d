"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text, Uuid  # noqa: F401
from sqlalchemy.dialects import postgresql

revision = '20261123_first_tables'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_log',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_access_log'))
    )
    op.create_index('ix_access_log_member', 'access_log', ['member_id', 'at'], unique=False)
    op.create_index('ix_access_log_person', 'access_log', ['person_id', 'at'], unique=False)
    op.create_table('inbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=True),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', 'owner', name=op.f('pk_inbox'))
    )
    op.create_index('ix_inbox_open', 'inbox', ['owner', 'subject', 'sequence'], unique=False, postgresql_where=sa.text("status IN ('waiting', 'failed', 'parked', 'skipped')"))
    op.create_table('inbox_attempt',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_inbox_attempt'))
    )
    op.create_index(op.f('ix_inbox_attempt_id'), 'inbox_attempt', ['id'], unique=False)
    op.create_table('inbox_catch_up',
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('owner', name=op.f('pk_inbox_catch_up'))
    )
    op.create_table('inbox_position',
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('last', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('owner', 'subject', name=op.f('pk_inbox_position'))
    )
    op.create_table('numbers',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True, start=700001), nullable=False),
    sa.Column('given_to', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_numbers'))
    )
    op.create_table('operator_act',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('operator', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_operator_act'))
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('receiver', sa.Text(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_outbox')),
    sa.UniqueConstraint('id', name=op.f('uq_outbox_id')),
    sa.UniqueConstraint('subject', 'sequence', name=op.f('uq_outbox_subject'))
    )
    op.create_index('ix_outbox_held_back', 'outbox', ['subject', 'sequence'], unique=False, postgresql_where=sa.text('published_at IS NULL'))
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('outbox_resend',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('receiver', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_resend')),
    sa.UniqueConstraint('position', 'receiver', name=op.f('uq_outbox_resend_position'))
    )
    op.create_table('outbox_subject',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_outbox_subject'))
    )
    op.create_table('persons',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('authority_unit_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.Text(), nullable=False),
    sa.Column('identity_number', sa.Text(), nullable=True),
    sa.Column('identity_type', sa.Enum('personnummer', 'samordningsnummer', 't_number', 'reserve_number', 'none', name='identitytype', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('family_name', sa.Text(), nullable=False),
    sa.Column('given_name', sa.Text(), nullable=False),
    sa.Column('sex', sa.Enum('man', 'kvinna', 'okänt', name='sex', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('birth_year', sa.Integer(), nullable=True),
    sa.Column('registered_by', sa.Uuid(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_language', sa.Text(), nullable=True),
    sa.Column('interpreter_need', sa.Text(), nullable=True),
    sa.Column('registered_address', sa.Text(), nullable=True),
    sa.Column('protection', sa.Enum('none', 'confidentiality_mark', 'protected_registration', 'assumed_identity', name='protection', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('cleared', postgresql.ARRAY(Uuid()), nullable=False),
    sa.CheckConstraint("(identity_type = 'none') = (identity_number IS NULL)", name=op.f('ck_persons_identity')),
    sa.CheckConstraint("protection <> 'protected_registration' OR registered_address IS NULL", name=op.f('ck_persons_address')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_persons')),
    sa.UniqueConstraint('case_number', name=op.f('uq_persons_case_number')),
    sa.UniqueConstraint('identity_number', name=op.f('uq_persons_identity_number')),
    info={'personal': True}
    )
    op.create_table('replica_manager',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('deputy', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True)
    )
    op.create_index(op.f('ix_replica_manager_unit_id'), 'replica_manager', ['unit_id'], unique=False)
    op.create_table('replica_member',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_replica_member'))
    )
    op.create_index(op.f('ix_replica_member_login'), 'replica_member', ['login'], unique=False)
    op.create_table('replica_membership',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True)
    )
    op.create_index(op.f('ix_replica_membership_member_id'), 'replica_membership', ['member_id'], unique=False)
    op.create_index(op.f('ix_replica_membership_unit_id'), 'replica_membership', ['unit_id'], unique=False)
    op.create_table('replica_unit',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('path', postgresql.ARRAY(Uuid()), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('business_area', sa.Text(), nullable=True),
    sa.Column('internal', sa.Boolean(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_replica_unit'))
    )
    op.create_table('decisions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('decision_maker', sa.Text(), nullable=False),
    sa.Column('decision_type', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('registered_by', sa.Uuid(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('period_from', sa.Date(), nullable=True),
    sa.Column('period_to', sa.Date(), nullable=True),
    sa.CheckConstraint('period_to >= period_from', name=op.f('ck_decisions_period')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_decisions_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    sa.UniqueConstraint('decision_number', name=op.f('uq_decisions_decision_number'))
    )
    op.create_index(op.f('ix_decisions_person_id'), 'decisions', ['person_id'], unique=False)
    op.create_table('assignments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('authority_unit_id', sa.Uuid(), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assignment_name', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('services', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('goals', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('cover_message', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'sent', 'withdrawn', 'decline_confirmed', 'closed', name='orderstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('case_worker_id', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('order', postgresql.JSONB(none_as_null=True, astext_type=Text()), nullable=True),
    sa.Column('replaces', sa.Uuid(), nullable=True),
    sa.Column('replaced_by', sa.Uuid(), nullable=True),
    sa.Column('decline', postgresql.JSONB(none_as_null=True, astext_type=Text()), nullable=True),
    sa.Column('line', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('phase', sa.Enum('draft', 'sent', 'received', 'recalled', 'declined', 'distributed', 'acknowledged', 'started', 'followed_up', 'ended', 'withdrawn', 'decline_confirmed', 'closed', name='phase', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.CheckConstraint('status = \'draft\' OR num_nulls(unit_id, case_worker_id, sent_at, "order") = 0', name=op.f('ck_assignments_sent_whole')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_assignments_decision_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_assignments_person_id')),
    sa.ForeignKeyConstraint(['replaces'], ['assignments.id'], name=op.f('fk_assignments_replaces')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments')),
    sa.UniqueConstraint('replaces', name=op.f('uq_assignments_replaces'))
    )
    op.create_index(op.f('ix_assignments_decision_id'), 'assignments', ['decision_id'], unique=False)
    op.create_index(op.f('ix_assignments_person_id'), 'assignments', ['person_id'], unique=False)
    op.create_index('ix_assignments_phase', 'assignments', ['authority_unit_id', 'phase', 'id'], unique=False)
    op.create_index('ix_assignments_unit', 'assignments', ['authority_unit_id', 'id'], unique=False)
    op.create_table('follow_ups',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('performed_on', sa.Date(), nullable=True),
    sa.Column('action', sa.Enum('continue', 'new_decision_needed', 'new_plan_needed', name='actiondecision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('signed_by', sa.Uuid(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('document_sha256', sa.Text(), nullable=False),
    sa.Column('report', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('intact', sa.Boolean(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(received_at IS NULL) = (received_by IS NULL)', name=op.f('ck_follow_ups_received_by_somebody')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_follow_ups_assignment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_follow_ups_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_ups'))
    )
    op.create_index(op.f('ix_follow_ups_assignment_id'), 'follow_ups', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_follow_ups_person_id'), 'follow_ups', ['person_id'], unique=False)
