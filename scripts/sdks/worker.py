"""A worker of PyPI's iii-sdk, whichever version is installed: tries every feature and prints a line of JSON for each.

scripts/sdks/trial.ts runs it in a virtual environment.
"""

import json
import os
import sys
import time
import traceback
import warnings
from queue import Queue

warnings.simplefilter("ignore")
from iii import InitOptions, IStream, register_worker  # noqa: E402

try:
    from iii.helpers import create_stream
except ImportError:
    create_stream = None

iii = register_worker(os.environ["III_URL"], InitOptions(worker_name="sdk-python"))
seen: "Queue[tuple[dict, object]]" = Queue()
observed: "Queue[tuple[dict, object]]" = Queue()
stored: dict = {}
KNOWS_METADATA = hasattr(iii, "observe")


def call(function_id, payload, **more):
    return iii.trigger({"function_id": function_id, "payload": payload, **more})


def at(stream, item):
    return {"stream_name": stream, "group_id": "g", "item_id": item}


def tell(**line):
    print(json.dumps(line), flush=True)


def hear():
    return sys.stdin.readline().strip()


async def echo(data, metadata=None):
    return {"data": data, "metadata": metadata}


async def changed(data, metadata=None):
    seen.put((data, metadata))
    return {}


async def on_changed(data, metadata=None):
    observed.put((data, metadata))
    return {}


async def refuse(data):
    return {"unauthorized": True}


class Result(dict):
    """What the SDK turns into JSON, by the method that its models have."""

    def model_dump(self, **_):
        return dict(self)


class Mine(IStream):
    async def get(self, input):
        return stored.get(input.item_id)

    async def set(self, input):
        old = stored.get(input.item_id)
        stored[input.item_id] = input.data
        return Result(old_value=old, new_value=input.data)

    async def delete(self, input):
        return Result(old_value=stored.pop(input.item_id, None))

    async def list(self, input):
        return [*stored.values()]

    async def list_groups(self, input):
        return ["g"]

    async def update(self, input):
        return None


iii.register_function("sdk::echo", echo)
iii.register_function("sdk::changed", changed)
iii.register_function("sdk::on-changed", on_changed)
iii.register_function("sdk::refuse", refuse)
watched = {"type": "stream", "function_id": "sdk::changed", "config": {"stream_name": "watched"}}
iii.register_trigger({**watched, "metadata": {"tag": "m1"}} if KNOWS_METADATA else watched)
iii.register_trigger(
    {"type": "stream:join", "function_id": "sdk::refuse", "config": {"stream_name": "guarded"}}
)
if create_stream:
    create_stream(iii, "mine", Mine())
else:
    iii.create_stream("mine", Mine())


def functions():
    assert call("sdk::echo", {"n": 1}, **REMOTE)["data"]["n"] == 1
    item = at("plain", "a")
    assert call("stream::set", {**item, "data": {"n": 1}}) == {"old_value": None, "new_value": {"n": 1}}
    ops = [{"type": "increment", "path": "n", "by": 2}]
    assert call("stream::update", {**item, "ops": ops})["new_value"] == {"n": 3}
    assert call("stream::get", item) == {"n": 3}
    assert call("stream::list", {"stream_name": "plain", "group_id": "g"}) == [{"n": 3}]
    assert call("stream::delete", item) == {"old_value": {"n": 3}}
    assert call("stream::get", item) is None


def trigger():
    call("stream::set", {**at("watched", "a"), "data": 1})
    data, _ = seen.get(timeout=10)
    assert (data["streamName"], data["id"]) == ("watched", "a"), data
    assert data["event"] == {"type": "create", "data": 1}, data


def join():
    tell(join="guarded")
    assert hear() == "unauthorized"


def metadata():
    if not KNOWS_METADATA:
        return False
    assert call("sdk::echo", {}, metadata={"m": 1}, **REMOTE)["metadata"] == {"m": 1}
    call("stream::set", {**at("watched", "b"), "data": 1})
    assert seen.get(timeout=10)[1] == {"tag": "m1"}


def observe():
    if not hasattr(iii, "observe"):
        return False
    source = {"function_id": "stream::on-changed", "filters": {"input.stream_name": {"$eq": "observed"}}}
    handle = iii.observe(source, "sdk::on-changed", {"metadata": {"tag": "m2"}})
    handle.ready(timeout=10)
    call("stream::set", {**at("other", "a"), "data": 1})
    call("stream::set", {**at("observed", "a"), "data": 2})
    data, given = observed.get(timeout=10)
    assert data["input"]["stream_name"] == "observed" and data["input"]["event"]["data"] == 2, data
    assert given == {"tag": "m2"}, given


def custom():
    item = at("mine", "a")
    value = {"id": "a", "n": 1}
    assert call("stream::set", {**item, "data": value}) == {"old_value": None, "new_value": value}
    assert stored["a"] == value
    ops = [{"type": "increment", "path": "n", "by": 1}]
    assert call("stream::update", {**item, "ops": ops})["new_value"] == {"id": "a", "n": 2}
    assert call("stream::get", item) == {"id": "a", "n": 2}
    assert call("stream::list", {"stream_name": "mine", "group_id": "g"}) == [{"id": "a", "n": 2}]
    assert call("stream::list_groups", {"stream_name": "mine"}) == ["g"]
    assert call("stream::delete", item) == {"old_value": {"id": "a", "n": 2}}


def large():
    text = "x" * 3_000_000
    call("stream::set", {**at("plain", "large"), "data": text}, **BRIEFLY)
    assert call("stream::get", at("plain", "large"), **BRIEFLY) == text
    longer = "y" * 12_000_000
    assert call("sdk::echo", {"longer": longer}, **REMOTE, **BRIEFLY)["data"]["longer"] == longer


def reconnect():
    tell(cut=True)
    assert hear() == "cut"
    # Calls work before triggers do, and what happens until then is not told: so it is written until it is.
    end = time.monotonic() + 30
    while True:
        try:
            call("stream::set", {**at("watched", "c"), "data": "again"}, timeout_ms=1000)
            while seen.get(timeout=0.5)[0]["id"] != "c":
                pass
            break
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    assert call("sdk::echo", {"n": 2}, **REMOTE)["data"]["n"] == 2


# SDKs before 0.25 take messages of 1 MiB at most: they drop the connection, and the call times out.
BRIEFLY = {"timeout_ms": 10_000}
# The newest SDK calls functions of its own process by itself: here they shall go through the server.
REMOTE = {"dispatch": "remote"} if KNOWS_METADATA else {}

hear()
# Engines since 0.23 do not know a worker's functions before it has announced itself.
while True:
    try:
        call("sdk::echo", {}, **REMOTE)
        break
    except Exception as error:
        if "not_found" not in repr(error) and "not found" not in str(error):
            raise
        time.sleep(0.05)
for name in os.environ["FEATURES"].split(" "):
    try:
        offered = globals()[name]() is not False
        tell(feature=name, outcome="works" if offered else "not offered")
    except BaseException as error:
        why = traceback.format_exception(error)[-1].strip() + " " + traceback.format_exception(error)[-2].strip()[-200:]
        tell(feature=name, outcome="fails", why=why)
iii.shutdown()
os._exit(0)
