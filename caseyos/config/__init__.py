"""Configuration: find, read and check `caseyos.toml` and the environment."""

from caseyos.config.durations import parse_duration, parse_hours
from caseyos.config.load import Config, load_config
from caseyos.config.paths import Paths

__all__ = ["Config", "Paths", "load_config", "parse_duration", "parse_hours"]
