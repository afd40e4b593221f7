"""What a template or condition may be made of: fields, comparisons, arithmetic on numbers, text.

Nothing that loops, assigns, or grows text by a factor: cost is bounded by the length of the source.
"""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = frozenset(
    {
        *("abs", "capitalize", "d", "default", "first", "float", "int", "last", "length"),
        *("lower", "round", "string", "title", "trim", "truncate", "upper"),
    }
)
METHODS = frozenset({"endswith", "get", "lower", "startswith", "strip", "title", "upper"})
_OF_DICT = frozenset(dir(dict))
_WHOLE = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If)
_VALUES = (nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.List, nodes.Tuple)
_RULES = (nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test)
_FIGURES = (nodes.Neg, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Mod, nodes.Concat)
ALLOWED = (*_WHOLE, *_VALUES, *_RULES, *_FIGURES, nodes.Filter, nodes.Call)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, which multiplies and formats numbers only and knows no global names."""

    intercepted_binops = frozenset({"*", "%"})

    def __init__(self, undefined: type[Undefined]) -> None:
        super().__init__(undefined=undefined, autoescape=False)
        self.globals.clear()

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """A product or remainder of numbers; text is neither repeated nor formatted."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} is for numbers")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field; one of a plain record is looked up at once, where the long way would end."""
        if type(obj) is dict and attribute in obj and attribute not in _OF_DICT:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def check(self, source: str) -> None:
        """Refuse a source with anything that is not allowed, naming it (TemplateError)."""
        for node in self.parse(source).find_all(nodes.Node):
            if not isinstance(node, ALLOWED):
                raise _refused(node, type(node).__name__.lower())
            if isinstance(node, nodes.Filter) and node.name not in FILTERS:
                raise _refused(node, f"the filter {node.name}")
            if isinstance(node, nodes.Call) and not _is_plain(node):
                raise _refused(node, "this call")


def _is_plain(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Getattr) and call.node.attr in METHODS


def _refused(node: nodes.Node, what: str) -> TemplateSyntaxError:
    return TemplateSyntaxError(f"{what} is not for templates and conditions", node.lineno)
