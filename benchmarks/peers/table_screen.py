"""A list as Textual's own DataTable shows it: `table_screen.py ROWS`."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Table(App[None]):
    """One table with a cursor on rows."""

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        table.add_columns("id", "APS", "move", "account", "due")
        table.add_rows(
            (f"r{n:06}", n % 100, f"Write to person {n}", f"Company {n % 5000}", "today")
            for n in range(int(sys.argv[1]))
        )
        table.focus()


if __name__ == "__main__":
    Table().run()
