"""Codecs of objects, and of types that a tag or their JSON type tells apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from .wire import UNSET, Codec, DecodeError, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: its name on the wire and in Python."""

    wire: str
    name: str
    codec: Codec[Any]
    required: bool


class Object(Codec[T]):
    """Instances of a dataclass. Fields that it does not list are ignored (D6)."""

    def __init__(self, cls: type[T]) -> None:
        super().__init__(["object"], self._decode, self._encode)
        self.cls = cls
        self.constants: Mapping[str, str] = {}
        self.fields: Sequence[Field] = ()

    def define(self, constants: Mapping[str, str], *fields: Field) -> None:
        """Says what an instance holds; apart from the constructor, as objects may hold each other."""
        self.constants = constants
        self.fields = fields

    def _decode(self, value: Any) -> T:
        self.expect(isinstance(value, dict))
        for wire, constant in self.constants.items():
            if wire not in value:
                raise DecodeError("required", "is required", wire)
            if value[wire] != constant:
                raise DecodeError("const", f'must be "{constant}"', wire)
        arguments = {}
        for field in self.fields:
            if field.wire in value:
                try:
                    arguments[field.name] = field.codec.decode(value[field.wire])
                except DecodeError as error:
                    raise error.below(field.wire) from error
            elif field.required:
                raise DecodeError("required", "is required", field.wire)
        return self.cls(**arguments)

    def _encode(self, value: T) -> dict[str, Any]:
        result: dict[str, Any] = dict(self.constants)
        for field in self.fields:
            item = getattr(value, field.name)
            if item is not UNSET:
                result[field.wire] = field.codec.encode(item)
        return result


class Union(Codec[Any]):
    """Objects that the field `tag` tells apart; one with a tag that is none of theirs becomes an Unknown."""

    def __init__(self, tag: str) -> None:
        super().__init__(["object"], self._decode, self._encode)
        self.tag = tag
        self.branches: Mapping[str, Object[Any]] = {}

    def define(self, branches: Mapping[str, Object[Any]]) -> None:
        """Says which object has which tag."""
        self.branches = branches

    def _decode(self, value: Any) -> Any:
        self.expect(isinstance(value, dict))
        if self.tag not in value:
            raise DecodeError("required", "is required", self.tag)
        tag = value[self.tag]
        if not isinstance(tag, str):
            raise DecodeError("type", "must be string", self.tag)
        branch = self.branches.get(tag)
        return Unknown(tag, value) if branch is None else branch.decode(value)

    def _encode(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            return value.raw
        for branch in self.branches.values():
            if isinstance(value, branch.cls):
                return branch.encode(value)
        raise TypeError(f"{type(value).__name__} is no branch of this union")


class Choice(Codec[Any]):
    """Values that their JSON type tells apart."""

    def __init__(self) -> None:
        super().__init__([], self._decode, self._encode)
        self.branches: Mapping[str, tuple[type[Any], Codec[Any]]] = {}

    def define(self, branches: Mapping[str, tuple[type[Any], Codec[Any]]]) -> None:
        """Says which JSON type is read how, and which class its values have."""
        self.branches = branches
        self.names = tuple(branches)

    def _decode(self, value: Any) -> Any:
        json_type = json_type_of(value)
        if json_type == "number" and "integer" in self.branches:
            json_type = "integer"
        self.expect(json_type in self.branches)
        return self.branches[json_type][1].decode(value)

    def _encode(self, value: Any) -> Any:
        for cls, codec in self.branches.values():
            if isinstance(value, cls) and (cls is bool or not isinstance(value, bool)):
                return codec.encode(value)
        raise TypeError(f"{type(value).__name__} is no branch of this choice")


def json_type_of(value: Any) -> str:
    """The JSON type of what `parse` returns."""
    if value is None:
        return "null"
    types = {bool: "boolean", str: "string", list: "array", dict: "object"}
    return types.get(type(value), "number" if isinstance(value, (int, float, Decimal)) else "object")
