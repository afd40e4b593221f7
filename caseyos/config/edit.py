"""Explain and change single keys; the file keeps its comments and is checked before it is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseyos.config.load import (
    Config,
    all_keys,
    load_config,
    parse_value,
    unknown_key,
    value_at,
)
from caseyos.config.model import defaults
from caseyos.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Origin:
    """What one layer says about a key; `used` marks the one in force."""

    layer: str
    value: Any
    place: str
    used: bool


def known(key: str) -> None:
    """Refuse a key that does not exist, naming the nearest."""
    free = key.split(".", maxsplit=1)[0] in ("keymap", "jobs")
    try:
        value_at(defaults(), key)
    except KeyError:
        if not free and key not in set(all_keys()):
            raise unknown_key(key, "the configuration") from None


def explain(config: Config, key: str) -> tuple[Origin, ...]:
    """Every layer's word on `key`, highest first."""
    known(key)
    origins: list[Origin] = []
    for layer in reversed(config.layers):
        try:
            value = value_at(layer.values, key)
        except KeyError:
            continue
        place = str(layer.path) if layer.path else (layer.names or {}).get(key, "")
        origins.append(Origin(layer.name, value, place, used=not origins))
    return tuple(origins)


def set_key(config: Config, key: str, raw: str) -> Path:
    """Set `key` in the user's file; the file is left alone when the result would be refused."""
    import tomlkit

    known(key)
    document = _document(config)
    table: Any = document
    *tables, last = key.split(".")
    for name in tables:
        if name not in table:
            table[name] = tomlkit.table()
        table = table[name]
    table[last] = parse_value(key, raw)
    return _keep(config, document)


def add_source(config: Config, values: Mapping[str, Any]) -> Path:
    """Add a [[source]] to the user's file; the file is left alone when it would be refused."""
    import tomlkit

    document = _document(config)
    if "source" not in document:
        document["source"] = tomlkit.aot()
    source = tomlkit.table()
    for name, value in values.items():
        if isinstance(value, Mapping):
            inline = tomlkit.inline_table()
            inline.update(value)
            source[name] = inline
        else:
            source[name] = value
    document["source"].append(source)
    return _keep(config, document)


def _document(config: Config) -> Any:
    import tomlkit

    path = config.paths.config_file
    return tomlkit.parse(path.read_text() if path.exists() else "")


def _keep(config: Config, document: Any) -> Path:
    """Write the file beside, read it as it would be read, and only then put it in place."""
    import tomlkit

    path = config.paths.config_file
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(tomlkit.dumps(document))
            out.flush()
            os.fsync(out.fileno())
        try:
            load_config(path=unfinished, profile=config.profile, environ={})
        except ConfigError as refusal:
            refusal.message = refusal.message.replace(str(unfinished), str(path))
            raise
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
