"""`NamedTuple` as in `typing`, made in a tenth of the time: the start of the app makes fifty of them.

That one checks each annotation, and compiles a constructor for each class from its text. Here mypy alone checks them,
and the constructor is one for all: a value by names takes 2 µs instead of one. Values cannot be pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter

    class _Maker(type):
        def __new__(cls, name, bases, namespace):
            if bases[0] is not tuple and bases[0] is NamedTuple:
                fields = tuple(_annotations(namespace))
                namespace["_field_defaults"] = {field: namespace[field] for field in fields if field in namespace}
                namespace["_fields"] = namespace["__match_args__"] = fields
                namespace["__slots__"] = ()
                namespace |= {field: _tuplegetter(index, "") for index, field in enumerate(fields)}
            return super().__new__(cls, name, bases, namespace)

    def _annotations(namespace):
        """Return the annotations of a class; Python 3.14 keeps a function that makes those that are not postponed."""
        if "__annotate_func__" in namespace:
            return namespace["__annotate_func__"](1)  # as values: `annotationlib.Format.VALUE`
        return namespace.get("__annotations__", ())

    class NamedTuple(tuple, metaclass=_Maker):
        """The base of all."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            """Return the values in order, those not given from `named`, else their defaults."""
            fields = cls._fields
            if named or len(values) != len(fields):
                every = {**cls._field_defaults, **dict(zip(fields, values, strict=False)), **named}
                if len(every) != len(fields) or len(values) + len(named) > len(fields):
                    raise TypeError(f"{cls.__name__}() takes {fields}, not {(*values, *named)}")
                values = map(every.__getitem__, fields)
            return tuple.__new__(cls, values)

        def _replace(self, **changes):
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no {tuple(changes)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            values = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({values})"
