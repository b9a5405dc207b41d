"""What the journal service believes of each assignment: which rows the units carry out, and until when."""

from sqlalchemy import text

from chassis.beliefs import Beliefs

beliefs = Beliefs(
    about="assignment",
    kinds=frozenset({"carried", "row"}),
    ids=text("""
        SELECT assignment_id FROM carried WHERE assignment_id > :after
        ORDER BY assignment_id LIMIT :limit"""),
    facts=text("""
        SELECT c.assignment_id, f.fact FROM carried c CROSS JOIN LATERAL (
            SELECT 'carried' AS fact
            UNION ALL SELECT concat_ws(':', 'row', item ->> 'id', item ->> 'unit_id', last_day)
                FROM jsonb_array_elements(c.rows) AS item,
                LATERAL (SELECT coalesce(item ->> 'ended_on', item ->> 'period_to') AS last_day) l
                WHERE coalesce(CAST(last_day AS date) >= :today, true)
        ) f WHERE c.assignment_id = ANY(CAST(:ids AS uuid[]))"""),
)
