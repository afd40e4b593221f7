"""The state machine over the whole execution model, as many examples of so many steps."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.case import Case
from tests.crash.execution_machine import Execution
from tests.crash.figures import Figures
from tests.crash.stage import Stage

STEPS = {50: 30}  # a short run also takes shorter steps


def run(stage: Stage, examples: int) -> Iterator[Figures]:
    """`examples`; a failing one is printed as the program that leads to it."""
    steps = STEPS.get(examples, 50)

    class Machine(Execution):
        pass

    Machine.server, Machine.template, Machine.home = stage.server, stage.template, stage.home()
    ran = 0

    class Counted(Machine):
        def teardown(self) -> None:
            nonlocal ran
            ran += 1
            super().teardown()

    wrong: list[str] = []
    try:
        run_state_machine_as_test(
            seed(stage.seed)(Counted),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except Exception as failure:  # an invariant, or a defect on the way
        wrong.append("\n".join([repr(failure), *getattr(failure, "__notes__", ())]))
    yield Figures("", ran, len(wrong), also=f"up to {steps} steps each", wrong=tuple(wrong))


CASE = Case(
    "a machine that does what people, daemons, clocks and crashes do, in any order",
    {"short": 50, "full": 500, "soak": 20_000},
    run,
)
