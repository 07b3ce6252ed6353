"""`NamedTuple` as in `typing`, made in half the time: the start of the app makes fifty of them.

That one checks each annotation as the class is made, and compiles the postponed ones for it; here only mypy checks.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Maker(type):
        def __new__(cls, name, bases, namespace):
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            if "__annotate_func__" in namespace:  # Python 3.14 keeps a function that makes those not postponed
                annotations = namespace["__annotate_func__"](1)  # as values: `annotationlib.Format.VALUE`
            else:
                annotations = namespace["__annotations__"]
            defaults = [namespace.pop(field) for field in annotations if field in namespace]
            base = namedtuple(name, annotations, defaults=defaults)
            return type(name, (base,), {**namespace, "__slots__": ()})

    class NamedTuple(metaclass=_Maker):
        """The base of all."""
