"""The program: offline and back, the outbox, quitting, defects, themes, and other hands."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from caseyos.app import App
from caseyos.errors import ConfigError
from caseyos.store.server import EmbeddedServer
from caseyos.tui.program import Program
from tests.tui.stage import Seat, executions, fill, play, status_of


@contextmanager
def unreachable(server: EmbeddedServer, core: App) -> Iterator[None]:
    """The database refuses connections, as a stopped one would."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        name = psycopg.conninfo.conninfo_to_dict(core.database.conninfo)["dbname"]
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        yield
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_offline_keeps_the_list_says_so_and_comes_back_by_itself(
    core: App, server: EmbeddedServer
) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        with unreachable(server, core):
            seat.program.feel_pulse()
            await seat.settle()
            assert "OFFLINE since" in seat.text
            assert "m2kb" in seat.text
            assert "The database does not answer since" in seat.text
            await seat.press("a")
            assert status_refused(seat)
        seat.program.feel_pulse()
        await seat.settle()
        assert "OFFLINE" not in seat.text
        assert seat.focused.code == "m2kb"
        await seat.press("a")
        assert status_of(core, "m2kb") == "accepted"

    def status_refused(seat: Seat) -> bool:
        return seat.program.offline is not None and seat.focused.status == "pending"

    play(core, scene)


def test_a_database_that_is_down_at_the_start_is_said_and_tried_again(
    core: App, server: EmbeddedServer
) -> None:
    fill(core)
    core.database.close()

    async def scene(seat: Seat) -> None:
        assert "The queue could not be read." in seat.text
        assert "caseyos doctor" in seat.text
        down.__exit__(None, None, None)
        await seat.press("r")
        assert "m1ka" in seat.text

    down = unreachable(server, core)
    down.__enter__()
    play(core, scene)


def test_an_open_screen_lets_due_sends_go(make_core: Callable[..., App], impatient: None) -> None:
    core = make_core(CASEYOS_SEND__HOLD="0s")
    fill(core)

    async def scene(seat: Seat) -> None:
        plan = core.actions.preview(seat.focused.id)
        with core.unit_of_work() as uow:
            uow.connection.execute(
                "INSERT INTO executions (move_id, action_type, channel, state, idempotency_key,"
                " request, request_hash, wire, marker, recipient, actor, queued_at, not_before,"
                " not_after, reversibility, from_plan_id, recipient_domain, result)"
                " SELECT move_id, action_type, channel, 'queued', 'key-1', request, request_hash,"
                " wire, marker, recipient, actor, now(), now(), now() + '1 day',"
                " reversibility, plan_id, recipient_domain, result"
                " FROM executions WHERE plan_id = %s",
                (plan.id,),
            )
            uow.connection.execute(
                "UPDATE command_queue_items SET status = 'accepted' WHERE id = %s", (plan.move_id,)
            )
        seat.program.feel_pulse()
        await seat.settle()
        assert status_of(core, "m1ka") == "executed"
        assert seat.said[-1] == "The outbox ran: 1 move."
        assert "›✓ 1 m1ka" in seat.text

    play(core, scene)


def test_nobody_lets_sends_go_beside_a_leader(core: App, make_core: Callable[..., App]) -> None:
    other = make_core()
    assert other.operations.leader.acquire()
    assert core.operations.send_due_unless_led() is None
    other.operations.leader.release()
    done = core.operations.send_due_unless_led()
    assert done is not None
    assert set(done) == {"send", "reconcile"}


def test_live_is_said_with_its_end(core: App) -> None:
    fill(core)
    core.switchboard.go_live(timedelta(minutes=30))

    async def scene(seat: Seat) -> None:
        assert " LIVE 30m" in seat.text or " LIVE 29m" in seat.text
        core.switchboard.go_safe()
        seat.program.feel_pulse()
        await seat.settle()
        assert seat.text.splitlines()[1].endswith("SAFE")

    play(core, scene)


def test_ctrl_c_does_not_quit_and_q_does(core: App) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("ctrl+c")
        assert seat.program.is_running
        assert seat.said[-1] == "q quits, ctrl+q quits from anywhere."
        await seat.pilot.press("q")

    assert play(core, scene).return_code == 0


def test_a_held_send_asks_before_quitting(core: App, impatient: None) -> None:
    fill(core)

    async def scene(seat: Seat) -> None:
        pulse = seat.program.pulse
        assert pulse is not None
        object.__setattr__(pulse, "outbox", [{"state": "queued", "not_before": None}])
        await seat.press("q")
        assert "1 send in the outbox" in seat.text
        await seat.press("n")
        assert seat.program.is_running
        await seat.press("q")
        await seat.pilot.press("y")

    assert play(core, scene).return_code == 0
    assert executions(core) == 0


def test_a_defect_ends_the_program_and_is_kept_for_the_front_door(core: App) -> None:
    fill(core)
    seen: list[Program] = []

    async def scene(seat: Seat) -> None:
        seen.append(seat.program)

        def broken(_pulse: object) -> None:
            raise ZeroDivisionError("a defect")

        seat.program.ask(lambda: 1, broken)
        await seat.pilot.pause()

    with pytest.raises(ZeroDivisionError):
        play(core, scene)
    assert isinstance(seen[0].defect, ZeroDivisionError)


def test_a_wrong_theme_or_keymap_is_refused_before_anything_is_drawn(
    make_core: Callable[..., App],
) -> None:
    with pytest.raises(ConfigError, match="Did you mean caseyos-dark"):
        Program(make_core(CASEYOS_UI__THEME="caseyos-drak"), beat=None)
    core = make_core()
    core.config.settings.keymap["acept"] = "y"
    with pytest.raises(ConfigError, match="Did you mean accept"):
        Program(core, beat=None)


def test_a_rebound_key_works_and_is_shown(make_core: Callable[..., App]) -> None:
    core = make_core()
    core.config.settings.keymap["accept"] = "Y"
    fill(core)

    async def scene(seat: Seat) -> None:
        await seat.press("a")
        assert status_of(core, "m1ka") == "pending"
        await seat.press("Y")
        assert status_of(core, "m1ka") == "accepted"
        assert " Y accept " in seat.text

    play(core, scene)


@pytest.mark.parametrize("moves", [True, False])
def test_garbage_is_collected_once_the_first_rows_or_their_absence_show(
    core: App, moves: bool
) -> None:
    if moves:
        fill(core)

    async def scene(seat: Seat) -> None:
        await seat.settle()
        assert gc.isenabled()

    gc.disable()
    try:
        play(core, scene)
    finally:
        gc.enable()
        gc.unfreeze()
