"""Find, read, merge and check the configuration: flag, environment, project, user, default."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from caseyos.config import checks
from caseyos.config.model import File, Play, Source, defaults
from caseyos.config.names import NOT_KEYS, PLAIN_NAMES
from caseyos.config.paths import DEFAULT_PROFILE, DEMO_PROFILE, Paths, profile_paths
from caseyos.errors import ConfigError

MAX_SIZE = 1024 * 1024  # bytes; nobody writes more by hand

LISTED: Mapping[str, type[msgspec.Struct]] = {"play": Play, "source": Source}
TYPE_WORDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
YES_NO = {"yes": True, "on": True, "1": True, "no": False, "off": False, "0": False}
FREE_TABLES = ("keymap", "jobs", "source", "play")


@dataclass(frozen=True, slots=True)
class Layer:
    """One origin of values: its name, the file and text it came from, and what it says."""

    name: str
    values: Mapping[str, Any]
    path: Path | None = None
    text: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # key -> environment variable


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of one profile, checked; `settings` holds the sections."""

    settings: File
    profile: str
    paths: Paths
    layers: tuple[Layer, ...]  # lowest first

    @property
    def owner(self) -> str:
        """The operator's own name."""
        return self.settings.owner

    @property
    def zone(self) -> tzinfo | None:
        """The configured time zone; None is the system's own."""
        if not self.settings.timezone:
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.settings.timezone)


def load_config(
    *,
    path: Path | None = None,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Config:
    """The configuration that is in force; ConfigError names the file, the line and the key."""
    environ = os.environ if environ is None else environ
    profile = profile or environ.get("CASEYOS_PROFILE") or DEFAULT_PROFILE
    paths = profile_paths(profile, environ)
    layers = [Layer("default", defaults())]
    if profile == DEMO_PROFILE:
        # The demo stands alone: nothing may point it at a real database or mailbox.
        path, environ, cwd = None, {}, paths.config_file.parent
    named = path or (Path(environ["CASEYOS_CONFIG"]) if environ.get("CASEYOS_CONFIG") else None)
    if named is not None:
        layers.append(read_layer("named file", named))
    else:
        if paths.config_file.exists():
            layers.append(read_layer("user file", paths.config_file))
        project = (cwd or Path.cwd()) / "caseyos.toml"
        if project.exists() and project != paths.config_file:
            layers.append(read_layer("project file", project))
    layers.append(environment_layer(environ))
    for layer in layers[1:]:
        _check_layer(layer)
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer.values)
    settings = msgspec.convert(merged, File)
    for problem in checks.problems(settings):
        raise ConfigError(
            f"{_where(layers, problem.key)}{problem.key}: {problem.sentence}",
            hint=f"caseyos config explain {problem.key}",
        )
    return Config(settings, profile, paths, tuple(layers))


def read_layer(name: str, path: Path) -> Layer:
    """One TOML file as a layer; every way a file can be wrong is one sentence."""
    try:
        if path.stat().st_size > MAX_SIZE:
            raise ConfigError(f"{path} is larger than 1 MiB, which no configuration is.")
        text = path.read_bytes().decode()
        values = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 at byte {error.start}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.", hint="caseyos config example") from error
    except RecursionError as error:
        raise ConfigError(f"{path} nests deeper than a configuration can.") from error
    return Layer(name, values, path, text)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """What `CASEYOS_SECTION__KEY` and the few plain names say."""
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for variable, key in PLAIN_NAMES.items():
        if environ.get(variable):
            _put(values, key, environ[variable])
            names[key] = variable
    for variable, raw in sorted(environ.items()):
        rest = variable.removeprefix("CASEYOS_")
        if rest == variable or rest in NOT_KEYS:
            continue
        key = rest.lower().replace("__", ".")
        if "." not in key and key not in defaults():
            if variable in PLAIN_NAMES:
                continue
            raise unknown_key(key, f"the environment variable {variable}")
        _put(values, key, raw)
        names[key] = variable
    return Layer("env", values, names=names)


