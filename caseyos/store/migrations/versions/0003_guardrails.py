"""What the guardrails ask of the database: who is not to be written to, breakers, bounded counts.

Revision: 0003
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = ["ix_executions_recipient", "ix_executions_domain", "ix_executions_channel"]


def upgrade() -> None:
    """The keys by which an address is looked up, the breakers, and the indexes of the limits."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def downgrade() -> None:
    """Take them away; a breaker forgets that it was open, which the next failures tell it again."""
    for name in INDEXES:
        op.drop_index(name)
    op.drop_table("breakers")
    op.execute("DROP FUNCTION caseyos_dnc_keys(text)")
