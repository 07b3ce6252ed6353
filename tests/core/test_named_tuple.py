"""Our own named tuples behave as those of `typing`."""

from __future__ import annotations

from typing import Any

import pytest

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


def test_replace_changes_what_it_names() -> None:
    assert Place("a")._replace(y=3.0) == Place("a", 0.0, 3.0)
    with pytest.raises(ValueError, match="no \\('z',\\)"):
        Place("a")._replace(**{"z": 1.0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((), {"x": 1.0}), (("a",), {"z": 1.0}), ((1, 2, 3, 4), {}), (("a", 1, 2), {"y": 1})]
)
def test_what_misses_or_is_too_much_is_an_error(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Place(*values, **named)


def test_value_shows_its_fields() -> None:
    assert repr(Place("a")) == "Place(name='a', x=0.0, y=1.0)"


def test_fields_are_found_where_python_3_14_keeps_them() -> None:
    base: Any = NamedTuple
    made = type(base)("Made", (base,), {"__annotate_func__": lambda _: {"name": str, "x": float}, "x": 2.0})
    assert made("a") == ("a", 2.0)