def all_keys(values: Mapping[str, Any] | None = None, before: str = "") -> Iterator[str]:
    """Every dotted key of the built-in configuration."""
    for name, value in (defaults() if values is None else values).items():
        key = f"{before}{name}"
        if isinstance(value, Mapping) and value and name not in FREE_TABLES:
            yield from all_keys(value, f"{key}.")
        else:
            yield key


def value_at(values: Mapping[str, Any], key: str) -> Any:
    """The value of a dotted key; KeyError where there is none."""
    found: Any = values
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise KeyError(key)
        found = found[part]
    return found


def unknown_key(key: str, where: str) -> ConfigError:
    """The refusal of a key that does not exist, with the nearest one that does."""
    table, _, field_ = key.rpartition("].")
    listed = LISTED.get(table.partition("[")[0])
    if listed is not None:
        close = get_close_matches(field_, listed.__struct_fields__, n=1)
    else:
        close = get_close_matches(key, list(all_keys()) + list(defaults()), n=1)
    suggestion = f" Did you mean {close[0]}?" if close else ""
    return ConfigError(f"{where}: no key {key}.{suggestion}", hint="caseyos config example")


def _check_layer(layer: Layer) -> None:
    try:
        msgspec.convert(layer.values, File)
    except msgspec.ValidationError as error:
        message = str(error)
        at = re.search(r" - at `\$(.*)`$", message)
        path = at[1].lstrip(".") if at else ""
        unknown = re.search(r"unknown field `(.+?)`", message)
        if unknown:
            key = f"{path}.{unknown[1]}".lstrip(".")
            raise unknown_key(key, _place(layer, key)) from None
        expected = _in_words(re.sub(r" - at .*", "", message).replace("`", ""))
        raise ConfigError(
            f"{_place(layer, path)}: {path or 'the file'}: {expected[:1].lower()}{expected[1:]}.",
            hint=f"caseyos config explain {path}" if path else "caseyos config example",
        ) from None


def _in_words(sentence: str) -> str:
    """The library's sentence with the file's words for its types."""
    return re.sub(r"\b(str|int|float|bool|array|object)( \| null)?\b", _type_word, sentence)


def _type_word(found: re.Match[str]) -> str:
    return TYPE_WORDS[found[1]]


def _place(layer: Layer, key: str) -> str:
    if layer.path is None:
        name = layer.names.get(key)
        return f"the environment variable {name}" if name else "the environment"
    line = _line_of(layer.text, key)
    return f"{layer.path}:{line}" if line else str(layer.path)


def _where(layers: list[Layer], key: str) -> str:
    for layer in reversed(layers[1:]):
        try:
            value_at(layer.values, key)
        except KeyError:
            continue
        return f"{_place(layer, key)}: "
    return ""


def _line_of(text: str, key: str) -> int | None:
    """The line that sets a dotted key, as well as a reader would find it."""
    wanted = re.sub(r"\[\d*\.*\]", "", key).split(".")
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            if table == wanted:
                return number
        name = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if name:
            path = table + [part.strip("\"'") for part in name[1].split(".")]
            if path in (wanted, wanted[: len(path)]):
                return number
    return None


def _put(values: dict[str, Any], key: str, raw: str) -> None:
    *tables, last = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
    values[last] = parse_value(key, raw)


def parse_value(key: str, raw: str) -> Any:
    """A value written as text: TOML where the key does not hold plain text."""
    try:
        present = value_at(defaults(), key)
    except KeyError:
        present = None
    if isinstance(present, str):
        return raw
    if isinstance(present, bool):
        raw = raw.strip().lower()
        if raw in YES_NO:
            return YES_NO[raw]
    try:
        parsed = tomllib.loads(f"value = {raw}")
    except tomllib.TOMLDecodeError:
        return raw
    return parsed["value"] if len(parsed) == 1 else raw  # a line more is no value


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        present = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(present, Mapping)
        merged[name] = _merge(present, value) if both else value  # type: ignore[arg-type]
    return merged
