"""Our own named tuples behave as those of `typing`."""

from __future__ import annotations

from typing import Any

from tui_pod.core.named_tuple import NamedTuple


class Place(NamedTuple):
    """A value with a default."""

    name: str
    x: float = 0.0
    y: float = 1.0

    @property
    def sum(self) -> float:
        """Of both numbers."""
        return self.x + self.y


def test_values_are_given_in_order_by_name_or_by_default() -> None:
    assert Place("a") == ("a", 0.0, 1.0)
    assert Place("a", y=5.0) == Place("a", 0.0, 5.0) == Place(y=5.0, name="a")
    assert Place("a", 2.0).sum == 3.0
    assert not hasattr(Place("a"), "__dict__")


def test_fields_are_found_where_python_3_14_keeps_them() -> None:
    base: Any = NamedTuple
    made = type(base)("Made", (base,), {"__annotate_func__": lambda _: {"name": str, "x": float}, "x": 2.0})
    assert made("a") == ("a", 2.0)
