"""Reads each row of the test vectors and prints what it is in Python, one JSON object a line."""

import importlib
import json
import sys

from iii_stream_types import UNSET, DecodeError, Unknown, objects, wire


def tagged(codec, value):
    """The form that spec/vectors/README.md describes."""
    if isinstance(value, Unknown):
        return {"$": "Unknown", "tag": value.tag, "raw": wire.write(value.raw)}
    if codec is wire.ANY:
        return {"$any": wire.write(value)}
    if value is None:
        return None
    if isinstance(codec, objects.Object):
        fields = {each.wire: (each.codec, getattr(value, each.name)) for each in codec.fields}
        present = {name: tagged(*field) for name, field in fields.items() if field[1] is not UNSET}
        return {"$": codec.cls.__name__, **present}
    if isinstance(codec, objects.Union):
        return tagged(next(each for each in codec.branches.values() if isinstance(value, each.cls)), value)
    if isinstance(codec, objects.Choice):
        return tagged(next(inner for cls, inner in codec.branches.values() if isinstance(value, cls)), value)
    if codec.of is None:
        return value
    if codec.names[-1] == "null":
        return tagged(codec.of, value)
    if isinstance(value, dict):
        return {"$map": {key: tagged(codec.of, item) for key, item in value.items()}}
    return [tagged(codec.of, item) for item in value]


def inspect(row):
    """What the row's text is as the row's type."""
    codec = importlib.import_module(f"iii_stream_types.{row['family']}").TYPES[row["type"]]
    try:
        value = codec.loads(row["text"])
    except DecodeError as error:
        return {"error": {"path": error.path, "keyword": error.keyword, "reason": error.reason}}
    return {"decoded": tagged(codec, value), "encoded": codec.dumps(value)}


with open(sys.argv[1], encoding="utf-8") as file:
    for row in json.load(file):
        print(json.dumps({"name": row["name"], **inspect(row)}))
