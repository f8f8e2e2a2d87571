"""Functions of every kind, served by an actor in Python; tests/actor/python_test.ts calls them."""

import asyncio
import os

from supervise_actor import Actor

actor = Actor()


@actor.call
def add(a, b):
    return a + b


@actor.call
def echo(value):
    return value


@actor.call
def fail(message):
    try:
        raise KeyError("inside")
    except KeyError as error:
        raise ValueError(message) from error


@actor.call
def pid():
    return os.getpid()


@actor.call
async def hang(path):
    """Never returns; when it is cancelled, it leaves a file behind."""
    try:
        await asyncio.Event().wait()
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write("cleaned up")


@actor.context
async def double(context, greeting):
    """Sends back twice what it receives, until the other side closes its stream."""
    await context.started(f"{greeting} from Python")
    values = 0
    async with context.stream() as stream:
        async for value in stream:
            await stream.send(2 * value)
            values += 1
    return values


@actor.stream
async def count(last):
    for value in range(1, last + 1):
        yield value


if __name__ == "__main__":
    actor.run()
