/** How often a run that speaks without end is listened to. */
import assert from "node:assert/strict";
import { instant } from "../../../lib/base/instant.ts";
import { NotifyVoice } from "../../../lib/engine/run/notify_voice.ts";
import type { Notice } from "../../../lib/host/ports/notices.ts";
import type { Told } from "../../../lib/supervision/run_word.ts";
import { test } from "../../harness/test.ts";

/** A voice, and what it tells. */
function speaking(watchdogMs: number | null = null) {
  let now = 0;
  let say = (_notice: Notice): void => {};
  const due = new Set<{ readonly at: number; readonly callback: () => void }>();
  const told: Told[] = [];
  const voice = new NotifyVoice({
    host: {
      notices: {
        open: (_name, onNotice) => {
          say = onNotice;
          return { takeNow: () => {}, close: () => {} };
        },
        send: () => false,
      },
      clock: {
        now: () => instant(now),
        schedule: (at, callback) => {
          const entry = { at, callback };
          due.add(entry);
          return () => due.delete(entry);
        },
        turn: () => {},
      },
    },
    address: "@voice",
    uids: new Set([1_000]),
    watchdogMs,
    onTold: (one) => told.push(one),
  });
  voice.open();
  return {
    voice,
    told,
    due,
    say: (text: string, uid = 1_000) => say({ text, sender: { pid: 7, uid } }),
    pass(ms: number) {
      now += ms;
      for (const entry of [...due].filter(({ at }) => at <= now)) {
        due.delete(entry);
        entry.callback();
      }
    },
  };
}

const FLOODS: Readonly<Record<string, (index: number) => string>> = {
  "a status that changes": (index) => `STATUS=${index}`,
  "what it does, to and fro": () => "READY=1\nSTOPPING=1\n".repeat(32),
  "main processes in turns": (index) => `MAINPID=${10 + index % 2}`,
  "more time": (index) => `EXTEND_TIMEOUT_USEC=${index}000`,
  "times of its watchdog": (index) => `WATCHDOG_USEC=${10_000_000 + index * 1_000}\nWATCHDOG=1`,
  "that it is broken": () => "WATCHDOG=trigger",
};

for (const [what, text] of Object.entries(FLOODS)) {
  test(`notify voice: a flood of ${what} is told some times a second`, () => {
    const { say, told, pass } = speaking(10_000);
    for (let index = 0; index < 10_000; index++) {
      say(text(index));
      if (index % 10 === 9) pass(1);
    }
    // Of two kinds at most, and a few at the beginning.
    assert.ok(told.length <= 50, `${told.length}`);
  });
}

test("notify voice: of what comes too soon the last is told, a little later, and nothing is told twice", () => {
  const { say, told, pass, due } = speaking();
  for (const count of [1, 2, 3]) say(`STATUS=${count}`);
  assert.deepEqual(told, [{ is: "status", text: "1" }]);
  pass(50);
  assert.deepEqual(told, [{ is: "status", text: "1" }, { is: "status", text: "3" }]);
  pass(1_000);
  assert.deepEqual([told.length, due.size], [2, 0]);
});

test("notify voice: that it is ready is told, whatever follows at once", () => {
  const { say, told, pass } = speaking();
  say("RELOADING=1\nREADY=1\nSTOPPING=1");
  pass(50);
  assert.deepEqual(told.map(({ is }) => is), ["reloading", "ready", "stopping"]);
});

test("notify voice: what waits is told at once when its process has ended, and never after its run", () => {
  const { voice, say, told, due } = speaking();
  say("MAINPID=10");
  say("MAINPID=11");
  voice.hearNow();
  assert.deepEqual(told, [{ is: "main", pid: 10 }, { is: "main", pid: 11 }]);
  say("MAINPID=12");
  voice.close();
  assert.deepEqual([told.length, due.size], [2, 0]);
});

test("notify voice: a flood by another user is told nobody", () => {
  const { say, told, due } = speaking();
  for (let index = 0; index < 1_000; index++) say(`READY=1\nMAINPID=${index}`, 1_001);
  assert.deepEqual([told, due.size], [[], 0]);
});
