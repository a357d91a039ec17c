"""A property that is made when it is first asked for, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - read as a decorator
    """`cached_property` without a lock, as in Python 3.12 and later.

    Python 3.11 holds one for all instances of a class at once: a thread that waits for a server would keep every other
    thread from its own.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self._name = make, make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> T | Self:
        if instance is None:
            return self
        made = instance.__dict__[self._name] = self._make(instance)
        return made
