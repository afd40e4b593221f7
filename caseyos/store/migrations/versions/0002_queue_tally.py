"""Exact counts of the queue without counting it, and Today's Moves whatever is due.

Revision: 0002
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = ["insert", "update", "delete", "truncate"]


def upgrade() -> None:
    """The tally with its triggers, filled from what is there, and two indexes on due times."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Take them away; nothing is lost, for all of it is counted from the moves."""
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER command_queue_items_tally_{name} ON command_queue_items")
    op.execute("DROP FUNCTION caseyos_tally()")
    op.execute("DROP FUNCTION caseyos_tally_fold()")
    op.drop_table("queue_tally")
    op.drop_index("ix_command_queue_items_due")
    op.drop_index("ix_command_queue_items_due_day")
