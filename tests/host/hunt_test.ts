/** Whom a hunt signals, whom it calls a survivor, and what a look that fails or comes late says. */
import assert from "node:assert/strict";
import { type Instant, instant } from "../../lib/base/instant.ts";
import { howAlive, Hunt, huntDown, newcomers, type Quarry, survivorsAmong } from "../../lib/host/hunt.ts";
import type { HuntingHost } from "../../lib/host/hunt.ts";
import type { ProcessId, ProcessRow, SignalResult } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

/** Processes that exist as data only, and a time that is set by hand. */
class Ground {
  now: Instant = instant(0);
  readonly rows = new Map<number, ProcessRow>();
  readonly sent: string[] = [];
  /** What a signal does; by default it ends whoever gets SIGKILL. */
  onSignal: (row: ProcessRow, signal: string) => SignalResult = (row, signal) => {
    if (signal === "SIGKILL") this.rows.delete(row.pid);
    return "sent";
  };
  looks = 0;
  onLook: () => void = () => {};

  add(...pids: readonly number[]): void {
    const line = { parent: 1, group: 1, session: 1, state: "S", name: "x", cpuMs: 0, rss: 1 };
    for (const pid of pids) this.rows.set(pid, { ...line, pid, startTime: pid * 10 });
  }

  readonly host = {
    clock: { now: () => this.now, schedule: () => () => {}, turn: () => {} },
    processes: {
      signal: (target: ProcessId, signal: string) => {
        this.sent.push(`${signal} ${target.pid}`);
        return this.onSignal(this.rows.get(target.pid)!, signal);
      },
    },
  } as unknown as HuntingHost;

  hunt(signal: Quarry["signal"], more: Partial<Quarry> = {}): Hunt {
    const look = () => {
      this.looks += 1;
      this.onLook();
      return [...this.rows.values()];
    };
    return new Hunt(this.host, { signal, look, ...more });
  }

  /** Hunts with pauses that pass at once. */
  async down(hunt: Hunt, withinMs: number, isTwice = false) {
    const listen = () => (ms: number) => {
      this.now = instant(this.now + ms);
      return Promise.resolve();
    };
    return await huntDown(this.host, hunt, { withinMs, listen, isTwice });
  }
}

test("hunt: who is new has not had the signal, and who has survived was killed long ago", () => {
  const ground = new Ground();
  ground.add(1, 2, 3);
  const rows = [...ground.rows.values()];
  const killed = new Map([["1:10", instant(0)], ["2:20", instant(1)]]);
  assert.deepEqual(newcomers(rows, killed).map(({ pid }) => pid), [3]);
  assert.deepEqual(survivorsAmong(rows, killed, instant(4_999)), []);
  assert.deepEqual(survivorsAmong(rows, killed, instant(5_000)).map(({ pid }) => pid), [1]);
  assert.deepEqual(survivorsAmong(rows, new Map([["1:11", instant(0)]]), instant(9_999)), []);
});

test("hunt: each process gets the signal once, and goes on after SIGTERM if it was stopped", () => {
  const ground = new Ground();
  ground.add(1, 2);
  const hunt = ground.hunt("SIGTERM");
  assert.equal(hunt.pass().seen, "some");
  ground.add(3);
  hunt.pass();
  const sent = ["SIGTERM 1", "SIGCONT 1", "SIGTERM 2", "SIGCONT 2", "SIGTERM 3", "SIGCONT 3"];
  assert.deepEqual(ground.sent, sent);
});

test("hunt: what is forked during a look is found and killed in the same pass", () => {
  const ground = new Ground();
  ground.add(1);
  ground.onSignal = ({ pid }) => {
    ground.rows.delete(pid);
    if (pid < 20) ground.add(pid + 1);
    return "sent";
  };
  assert.equal(ground.hunt("SIGKILL").pass().seen, "nothing");
  assert.equal(ground.sent.length, 20);
});

test("hunt: who is spared is waited for, and not signalled", async () => {
  const ground = new Ground();
  ground.add(1, 2);
  const hunt = ground.hunt("SIGTERM", { spares: ({ pid }) => pid === 2 });
  assert.equal((await ground.down(hunt, 100)).seen, "some");
  assert.deepEqual(ground.sent, ["SIGTERM 1", "SIGCONT 1"]);
});

test("hunt: who is alive long after SIGKILL has survived it, and it is said why", async () => {
  const ground = new Ground();
  ground.add(1, 2, 3);
  ground.rows.set(2, { ...ground.rows.get(2)!, state: "D" });
  ground.onSignal = ({ pid }) => pid === 3 ? "refused" : "sent";
  const hunt = ground.hunt("SIGKILL");
  const seen = await ground.down(hunt, 5_000);
  assert.equal(ground.now, 5_000);
  assert.ok(seen.seen === "some");
  assert.deepEqual(seen.survivors.map((row) => howAlive(hunt, row)), ["outlived", "stuck", "refused"]);
});

test("hunt: a program that comes late to everything takes nobody for a survivor", async () => {
  const ground = new Ground();
  ground.add(1);
  ground.onSignal = () => "sent";
  const hunt = ground.hunt("SIGKILL");
  const listen = () => () => {
    // Everything else took a minute, in which it ended.
    ground.now = instant(ground.now + 60_000);
    ground.rows.clear();
    return Promise.resolve();
  };
  assert.equal((await huntDown(ground.host, hunt, { withinMs: 5_000, listen })).seen, "nothing");
});

test("hunt: who was killed only a moment before the end is given its time, too", async () => {
  const ground = new Ground();
  ground.add(1);
  ground.onSignal = () => "sent";
  ground.onLook = () => {
    if (ground.now >= 4_000 && ground.rows.has(1)) {
      ground.rows.clear();
      ground.add(2);
    }
    if (ground.now >= 6_000) ground.rows.clear();
  };
  assert.equal((await ground.down(ground.hunt("SIGKILL"), 5_000)).seen, "nothing");
});

test("hunt: a look that fails says nothing of anybody, and is repeated", async () => {
  const ground = new Ground();
  ground.add(1);
  const failing = () => {
    throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
  };
  ground.onLook = failing;
  const hunt = ground.hunt("SIGKILL");
  assert.deepEqual(hunt.pass(), { seen: "unknown", why: "EMFILE: too many open files" });
  ground.onLook = () => {
    if (ground.looks < 8) failing();
  };
  assert.equal((await ground.down(hunt, 5_000)).seen, "nothing");
  assert.deepEqual(ground.sent, ["SIGKILL 1"]);
  ground.add(2);
  ground.onLook = failing;
  assert.equal((await ground.down(ground.hunt("SIGKILL"), 5_000)).seen, "unknown");
});

test("hunt: a fault that is no want of anything is not taken for a look that failed", () => {
  const ground = new Ground();
  ground.onLook = () => {
    throw new TypeError("a bug");
  };
  assert.throws(() => ground.hunt("SIGKILL").pass(), TypeError);
});

test("hunt: where one look may miss what was just forked, two in a row must find nothing", async () => {
  const ground = new Ground();
  ground.add(1);
  ground.onLook = () => {
    if (ground.looks === 3) ground.add(2);
  };
  assert.equal((await ground.down(ground.hunt("SIGKILL"), 5_000, true)).seen, "nothing");
  assert.deepEqual(ground.sent, ["SIGKILL 1", "SIGKILL 2"]);
});
