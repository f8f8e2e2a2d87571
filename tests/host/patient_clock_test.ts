import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { after, type Instant, instant } from "../../lib/base/instant.ts";
import { LENIENCE_MS, MOMENT_MS, MOST_CATCHING_UP_MS, PatientClock } from "../../lib/host/patient_clock.ts";
import type { Clock } from "../../lib/scope/clock.ts";
import { TimerQueue } from "../../lib/base/timer_queue.ts";
import { test } from "../harness/test.ts";

/** The clock of a machine, and the loop of a program on it that is as late as the test says. */
class Machine implements Clock {
  at = instant(0);
  readonly #timers = new TimerQueue();
  #turns: (() => void)[] = [];

  now(): Instant {
    return this.at;
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer = this.#timers.add(at, callback);
    return () => this.#timers.revoke(timer);
  }

  turn(callback: () => void): void {
    this.#turns.push(callback);
  }

  /** Time passes in which the loop does nothing: it is busy, or stopped. */
  late(ms: number): void {
    this.at = after(this.at, ms);
  }

  /** Fires what is due, also what is asked for meanwhile. */
  fireAll(): void {
    let count = 0;
    for (let call = this.#timers.takeDue(this.at); call !== null; call = this.#timers.takeDue(this.at)) {
      assert.ok(++count < 10, "it asks again at once, for ever");
      call();
    }
  }

