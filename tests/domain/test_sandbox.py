"""A template can read and compare; it cannot loop, grow, or reach into the program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChainableUndefined, TemplateError, Undefined

from caseyos.domain.sandbox import Sandbox

FACTS = {"name": "Dana", "data": {"size": 3, "text": "x" * 50, "form": "Demo"}, "amount": 12.5}


def make(source: str, **facts: object) -> str:
    sandbox = Sandbox(ChainableUndefined)
    sandbox.check(source)
    return sandbox.from_string(source).render(**(FACTS | facts))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ name }}", "Hello Dana"),
        ("{{ data.form or 'form' }}", "Demo"),
        ("{{ nothing or 'form' }}", "form"),
        ("{{ nothing.at.all }}", ""),
        ("{% if amount > 10 %}big{% else %}small{% endif %}", "big"),
        ("{{ 'a' if data.size == 3 else 'b' }}", "a"),
        ("{{ data.size * 2 + 1 }}", "7"),
        ("{{ data.size % 2 }}", "1"),
        ("{{ -amount / 2 }}", "-6.25"),
        ("{{ name ~ '!' }}", "Dana!"),
        ("{{ name|upper }} {{ name.lower() }} {{ data.get('size') }}", "DANA dana 3"),
        ("{{ name.startswith('D') and 'a' in name }}", "True"),
        ("{{ data['text']|truncate(8) }}", "xxxxx..."),
        ("{{ nothing|default('none') }}", "none"),
        ("{{ data.form is defined and name in ['Dana', 'Ravi'] }}", "True"),
        ("{# a remark #}plain", "plain"),
    ],
)
def test_what_templates_are_for(source: str, text: str) -> None:
    assert make(source) == text


RUNAWAYS = (
    "{{ 'a' * 999999999 }}",
    "{{ name * 99 }}",
    "{{ 99 * name }}",
    "{{ data.text * data.size }}",
    "{{ [1] * 999999999 }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ '{:>999999999}'.format('x') }}",
    "{{ '%0999999999d'|format(1) }}",
    "{{ 'x'.center(999999999) }}",
    "{{ 'x'|center(999999999) }}",
    "{{ 'x'.ljust(999999999) }}",
    "{{ 'x'.replace('x', 'y') }}",
    "{{ 'x\n'|indent(999999999) }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ range(999999999)|list }}",
    "{{ lipsum(99999) }}",
    "{{ ('x', 'y')|join('z') }}",
    "{% for a in data.text %}{% for b in data.text %}x{% endfor %}{% endfor %}",
    "{% set a = 'xx' %}{% set a = a ~ a %}",
    "{% with a = 'x' ~ name %}{{ a }}{% endwith %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% filter upper %}x{% endfilter %}",
    "{% include 'plain' %}",
    "{% import 'plain' as p %}",
    "{% extends 'plain' %}",
    "{{ name",
)
ESCAPES = (
    "{{ ''.__class__.__mro__ }}",
    "{{ name.__class__ }}{{ name.__class__.__base__.__subclasses__() }}",
    "{{ name|attr('__class__') }}",
    "{{ name['__class__'].x.y }}{{ ().__class__.__base__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ namespace().__class__ }}",
    "{{ name.format.__globals__ }}{{ ''.format() }}",
    "{{ data.update({'size': 9}) }}",
    "{{ data.pop('size') }}",
    "{{ data.clear() }}",
    "{{ name() }}",
)


@pytest.mark.parametrize("source", [*RUNAWAYS, *ESCAPES])
def test_what_they_are_not_for(source: str) -> None:
    before = repr(FACTS)
    try:
        text = make(source)
    except (TemplateError, TypeError):
        text = ""
    assert len(text) < 100
    assert "class" not in text and "object" not in text
    assert repr(FACTS) == before


@pytest.mark.parametrize("source", RUNAWAYS)
def test_a_runaway_is_refused_in_words(source: str) -> None:
    with pytest.raises(TemplateError) as refusal:
        make(source, name="Dana")
    assert str(refusal.value)


def test_no_global_names() -> None:
    assert dict(Sandbox(Undefined).globals) == {}


@given(
    st.lists(
        st.sampled_from(
            [
                "{{",
                "}}",
                "{%",
                "%}",
                "name",
                "data",
                ".",
                "|",
                "~",
                "*",
                "'x'",
                "999",
                "(",
                ")",
                "if",
                "endif",
                "for",
                "in",
                "set",
                "=",
                "upper",
                "__class__",
                " ",
                "[",
                "]",
                "or",
            ]
        ),
        max_size=30,
    )
)
def test_any_source_costs_no_more_than_its_length(parts: list[str]) -> None:
    source = "".join(parts)
    try:
        text = make(source)
    except (TemplateError, TypeError, ArithmeticError, ValueError):
        return
    assert len(text) < 100 + 100 * len(source)
