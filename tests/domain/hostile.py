"""The thirty hostile strings of UX 6.2(3): what a stranger may put into any text we show."""

HOSTILE = (
    "\x1b]0;owned\x07",  # window title
    "\x1b]2;owned\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",  # hyperlink
    "\x1b]52;c;cm0gLXJmIC8=\x07",  # clipboard
    "\x1b]133;A\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b[2J\x1b[H",  # clear
    "\x1b[?1049h",  # other screen
    "\x1b[31mred\x1b[0m",
    "\x1b[6n",  # asks the terminal to type back
    '\x1bP$q"p\x1b\\',  # DCS
    "\x1b_G\x1b\\",  # APC
    "\x9b2J",  # C1 CSI
    "\x9d0;owned\x9c",  # C1 OSC
    "\x85next\x84line",
    "over\rwritten",
    "back\x08\x08\x08space",
    "bell\x07",
    "nul\x00byte",
    "del\x7fete",
    "line\u2028para\u2029graph",
    "pdf\u202egnp.exe",  # right-to-left override
    "\u2066isolate\u2069\u202apop\u202c",
    "zero\u200bwidth\u200c\u2060\ufeff",
    "lone\ud800surrogate",
    "tag\U000e0041\U000e007f",
    "[/]",
    "[@click=app.quit]press[/]",
    "👩\u200d💻 日本語 ｆｕｌｌ",
    "x" * 10_240,
)
