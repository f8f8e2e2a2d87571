import assert from "node:assert/strict";
import type { Thread, ThreadLine } from "../../../lib/host/ports/threads.ts";
import { guarantees, type OpenSubject, type Subject, textOf } from "./subject.ts";

/** What every implementation of the port to threads guarantees. */
export function threadsContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} threads`, open);

  guarantee("bytes go both ways, in order", async (subject) => {
    const thread = subject.host.threads.start();
    const blocks = Array.from({ length: 100 }, (_, at) => new Uint8Array(20_000).fill(at));
    const echo = receive(thread, 100 * 20_000);
    for (const block of blocks) if (!thread.connection.send([block])) await thread.connection.drained();
    const bytes = await echo;
    assert.ok(bytes.every((byte, at) => byte === Math.floor(at / 20_000)));
    assert.deepEqual([thread.connection.peer, thread.connection.identity], [null, null]);
    await endOf(thread);
  });

  guarantee("a thread ends by itself with its code, and what it has said arrives", async (subject) => {
    const thread = subject.host.threads.start();
    say(thread, "exit 7");
    const said = await textOf(thread.connection);
    assert.deepEqual(said.trim().split(" "), Array.from({ length: 100 }, (_, at) => `${at}`));
    assert.deepEqual(await thread.ended, { how: "exited", code: 7 });
    assert.equal(thread.connection.send([Uint8Array.of(1)]), false);
    const other = subject.host.threads.start();
    say(other, "return");
    assert.deepEqual(await other.ended, { how: "exited", code: 0 });
    assert.equal(await other.connection.read(), null);
  });

  guarantee("a thread whose error nobody catches has failed", async (subject) => {
    const thread = subject.host.threads.start();
    say(thread, "fail");
    assert.equal(await thread.connection.read(), null);
    assert.deepEqual(await thread.ended, { how: "failed", error: "it went wrong" });
  });

  guarantee("the end of a line reaches the thread", async (subject) => {
    const thread = subject.host.threads.start();
    say(thread, "hello");
    await thread.connection.read();
    await thread.connection.end();
    assert.deepEqual(await thread.ended, { how: "exited", code: 0 });
  });

  guarantee("a thread can be terminated at any time, and more than once", async (subject) => {
    const started = subject.host.threads.start();
    assert.equal(await endOf(started), "terminated");
    assert.equal(await started.connection.read(), null);
    const idle = subject.host.threads.start();
    say(idle, "hello");
    assert.deepEqual(await receive(idle, 5), new TextEncoder().encode("hello"));
    idle.terminate();
    assert.equal(await endOf(idle), "terminated");
    assert.equal(await idle.connection.read(), null);
    assert.equal(await idle.connection.write(Uint8Array.of(1)), false);
    idle.terminate();
    const over = subject.host.threads.start();
    say(over, "exit 3");
    await over.ended;
    over.terminate();
    assert.deepEqual(await over.ended, { how: "exited", code: 3 });
    over.connection.close();
  });

  guarantee("a thread that computes or blocks can be terminated where the host says so", async (subject) => {
    for (const word of subject.host.threads.interrupts ? ["spin", "wait"] : []) {
      const thread = subject.host.threads.start();
      say(thread, word);
      assert.ok(await thread.connection.read() !== null);
      assert.equal(await endOf(thread), "terminated");
    }
  });

  guarantee("both sides share memory by number", async (subject) => {
    const thread = subject.host.threads.start();
    const memory = new SharedArrayBuffer(8);
    const id = thread.memory.share(memory);
    assert.equal(thread.memory.share(memory), id);
    assert.equal(thread.memory.find(id), memory);
    assert.equal(await ask(thread, `find ${id}`), String(id));
    assert.equal(new Uint8Array(memory)[0], 1);
    assert.equal(await ask(thread, "find 99"), "none");
    const theirs = Number(await ask(thread, "share"));
    const shared = thread.memory.find(theirs)!;
    assert.notEqual(theirs, id);
    assert.equal(new Uint8Array(shared)[0], 7);
    assert.equal(thread.memory.share(shared), theirs);
    assert.equal(await ask(thread, `find ${theirs}`), String(theirs));
    assert.equal(new Uint8Array(shared)[0], 8);
    await endOf(thread);
  });

  guarantee("several threads run at a time, and each ends by itself", async (subject: Subject) => {
    const threads = Array.from({ length: 4 }, () => subject.host.threads.start());
    const answers = await Promise.all(threads.map((thread, at) => ask(thread, `number ${at}`)));
    assert.deepEqual(answers, ["number 0", "number 1", "number 2", "number 3"]);
    threads[1]!.terminate();
    await threads[1]!.ended;
    assert.equal(await ask(threads[2]!, "still here"), "still here");
    for (const thread of threads) await endOf(thread);
  });
}

function say({ connection }: ThreadLine, text: string): void {
  connection.send([new TextEncoder().encode(text)]);
}

async function ask(line: ThreadLine, text: string): Promise<string> {
  say(line, text);
  return new TextDecoder().decode((await line.connection.read())!);
}

/** Terminates a thread and waits until it is over. */
async function endOf(thread: Thread): Promise<string> {
  thread.terminate();
  const { how } = await thread.ended;
  thread.connection.close();
  return how;
}

async function receive({ connection }: ThreadLine, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const bytes = await connection.read();
    assert.ok(bytes !== null);
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
