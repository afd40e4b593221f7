"""The sections hold their defaults, as plain values and back."""

import msgspec
import pytest

from caseyos.config.model import File, defaults


def test_defaults_go_out_and_come_back() -> None:
    assert msgspec.convert(defaults(), File) == File()
    assert msgspec.convert({}, File) == File()


def test_two_readers_share_no_default() -> None:
    defaults()["deals"]["stages"].append("Mine")
    assert "Mine" not in File().deals.stages
    assert "Mine" not in defaults()["deals"]["stages"]


def sections(kind: type = File) -> list[type]:
    found = [kind]
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found += sections(field.type)
    return found


@pytest.mark.parametrize("kind", sections(), ids=lambda kind: kind.__name__)
def test_every_section_refuses_unknown_keys_and_change(kind: type) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"no_such_key": 1}, kind)
    assert kind.__struct_config__.frozen
