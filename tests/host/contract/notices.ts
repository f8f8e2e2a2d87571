import assert from "node:assert/strict";
import process from "node:process";
import type { Notice } from "../../../lib/host/ports/notices.ts";
import { guarantees, type OpenSubject, start, textOf } from "./subject.ts";

/** A name that no other test takes. */
let names = 0;
const nextName = () => `@supervise-contract/${process.pid}/${++names}`;

/** What every implementation of the port to notices guarantees. */
export function noticesContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} notices`, open);

  guarantee("what a program sends comes in, in order and whole, with its sender", async (subject) => {
    const { host, env, programs } = subject;
    const address = nextName();
    const heard: Notice[] = [];
    const box = host.notices.open(address, (notice) => heard.push(notice))!;
    const texts = [
      "READY=1\nSTATUS=\u00fcn\u00efcode",
      ...Array.from({ length: 30 }, (_, index) => `STATUS=${index}`),
    ];
    const child = start(subject, programs.notify(...texts), { env: { ...env, NOTIFY_SOCKET: address } });
    assert.equal(await textOf(child.stdout), "heard\n");
    box.close();
    assert.equal(await textOf(child.stderr), "");
    await child.exited;
    // Only a real sender has a pipe to be heard by.
    assert.deepEqual(heard.map(({ text }) => text).filter((text) => text !== "BARRIER=1"), texts);
    for (const { sender } of heard) assert.equal(sender.pid, child.pid);
  });

  guarantee("a name is had once, and is free again when it is closed", ({ host }) => {
    const address = nextName();
    const box = host.notices.open(address, () => {})!;
    assert.equal(host.notices.open(address, () => {}), null);
    box.close();
    host.notices.open(address, () => {})!.close();
  });

  guarantee("what has come is taken at once on request, and once", async (subject) => {
    const { host, env, programs } = subject;
    const address = nextName();
    const heard: string[] = [];
    const box = host.notices.open(address, ({ text }) => heard.push(text))!;
    const child = start(subject, programs.notify("STATUS=1", "STATUS=2"), {
      env: { ...env, NOTIFY_SOCKET: address },
    });
    await child.exited;
    box.takeNow();
    const taken = heard.filter((text) => text !== "BARRIER=1");
    assert.deepEqual(taken, ["STATUS=1", "STATUS=2"]);
    box.takeNow();
    box.close();
    box.takeNow();
    assert.deepEqual(heard.filter((text) => text !== "BARRIER=1"), taken);
    assert.deepEqual([await textOf(child.stdout), await textOf(child.stderr)], ["heard\n", ""]);
  });
}
