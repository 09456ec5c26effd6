"""A copy of one group that stays right: it reconnects, resumes at its cursor, and tells each state of the group.

Run it: `PYTHONPATH=generated/bindings/python python3 src/client/python/resume_client.py ws://localhost:3112 STREAM GROUP`
prints a JSON line for each state. It needs Python 3.11 and `pip install -r src/client/python/requirements.txt`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from iii_stream_types import UNSET, DecodeError, Unset, constants, socket, wire
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException

FIRST_DELAY: Final = 0.25
"""Seconds before the first attempt after a loss; twice as long for each that follows, up to LAST_DELAY."""
LAST_DELAY: Final = 30.0
MAX_BYTES: Final = 64 * 1024 * 1024
"""The largest frame that is taken: the state of a whole group."""
TEMPORARY: Final = {
    constants.SocketError.TOO_MANY_JOINS,
    constants.SocketError.UNAVAILABLE,
    constants.SocketError.INTERNAL,
}
"""Refusals that pass. Any other one ends the client."""


class Refused(Exception):
    """The server will not serve this subscription, however often it is asked."""


class Lost(Exception):
    """The connection is over, or of no use: another one is needed."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the group."""

    id: str
    data: Any
    rev: int
    place: int
    """The seq that created it; below 0 for what a sync brought, which is in order."""


class ResumeClient:
    """Follows a group. `on_state` is called when the copy is a state that the group was in, never half of a catch-up."""

    def __init__(
        self,
        url: str,
        stream_name: str,
        group_id: str,
        *,
        token: str | None = None,
        on_state: Callable[[ResumeClient], None] = lambda client: None,
        on_event: Callable[[socket.CustomEventBody], None] = lambda event: None,
    ) -> None:
        self.url = url
        self.stream_name = stream_name
        self.group_id = group_id
        self.token = token
        self.on_state = on_state
        self.on_event = on_event
        self.cursor: socket.SinceCursor | None = None
        self.syncs = 0
        """How often the whole state was sent. A resume does not count."""
        self._items: dict[str, Item] = {}
        self._target = 0

    @property
    def items(self) -> list[Item]:
        """The items in the order of their creation."""
        return sorted(self._items.values(), key=lambda item: item.place)

    async def run(self) -> None:
        """Follows until it is cancelled. Raises Refused."""
        attempt = 0
        while True:
            with contextlib.suppress(Lost, OSError):
                await self._follow()
            # A connection that got as far as a state is a success: the next loss is a first one.
            attempt = 0 if self._target < 0 else attempt + 1
            self._target = 0
            await asyncio.sleep(random.random() * min(LAST_DELAY, FIRST_DELAY * 2**attempt))

    async def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        try:
            # It also asks a silent server whether it is there, every 20 s.
            async with connect(self.url, additional_headers=headers, max_size=MAX_BYTES) as connection:
                await connection.send(socket.CLIENT_MESSAGE.dumps(self._join()))
                async for text in connection:
                    self._take(socket.SERVER_MESSAGE.loads(text))
        except InvalidURI as error:
            raise Refused(str(error)) from error
        except InvalidStatus as error:
            # 429 and 5xx pass.
            if 400 <= error.response.status_code < 429:
                raise Refused(f"HTTP {error.response.status_code}") from error
            raise Lost from error
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == constants.CloseCode.POLICY_VIOLATION:
                raise Refused(error.rcvd.reason) from error
            raise Lost from error
        except (DecodeError, WebSocketException) as error:
            raise Lost from error

    def _join(self) -> socket.ClientMessage:
        return socket.JoinMessage(
            data=socket.JoinData(
                subscription_id="1",
                stream_name=self.stream_name,
                group_id=self.group_id,
                since=UNSET if self.cursor is None else self.cursor,
                items=True,
                ack=True,
            )
        )

    def _take(self, message: socket.ServerMessage) -> None:
        match message:
            case socket.SubscribedMessage(mode="changes", seq=seq):
                self._target = seq
                self._tell_if_complete()
            case socket.ErrorMessage(code=code) if code in TEMPORARY:
                raise Lost
            case socket.ErrorMessage(code=code, message=reason):
                raise Refused(f"{code}: {reason}")
            case socket.StreamMessage(event=socket.UnauthorizedEvent()):
                raise Refused("unauthorized")
            case socket.StreamMessage(event=socket.SyncEvent(data=data)):
                self._sync(message, wire.array(socket.SYNC_ITEM).decode(data))
            case socket.StreamMessage(event=socket.CustomStreamEvent(event=event)):
                self.on_event(event)
            case socket.StreamMessage():
                self._apply(message)
            # What a later server sends, and what does not concern the state.
            case _:
                pass

    def _sync(self, message: socket.StreamMessage, items: list[socket.SyncItem]) -> None:
        places = range(-len(items), 0)
        self._items = {
            item.id: Item(item.id, item.data, item.rev, place) for item, place in zip(items, places, strict=True)
        }
        self._move(message.seq, message.epoch)
        self.syncs += 1
        self._target = 0
        self._tell_if_complete()

    def _apply(self, message: socket.StreamMessage) -> None:
        item_id, seq, cursor = message.id, message.seq, self.cursor
        if item_id is None:
            return
        if not isinstance(seq, Unset) and cursor is not None:
            if message.epoch != cursor.epoch:
                # The cursor is of no use any more: a full sync must follow.
                self.cursor = None
                raise Lost
            if seq <= cursor.seq:
                return
        known = self._items.get(item_id)
        rev = 0 if isinstance(seq, Unset) else seq
        match message.event:
            case socket.DeleteEvent():
                self._items.pop(item_id, None)
            case socket.UpdateEvent(data=data) if known is not None:
                self._items[item_id] = Item(item_id, data, rev, known.place)
            case socket.CreateEvent(data=data):
                place = rev if isinstance(message.created, Unset) else message.created
                self._items[item_id] = Item(item_id, data, rev, place)
            case _:
                self.cursor = None
                raise Lost
        self._move(seq, message.epoch)
        self._tell_if_complete()

    def _move(self, seq: int | Unset, epoch: str | Unset) -> None:
        if not isinstance(seq, Unset) and not isinstance(epoch, Unset):
            self.cursor = socket.SinceCursor(epoch=epoch, seq=seq)

    def _tell_if_complete(self) -> None:
        if self.cursor is None or self.cursor.seq >= self._target:
            # All that was missed is here: from now on each change is a state.
            self._target = -1
            self.on_state(self)


def _print(client: ResumeClient) -> None:
    cursor = None if client.cursor is None else socket.SINCE_CURSOR.encode(client.cursor)
    items = [{"id": item.id, "rev": item.rev, "data": item.data} for item in client.items]
    print(wire.write({"cursor": cursor, "syncs": client.syncs, "items": items}), flush=True)


if __name__ == "__main__":
    address, stream, group, *more = sys.argv[1:]
    try:
        asyncio.run(ResumeClient(address, stream, group, token=more[0] if more else None, on_state=_print).run())
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
    except KeyboardInterrupt:
        pass
