"""How things stand, and what is new behind the list."""

from dataclasses import replace

from caseyos.app import App
from caseyos.domain.views import QueueFilter
from caseyos.tui.pulse import News, news, take
from caseyos.tui.queue import open_window
from tests.tui.stage import add, fill


def test_it_counts_what_is_new_changed_and_gone(core: App) -> None:
    fill(core)
    window = open_window(core, QueueFilter(), seen=10, keep=None, row=0).window
    for wanted in window.wanted(0, 50):
        window.put(wanted.spot, core.queue.page(wanted.chosen))
    seen = {move.id for move in window.held()}
    filters = [one.chosen for one in window.sections]
    assert not news(take(core, filters), seen, window)
    add(core, "n222", "New", aps=99)
    add(core, "n333", "New and later", aps=99, hours=None)
    with core.unit_of_work() as uow:
        uow.connection.execute("UPDATE command_queue_items SET title='X' WHERE code='m2kb'")
        uow.connection.execute(
            "UPDATE command_queue_items SET status='dismissed' WHERE code='m4kd'"
        )
    assert news(take(core, filters), seen, window) == News(new=2, changed=2)


def test_a_new_score_is_neither_new_nor_changed(core: App) -> None:
    fill(core)
    window = open_window(core, QueueFilter(), seen=10, keep=None, row=0).window
    seen = {move.id for move in window.held()}
    with core.unit_of_work() as uow:
        uow.connection.execute(
            "UPDATE command_queue_items SET priority_score = 97 WHERE code='m4kd'"
        )
    assert not news(take(core, [one.chosen for one in window.sections]), seen, window)


def test_it_reads_status_outbox_and_daemon(core: App) -> None:
    fill(core)
    pulse = take(core, ())
    assert (pulse.status.pending, pulse.status.due, pulse.daemon) == (9, 6, False)
    assert list(pulse.outbox) == []
    assert replace(pulse, heads=()) == pulse
