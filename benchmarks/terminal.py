"""A terminal without a window: a program on a pty, its keys, and the frames that it draws.

It answers what a modern terminal answers, so frames come between the marks of synchronised output.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

FRAME_ENDS = b"\x1b[?2026l"
ASKED, ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
WIDTH, HEIGHT = 80, 24
PATIENCE = 90.0  # seconds
QUIET = 0.2  # seconds without a byte, after which a frame without marks is whole


class Terminal:
    """One program on a pty of 80x24."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        given = {**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.begun = time.perf_counter()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            # Before the program can ask for it.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.execve(command[0], list(command), given)
        self._answered = False
        self._kept = b""

    def press(self, keys: bytes) -> float:
        """Press keys; the moment they were pressed. What was drawn before is forgotten."""
        while select.select([self._handle], [], [], 0)[0]:
            self._take()
        self._kept = b""
        pressed = time.perf_counter()
        os.write(self._handle, keys)
        return pressed

    def drawn(self, text: bytes) -> float:
        """The moment the first frame that shows `text` was whole."""
        return self.drawn_any([text])

    def drawn_any(self, texts: Sequence[bytes]) -> float:
        """The moment the first frame that shows any of `texts` was whole."""
        deadline, received = time.monotonic() + PATIENCE, self.begun
        while time.monotonic() < deadline:
            places = [place for text in texts if (place := self._kept.find(text)) >= 0]
            if places and self._kept.find(FRAME_ENDS, min(places)) >= 0:
                return time.perf_counter()
            if select.select([self._handle], [], [], QUIET if places else 1)[0]:
                self._take()
                received = time.perf_counter()
            elif places:
                return received  # the first frame may come before the answer, and so without marks
        raise RuntimeError(f"{texts[0]!r} was never drawn")

    def last_drawn(self, texts: Sequence[bytes], first: int, end: int) -> int:
        """Which of `texts` from `first` to `end` is the last that shows."""
        return max(number for number in range(first, end) if texts[number] in self._kept)

    def memory(self) -> float:
        """MiB resident."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024

    def close(self) -> None:
        """End the program, and with it the terminal."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._handle)

    def _take(self) -> None:
        try:
            self._kept += os.read(self._handle, 1 << 16)
        except OSError as error:
            raise RuntimeError(f"the program ended: {self._kept[-300:]!r}") from error
        if not self._answered and ASKED in self._kept:
            self._answered = True
            os.write(self._handle, ANSWER)
