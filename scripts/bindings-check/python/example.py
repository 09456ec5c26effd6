from decimal import Decimal

from iii_stream_types import UNSET, DecodeError, Unknown, constants, socket

# What a client sends. A field that is not given stays UNSET and is not written; None is null.
join = socket.JoinMessage(data=socket.JoinData(subscription_id="1", stream_name="chat", group_id="room-1"))
assert socket.CLIENT_MESSAGE.dumps(join) == (
    '{"type":"join","data":{"subscriptionId":"1","streamName":"chat","groupId":"room-1"}}'
)

# What it receives.
TEXT = """{"type":"stream","timestamp":1,"streamName":"chat","groupId":"room-1","id":null,"seq":7,"epoch":"e",
  "event":{"type":"sync","data":[{"text":"hi","n":12345678901234567890,"d":0.12345678901234567890}]}}"""
match socket.SERVER_MESSAGE.loads(TEXT):
    case socket.StreamMessage(event=socket.SyncEvent(data=items), seq=seq, created=created):
        assert seq == 7 and created is UNSET
        # Numbers are exact: an int, and a Decimal where a float is another number.
        assert items[0]["n"] == 12345678901234567890
        assert items[0]["d"] == Decimal("0.12345678901234567890")
    case Unknown(tag=tag):
        print(f"a message of a later version: {tag}")

# What is wrong is named by its field.
try:
    socket.CLIENT_MESSAGE.loads('{"type":"join","data":{"subscriptionId":1}}')
except DecodeError as error:
    assert (error.path, error.keyword) == ("data.subscriptionId", "type")

assert str(constants.Function.SET) == "stream::set"
