"""A task's version rises with every change, by plain SQL too: undo leaves alone what was changed.

Revision: 0004
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The trigger that counts."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Take it away; versions stay as they are."""
    op.execute("DROP TRIGGER tasks_touched ON tasks")
    op.execute("DROP FUNCTION caseyos_task_touched()")
