"""Rows that a plain script inserts are whole: a title, and objects where objects are read.

Revision: 0005
"""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The triggers, and what was inserted before them mended."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Take them away; what they gave stays."""
    op.execute("DROP TRIGGER command_queue_items_given ON command_queue_items")
    op.execute("DROP TRIGGER signals_given ON signals")
    op.execute("DROP FUNCTION caseyos_move_given()")
    op.execute("DROP FUNCTION caseyos_signal_given()")
