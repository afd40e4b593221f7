"""The initial schema, as reviewed SQL beside this file.

Revision: 0001
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = [
    "tasks",
    "outcomes",
    "messages",
    "decisions",
    "executions",
    "command_queue_items",
    "action_recommendations",
    "signals",
    "deals",
    "contacts",
    "switches",
    "suppressions",
    "source_cursors",
    "quarantine",
    "products",
    "learned_weights",
    "job_runs",
    "events",
    "audit_values",
    "audit_log",
    "accounts",
]
FUNCTIONS = [
    "caseyos_append_only",
    "caseyos_audit_append",
    "caseyos_audit_hash",
    "caseyos_move_code",
    "caseyos_move_touched",
    "caseyos_notify",
    "caseyos_uuid7",
]


def upgrade() -> None:
    """Make everything."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Drop everything that upgrade made."""
    for table in TABLES:
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP SEQUENCE move_code_seq")
