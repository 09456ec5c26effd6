"""How the types of this package are read from JSON and written to it.

What JSON allows and a float cannot hold is kept exact: integers are int, another number is a float where that is the
same number, else a Decimal. An absent field is UNSET, which is not null (None).
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from json.encoder import encode_basestring, encode_basestring_ascii
from math import isfinite
from typing import Any, Final, Generic, NoReturn, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Unset(enum.Enum):
    """The type of UNSET."""

    UNSET = "unset"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""The value of a field that is absent."""


class DecodeError(ValueError):
    """A text that is no JSON, or not of the type asked for.

    `path` is where (`data.since.seq`, empty for the value itself), `keyword` the rule that is broken, named as in JSON
    Schema: required, type, minimum, maximum, const; or json for what is no JSON.
    """

    def __init__(self, keyword: str, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.keyword = keyword
        self.reason = reason
        self.path = path

    def below(self, step: str | int) -> DecodeError:
        """The same error, seen from the value that holds this one at `step`."""
        head = f"[{step}]" if isinstance(step, int) else step
        rest = self.path if not self.path or self.path.startswith("[") else f".{self.path}"
        return DecodeError(self.keyword, self.reason, head + rest)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An object of a union whose tag these types do not know, kept as it came (D6)."""

    tag: str
    raw: Mapping[str, Any]


def parse(text: str | bytes) -> Any:
    """JSON with exact numbers; raises DecodeError."""
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError, DecimalException) as error:
        raise DecodeError("json", f"is no JSON that can be read: {error}") from error


def _integer(text: str) -> int | Decimal:
    # More digits than int() takes of a stranger by default.
    return int(text) if len(text) < 4300 else Decimal(text)


def _number(text: str) -> float | Decimal:
    value = float(text)
    if len(text) < 16 and isfinite(value) and "e" not in text and "E" not in text:
        return value
    exact = Decimal(text)
    return value if isfinite(value) and Decimal(repr(value)) == exact else exact


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_SURROGATE = re.compile("[\ud800-\udfff]")


def _quote(text: str) -> str:
    # Half of a pair has no form in UTF-8, but an escape.
    return encode_basestring(text) if _SURROGATE.search(text) is None else encode_basestring_ascii(text)


def write(value: Any) -> str:
    """What `parse` reads, as compact JSON. Raises ValueError for what JSON has no form for."""
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, (float, Decimal)):
        if not (isfinite(value) if isinstance(value, float) else value.is_finite()):
            raise ValueError(f"{value} has no form in JSON")
        return float.__repr__(value) if isinstance(value, float) else str(value)
    parts: list[str] = []
    # Loops and no comprehensions: those take a frame for each level, too.
    if isinstance(value, Mapping):
        for key, item in value.items():
            parts.append(f"{_quote(str(key))}:{write(item)}")
        return "{" + ",".join(parts) + "}"
    if isinstance(value, Sequence):
        for item in value:
            parts.append(write(item))
        return "[" + ",".join(parts) + "]"
    raise ValueError(f"{type(value).__name__} has no form in JSON")


class Codec(Generic[T]):
    """Reads and writes values of one type."""

    def __init__(
        self,
        names: Sequence[str],
        decode: Callable[[Any], T],
        encode: Callable[[T], Any],
        of: Codec[Any] | None = None,
    ) -> None:
        self.names = tuple(names)
        """The JSON types of its values, for messages; empty when any will do."""
        self.of = of
        """What its values hold, if they are lists, maps or may be null."""
        self.decode: Callable[[Any], T] = decode
        self.encode: Callable[[T], Any] = encode

    def loads(self, text: str | bytes) -> T:
        """Reads a value from JSON text. Raises DecodeError, which names the field."""
        try:
            return self.decode(parse(text))
        except RecursionError:
            # Without the hundreds of errors on the way.
            raise DecodeError("json", "nests too deep") from None

    def dumps(self, value: T) -> str:
        """The value as JSON text. Raises ValueError for what has none."""
        try:
            return write(self.encode(value))
        except RecursionError:
            raise ValueError("nests too deep") from None

    def expect(self, holds: bool) -> None:
        """Raises the type error unless `holds`."""
        if not holds:
            raise DecodeError("type", f"must be {' or '.join(self.names)}")


def _same(value: Any) -> Any:
    return value


def _simple(name: str, kind: type[T]) -> Codec[T]:
    def decode(value: Any) -> T:
        codec.expect(isinstance(value, kind))
        return value  # type: ignore[no-any-return]

    codec = Codec([name], decode, _same)
    return codec


ANY: Codec[Any] = Codec([], _same, _same)
STRING: Codec[str] = _simple("string", str)
BOOLEAN: Codec[bool] = _simple("boolean", bool)
NULL: Codec[None] = _simple("null", type(None))


def _decode_number(value: Any) -> float:
    NUMBER.expect(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool))
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    NUMBER.expect(isfinite(number))
    return number


NUMBER: Codec[float] = Codec(["number"], _decode_number, _same)


def integer(minimum: int, maximum: int) -> Codec[int]:
    """Whole numbers between two bounds; beyond 2^53 - 1 a number is another one in JavaScript (D5)."""

    def decode(value: Any) -> int:
        codec.expect(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool))
        if not isinstance(value, int):
            codec.expect(isfinite(float(value)) and float(value).is_integer())
            value = int(float(value))
        if value < minimum:
            raise DecodeError("minimum", f"must be >= {minimum}")
        if value > maximum:
            raise DecodeError("maximum", f"must be <= {maximum}")
        return value  # type: ignore[no-any-return]

    codec: Codec[int] = Codec(["integer"], decode, _same)
    return codec


def nullable(of: Codec[T]) -> Codec[T | None]:
    """None, or a value of `of`."""

    def decode(value: Any) -> T | None:
        if value is None:
            return None
        try:
            return of.decode(value)
        except DecodeError as error:
            if error.path or error.keyword != "type":
                raise
            raise DecodeError("type", f"{error.reason} or null") from error

    return Codec([*of.names, "null"], decode, lambda value: None if value is None else of.encode(value), of)


def array(items: Codec[T]) -> Codec[list[T]]:
    """Lists of values of `items`."""

    def decode(value: Any) -> list[T]:
        codec.expect(isinstance(value, list))
        result = []
        for at, item in enumerate(value):
            try:
                result.append(items.decode(item))
            except DecodeError as error:
                raise error.below(at) from error
        return result

    codec: Codec[list[T]] = Codec(
        ["array"], decode, lambda value: [items.encode(item) for item in value], items
    )
    return codec


def mapping(values: Codec[T]) -> Codec[dict[str, T]]:
    """Objects whose fields have any names and values of `values`."""

    def decode(value: Any) -> dict[str, T]:
        codec.expect(isinstance(value, dict))
        result = {}
        for key, item in value.items():
            try:
                result[key] = values.decode(item)
            except DecodeError as error:
                raise error.below(key) from error
        return result

    codec: Codec[dict[str, T]] = Codec(
        ["object"], decode, lambda value: {key: values.encode(item) for key, item in value.items()}, values
    )
    return codec
