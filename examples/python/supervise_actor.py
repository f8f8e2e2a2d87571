"""A program in Python as an actor: it joins whoever has started it, and serves functions.

It speaks docs/protocol.md with asyncio and cbor2 (Debian: python3-cbor2). It does not listen: its parent calls it.
"""

import asyncio
import contextlib
import inspect
import os
import signal
import socket
import struct
import sys
import traceback
import uuid
from collections import deque

import cbor2

(HELLO, BYE, START, START_ACK, STARTED, YIELD, CREDIT, STOP, RETURN, ERROR, CANCEL, CANCEL_ACK, PART, PING,
 PONG, HOLD) = range(16)
VERSION = 1
PART_BYTES = 128 * 1024
MAX_FRAME_BYTES = PART_BYTES + 64
MAX_PAYLOAD_BYTES = 256 * 1024 * 1024
WINDOW = 64


def encode(value):
    return cbor2.dumps(value, datetime_as_timestamp=True)


def decode(payload):
    # Maps with keys of any kind, and two more ways to write bytes.
    return cbor2.loads(payload, tag_hook=lambda _, tag: tag.value if tag.tag in (64, 259, 43000) else tag)


def canceller_of(payload):
    """What a cancel says, to be said again in its acknowledgement."""
    with contextlib.suppress(Exception):
        value = decode(payload)
        return {"canceller": value["canceller"], "reason": value["reason"]}
    return {"canceller": None, "reason": None}


class StreamFailed(Exception):
    """The other side of a stream has closed it, or has sent more than there was room for."""


class Context:
    """One dialog, as the function sees it that serves it."""

    def __init__(self, actor, number, credit):
        self._actor, self._number, self._credit = actor, number, credit
        self._values, self._taken, self._stopped, self._changed = deque(), 0, False, asyncio.Event()
        self.task, self.canceller, self.failure = None, canceller_of(None), None

    async def started(self, value=None):
        """Lets the opener go on."""
        await self._actor.send(STARTED, self._number, 0, encode(value))

    @contextlib.asynccontextmanager
    async def stream(self):
        """Opens this side of the stream; it is closed behind a block that ends well."""
        await self._actor.send(CREDIT, self._number)
        yield self
        await self._actor.send(STOP, self._number)

    async def send(self, value):
        """Sends a value when the other side has room for it."""
        payload = encode(value)
        await self._until(lambda: self._credit > 0 or self._stopped)
        if self._stopped:
            raise StreamFailed("the other side has closed its stream")
        self._credit -= 1
        await self._actor.send(YIELD, self._number, 0, payload)

    async def __aiter__(self):
        while True:
            await self._until(lambda: self._values or self._stopped)
            if not self._values:
                return
            value = decode(self._values.popleft())
            self._taken += 1
            if self._taken * 2 >= WINDOW:
                taken, self._taken = self._taken, 0
                await self._actor.send(CREDIT, self._number, taken)
            yield value

    async def _until(self, is_ready):
        while not is_ready():
            self._changed.clear()
            await self._changed.wait()

    def receive(self, kind, number, payload):
        """Takes what comes in for this dialog; never waits."""
        if kind == YIELD:
            # What waits here, and what was taken and not given back, is never more than the window.
            if len(self._values) + self._taken >= WINDOW:
                self.failure = StreamFailed("more was sent than there was room for")
                self.task.cancel()
            else:
                self._values.append(payload)
        elif kind == CREDIT:
            self._credit += number
        elif kind == STOP:
            self._stopped = True
        elif kind == CANCEL:
            self.canceller = canceller_of(payload)
            self.task.cancel()
        self._changed.set()


