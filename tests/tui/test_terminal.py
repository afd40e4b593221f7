"""A real terminal: the program in a pty, read through a terminal emulator; the shell is whole after."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable

import pyte

from caseyos.tui.terminal import hung_up

PROGRAM = f"{sys.executable} -m caseyos"


class Terminal:
    """A shell on a pty of 80x24."""

    def __init__(self, environ: dict[str, str], width: int = 80, height: int = 24) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            environ = environ | {"TERM": "xterm-256color", "PS1": "READY> "}
            for name in ("COLUMNS", "LINES"):  # a size that no window could change
                environ.pop(name, None)
            os.execve("/bin/sh", ["sh"], environ)
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Another size, as a window manager would give it."""
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, size)
        self.screen.resize(height, width)

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._handle, text.encode())

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, told: Callable[[str], bool], what: str) -> None:
        """Read until the screen is as wanted."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            if told(self.text):
                return
            self._take()
        raise AssertionError(f"{what} did not come:\n{self.text}")

    def _take(self) -> None:
        ready, _, _ = select.select([self._handle], [], [], 0.1)
        if ready:
            received = os.read(self._handle, 65536)
            self.bytes += received
            self._stream.feed(received)

    def close(self) -> None:
        """Hang up."""
        os.close(self._handle)


def test_start_accept_resize_quit_and_the_shell_is_usable(
    home: dict[str, str], caseyos: Callable[..., object]
) -> None:
    for title in ("Call Lena", "Write to Ravi", "Plan the week"):
        caseyos("add", title, "--due", "2h")
    terminal = Terminal(home)
    try:
        terminal.wait(lambda text: "READY>" in text, "the shell")
        terminal.type(f"{PROGRAM}\n")
        terminal.wait(
            lambda text: "3 open" in text and "SAFE" in text and "? help" in text, "the list"
        )
        assert "Plan the week" in terminal.text
        terminal.type("ja")
        terminal.wait(lambda text: "1 accepted" in text, "the decision")
        # A window that is dragged gives many sizes, the last of which counts.
        for width, height in ((56, 14), (140, 40), (53, 12), (50, 14)):
            terminal.resize(width, height)
        terminal.wait(lambda text: "need 60x16" in text, "the notice")
        terminal.resize(80, 24)
        terminal.wait(lambda text: "1 accepted" in text and "SAFE" in text, "the list again")
        terminal.type("q")
        # The emulator knows no second screen, so the old picture stays until it is cleared.
        terminal.wait(lambda text: "READY>" in text, "the shell")
        terminal.type("printf '\\033[2J\\033[H'; stty -a | grep -c ' echo ' ; echo whole\n")
        terminal.wait(lambda text: text.startswith("1\nwhole"), "a terminal that echoes")
        assert b"\x1b[?1049l" in terminal.bytes
        assert b"\x1b[?25h" in terminal.bytes
    finally:
        terminal.close()


def test_a_closed_terminal_ends_the_program_though_it_cannot_be_told(
    home: dict[str, str], caseyos: Callable[..., object]
) -> None:
    caseyos("add", "Call Lena", "--due", "2h")
    terminal = Terminal(home)
    terminal.wait(lambda text: "READY>" in text, "the shell")
    terminal.type(f"trap '' HUP; exec {PROGRAM}\n")
    terminal.wait(lambda text: "1 open" in text and "? help" in text, "the list")
    terminal.close()
    deadline = time.monotonic() + 40
    while os.waitpid(terminal.pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline, "it stayed behind"
        time.sleep(0.1)


def test_what_is_no_terminal_did_not_hang_up() -> None:
    assert not hung_up()
