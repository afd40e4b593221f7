"""CaseyOS: a terminal-first command centre for one go-to-market operator.

Owns the version and nothing else; importing it imports nothing else.
"""

__version__ = "0.1.0"