class Actor:
    """Functions to serve: add them with the decorators, then run()."""

    def __init__(self):
        self._functions, self._dialogs, self._parts = {}, {}, {}
        self._over, self._asked_by = asyncio.Event(), None

    def call(self, function):
        """Serves a function: one call, one result. One that is not async holds up all others."""
        return self._serve("call", function)

    def context(self, function):
        """Serves an async function whose first argument is a Context."""
        return self._serve("context", function)

    def stream(self, function):
        """Serves an async generator."""
        return self._serve("stream", function)

    def run(self):
        """Serves until the parent cancels this actor or is gone."""
        asyncio.run(self._main())

    def _serve(self, style, function):
        self._functions[function.__name__] = (style, function)
        return function

    async def _main(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._over.set)
        # Whoever holds the terminal decides what Ctrl-C means for the tree.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        await self._join()
        reading = asyncio.create_task(self._read_all())
        reading.add_done_callback(lambda _: self._over.set())
        await self._over.wait()
        tasks = [context.task for context in self._dialogs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if reading.done():
            return reading.result()
        if self._asked_by is not None:
            self._post(CANCEL_ACK, 0, 0, encode(self._asked_by))
        await self.send(BYE, 0, 0, encode("the actor is over"))
        reading.cancel()

    async def _join(self):
        has_parent = "SUPERVISE_PARENT" in os.environ
        address = os.environ["SUPERVISE_PARENT" if has_parent else "SUPERVISE_SOCKET"]
        token = os.environ["SUPERVISE_TOKEN" if has_parent else "SUPERVISE_RUN"]
        path = "\0" + address[1:] if address.startswith("@") else address
        self._reader, self._writer = await asyncio.open_unix_connection(path)
        peer = self._writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if struct.unpack("3i", peer)[1] not in (0, os.getuid()):
            sys.exit("the parent belongs to another user")
        me = {"id": uuid.uuid4().hex, "name": "actor", "path": "actor", "pid": os.getpid(), "address": None}
        await self.send(HELLO, 0, VERSION, encode({"actor": me, "token": token}))
        for expected in (HELLO, START):
            kind, _, number, payload = await self._read()
            if kind != expected or (kind == HELLO and number != VERSION):
                sys.exit(f"the parent refuses: {decode(payload)}")
        specification = decode(payload)
        self._path = specification["path"]
        await self.send(STARTED, 0, 0, encode({**me, "name": specification["name"], "path": self._path}))

    async def send(self, kind, dialog, number=0, payload=None):
        """Writes a message, and waits until there is room for more."""
        self._post(kind, dialog, number, payload)
        await self._writer.drain()

    def _post(self, kind, dialog, number=0, payload=None):
        """Writes a message, in pieces if it is long."""
        if payload is not None and len(payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"cannot send {len(payload)} bytes")
        total = len(payload or b"")
        while payload is not None and len(payload) > PART_BYTES:
            self._write([PART, dialog, total, payload[:PART_BYTES]])
            payload = payload[PART_BYTES:]
        self._write([kind, dialog, number] if payload is None else [kind, dialog, number, payload])

    def _write(self, message):
        content = cbor2.dumps(message)
        self._writer.write(struct.pack(">I", len(content)) + content)

    async def _read(self):
        length, = struct.unpack(">I", await self._reader.readexactly(4))
        if length > MAX_FRAME_BYTES:
            raise ValueError("a frame that is too long")
        kind, dialog, number, *payload = cbor2.loads(await self._reader.readexactly(length))
        return kind, dialog, number, payload[0] if payload else None

    async def _read_all(self):
        """The message loop. It waits for no function, so a cancel is heard at once."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            kind = None
            while kind != BYE:
                kind, dialog, number, payload = await self._read()
                self._receive(kind, dialog, number, payload)

    def _receive(self, kind, dialog, number, payload):
        context = self._dialogs.get(dialog)
        if kind == PING:
            self._post(PONG, 0, number)
        elif kind == PART:
            parts = self._parts.setdefault(dialog, bytearray())
            parts += payload
            if len(parts) > MAX_PAYLOAD_BYTES:
                raise ValueError("a payload that is too long")
            return
        if kind in (START, YIELD):
            payload = bytes(self._parts.pop(dialog, b"")) + (payload or b"")
        if kind == START:
            context = self._dialogs[dialog] = Context(self, dialog, number)
            context.task = asyncio.create_task(self._perform(context, dialog, payload))
            context.task.add_done_callback(lambda _: self._finish(context, dialog))
            if self._over.is_set():
                context.task.cancel()
        elif context is not None:
            context.receive(kind, number, payload)
        elif kind == CANCEL and dialog == 0:
            self._asked_by = canceller_of(payload)
            self._over.set()
        elif kind == CANCEL:
            # What is over, or of which only parts have come, is as good as cancelled.
            self._parts.pop(dialog, None)
            self._post(CANCEL_ACK, dialog, 0, encode(canceller_of(payload)))

    async def _perform(self, context, dialog, payload):
        style, module, name, arguments = decode(payload)
        expected, function = self._functions.get(name if module == "" else None, (None, None))
        if expected is None or expected != style:
            raise LookupError(f'Actor "{self._path}" exposes no {style} "{name}"')
        if style == "call":
            result = function(*arguments)
            return encode(await result if inspect.isawaitable(result) else result)
        await self.send(START_ACK, dialog, WINDOW)
        if style == "context":
            return encode(await function(context, *arguments))
        async with contextlib.aclosing(function(*arguments)) as values:
            async for value in values:
                await context.send(value)
        await self.send(STOP, dialog)
        return encode(None)

    def _finish(self, context, dialog):
        """Says how a dialog has ended; a task that was cancelled before it began has ended, too."""
        del self._dialogs[dialog]
        task = context.task
        error = context.failure if task.cancelled() else task.exception()
        if error is not None:
            self._post(ERROR, dialog, 0, encode(self._box(error)))
        elif task.cancelled():
            self._post(CANCEL_ACK, dialog, 0, encode(context.canceller))
        else:
            self._post(RETURN, dialog, 0, task.result())

    def _box(self, error, depth=0):
        cause = error.__cause__ if depth < 16 else None
        parts = error.exceptions if isinstance(error, BaseExceptionGroup) and depth < 16 else None
        return {
            "type": type(error).__name__,
            "message": str(error),
            "stack": "".join(traceback.format_exception(error, chain=False)),
            "properties": {},
            "cause": None if cause is None else self._box(cause, depth + 1),
            "errors": None if parts is None else [self._box(part, depth + 1) for part in parts],
            "path": [self._path],
        }