  /** One turn of the loop: timers, then what has come, then what waits for the next turn. */
  wake(input: () => void = () => {}): void {
    const due: (() => void)[] = [];
    for (let call = this.#timers.takeDue(this.at); call !== null; call = this.#timers.takeDue(this.at)) {
      due.push(call);
    }
    for (const call of due) call();
    input();
    for (const callback of this.#turns.splice(0)) callback();
  }

  /** The loop waits, and wakes up in time for every timer on the way. */
  idle(ms: number): void {
    const until = after(this.at, ms);
    let standstill = 0;
    for (let next = this.#timers.next(); next <= until; next = this.#timers.next()) {
      standstill = next > this.at ? 0 : standstill + 1;
      assert.ok(standstill < 10, `nothing is done about what is due at ${next}, at ${this.at}`);
      if (next > this.at) this.at = next;
      this.wake();
    }
    this.at = until;
  }
}

/** A clock, its machine, and what it has fired: the name of each timer at the instant that the machine showed. */
function stage(timers: Readonly<Record<string, number>> = {}) {
  const machine = new Machine();
  const clock = new PatientClock(machine);
  const fired: string[] = [];
  for (const [name, at] of Object.entries(timers)) {
    clock.schedule(instant(at), () => fired.push(`${name} at ${machine.at}`));
  }
  machine.wake();
  return { machine, clock, fired };
}

test("patient clock: while the loop is in time it is the machine's", () => {
  const { machine, clock, fired } = stage({ a: 100, b: 3_000 });
  machine.idle(5_000);
  assert.deepEqual(fired, ["a at 100", "b at 3000"]);
  assert.equal(clock.now(), 5_000);
});

test("patient clock: whoever asks after a long stop finds nothing due before what has come is seen to", () => {
  const { machine, clock, fired } = stage({ a: 3_000 });
  machine.late(5_000);
  machine.wake(() => assert.ok(clock.now() < 3_000));
  machine.idle(500);
  assert.ok(clock.now() < 3_000);
  assert.equal(fired.length, 0);
  machine.idle(2_000);
  assert.deepEqual(fired, ["a at 6000"]);
});

test("patient clock: a little late is not late", () => {
  const { machine, clock, fired } = stage({ a: 1_000 });
  machine.late(1_000 + LENIENCE_MS);
  machine.wake();
  assert.deepEqual(fired, [`a at ${1_000 + LENIENCE_MS}`]);
  assert.equal(clock.now(), 1_000 + LENIENCE_MS);
});

test("patient clock: a loop that was stopped first sees to what has come, then to what is due, and nothing else is nearer", () => {
  const { machine, clock, fired } = stage({ limit: 2_000, soon: 2_050, later: 3_000 });
  machine.late(10_500);
  let seen = 0;
  machine.wake(() => seen = clock.now());
  assert.equal(seen, 2_000 - MOMENT_MS);
  assert.deepEqual(fired, []);
  machine.idle(MOST_CATCHING_UP_MS);
  assert.deepEqual(fired, ["limit at 11500", "soon at 11500"]);
  machine.idle(10_000);
  assert.deepEqual(fired.slice(2), ["later at 12400"]);
});

test("patient clock: input that comes before the timers of a late loop finds the same time", () => {
  const { machine, clock, fired } = stage({ limit: 2_000 });
  machine.late(10_500);
  assert.equal(clock.now(), 2_000 - MOMENT_MS);
  machine.wake();
  assert.deepEqual(fired, []);
  machine.idle(MOST_CATCHING_UP_MS);
  assert.deepEqual(fired, ["limit at 11500"]);
});

test("patient clock: it stands no longer than the loop was late", () => {
  const { machine, fired } = stage({ a: 1_000 });
  machine.late(1_000 + LENIENCE_MS + 300);
  machine.wake();
  machine.idle(300);
  assert.deepEqual(fired, [`a at ${1_000 + LENIENCE_MS + 600}`]);
});

test("patient clock: of a busy turn it counts as little, from its beginning to its end", () => {
  const { machine, clock, fired } = stage({ soon: 1_050, later: 2_000 });
  machine.idle(1_000);
  machine.wake(() => {
    assert.equal(clock.now(), 1_000);
    machine.late(8_000);
    assert.equal(clock.now(), 1_000 + LENIENCE_MS);
  });
  machine.wake();
  assert.equal(clock.now(), 1_000 + LENIENCE_MS);
  assert.deepEqual(fired, []);
  machine.idle(MOST_CATCHING_UP_MS);
  assert.deepEqual(fired, ["soon at 10000"]);
  machine.idle(900);
  assert.deepEqual(fired.slice(1), ["later at 10900"]);
});

test("patient clock: a timer that comes before the busy turn has ended is not asked for again at once", () => {
  const { machine, clock, fired } = stage();
  clock.schedule(instant(1_000), () => fired.push(`a at ${machine.at}`));
  machine.late(5_000);
  // As the system's clock does it: as long as anything is due.
  machine.fireAll();
  assert.deepEqual(fired, []);
  machine.idle(MOST_CATCHING_UP_MS);
  machine.idle(1_000);
  assert.deepEqual(fired, ["a at 6900"]);
});

test("patient clock: in a loop that is always late all that is due comes in the end", () => {
  const { machine, fired } = stage({ a: 1_000, b: 1_500, c: 2_000, d: 10_000 });
  for (let turn = 0; turn < 1_000 && fired.length < 4; turn++) {
    machine.late(700);
    machine.wake();
  }
  assert.deepEqual(fired.map((line) => line[0]), ["a", "b", "c", "d"]);
});

test("patient clock: what was due before it was asked for makes nobody late", () => {
  const { machine, clock, fired } = stage();
  machine.idle(60_000);
  clock.schedule(instant(5), () => fired.push("past"));
  machine.idle(0);
  assert.deepEqual(fired, ["past"]);
  assert.equal(clock.now(), 60_000);
});

test("patient clock: what is revoked is not called, whether it stands or goes", () => {
  const { machine, clock, fired } = stage({ a: 1_000 });
  const revoke = clock.schedule(instant(1_000), () => fired.push("revoked"));
  machine.wake();
  machine.late(5_000);
  machine.wake();
  revoke();
  machine.idle(5_000);
  assert.deepEqual(fired, ["a at 6000"]);
});

test("patient clock: it never goes back, never goes faster than the machine's, and nothing comes early", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed);
    const { machine, clock } = stage();
    let [shown, then] = [clock.now(), machine.at];
    let open = 0;
    const look = () => {
      const now = clock.now();
      assert.ok(now >= shown, `seed ${seed}: ${shown} to ${now}`);
      assert.ok(now - shown <= machine.at - then + LENIENCE_MS + 2 * MOMENT_MS, `seed ${seed}: ahead`);
      [shown, then] = [now, machine.at];
    };
    for (let n = 0; n < 60; n++) {
      const dice = random();
      if (dice < 0.3) {
        const at = after(clock.now(), (random() - 0.2) * 2_000);
        open += 1;
        clock.schedule(at, () => {
          open -= 1;
          assert.ok(clock.now() >= at, `seed ${seed}: early`);
        });
      } else if (dice < 0.6) machine.idle(random() * 500);
      else if (dice < 0.8) machine.late(random() * (random() < 0.3 ? 20_000 : 200));
      else machine.wake(random() < 0.5 ? look : undefined);
      if (random() < 0.5) look();
    }
    machine.idle(1_000_000);
    assert.equal(open, 0, `seed ${seed}`);
    look();
  }
});
