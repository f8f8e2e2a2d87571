/** Whom the supervisor calls a survivor of SIGKILL, also when it comes late to everything or cannot look. */
import assert from "node:assert/strict";
import { after } from "../../lib/base/instant.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import type { ProcessId } from "../../lib/host/ports/processes.ts";
import type { Signal } from "../../lib/base/signals.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const WEB = `
[actors.web]
exec = "/bin/web"
restart = "never"
stop = { grace = "1s" }

[actors.other]
exec = "/bin/other"
`;

const STUBBORN: FakeProgram = (self) => {
  self.ignore("SIGTERM");
  return self.forever();
};

const STAY: FakeProgram = (self) => self.forever();

/** Calls back when the supervisor kills a process, which has happened then. */
function onKill({ host: { processes } }: FakeMachine, callback: () => void): void {
  const { signal } = processes;
  processes.signal = (target: ProcessId, name: Signal) => {
    const result = signal.call(processes, target, name);
    if (name === "SIGKILL") callback();
    return result;
  };
}

test("survivors: a supervisor that comes late to everything calls nobody one who has ended", async () => {
  const played = await play({
    config: WEB,
    programs: { "/bin/web": STUBBORN, "/bin/other": STAY },
    arrange(machine) {
      const { loop } = machine.kernel.find(machine.host.processes.ownPid)!;
      onKill(machine, () => {
        loop.hold();
        machine.clock.schedule(after(machine.clock.now(), 20_000), () => loop.release());
      });
    },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  assert.deepEqual(played.linesOf("web", "killed", "failed", "stopped", "unseen"), [
    "2000 killed",
    "22000 stopped",
  ]);
});

test("survivors: a look that fails calls nobody one; that is told, and it is repeated", async () => {
  let isShort = false;
  const played = await play({
    config: WEB,
    programs: { "/bin/web": STUBBORN, "/bin/other": STAY },
    arrange(machine) {
      const { processes } = machine.host;
      const { childrenOf } = processes;
      processes.childrenOf = (pid: number) => {
        if (isShort) throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
        return childrenOf.call(processes, pid);
      };
      onKill(machine, () => {
        isShort = true;
        machine.clock.schedule(after(machine.clock.now(), 12_000), () => isShort = false);
      });
    },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  const told = played.entries.filter(({ path, event }) => path === "web" && event === "unseen");
  assert.deepEqual(told.map(({ ms, why }) => [ms, why]), [
    [7_000, "EMFILE: too many open files"],
    [12_000, "EMFILE: too many open files"],
  ]);
  assert.deepEqual(played.linesOf("web", "failed"), []);
  const [stopped] = played.instants("web", "stopped");
  assert.ok(stopped! >= 14_000 && stopped! <= 14_300, `${stopped}`);
  assert.deepEqual(played.end.survivors, []);
});

for (const how of ["by itself", "by a stop"]) {
  test(`survivors: a run that ends ${how} and leaves something is over when that could be looked at`, async () => {
    let isShort = false;
    const played = await play({
      config: `${WEB.replace('grace = "1s"', 'grace = "1s", kill = "process"')}`,
      programs: {
        async "/bin/web"(self) {
          self.fork((child) => child.forever());
          if (how === "by a stop") return STUBBORN(self);
          await self.sleep(3_000);
          self.exit(1);
        },
        "/bin/other": STAY,
      },
      arrange(machine) {
        const { processes } = machine.host;
        const { childrenOf } = processes;
        processes.childrenOf = (pid: number) => {
          if (isShort) throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
          return childrenOf.call(processes, pid);
        };
        machine.clock.schedule(after(machine.clock.now(), 1_500), () => isShort = true);
        machine.clock.schedule(after(machine.clock.now(), 10_000), () => isShort = false);
      },
      async script({ at, stop, down }) {
        await at(1_000);
        if (how === "by a stop") await stop("web");
        await at(20_000);
        down();
      },
      mayRemain: ({ kernel }) =>
        kernel.all().filter(({ image }) => image.argv[0] === "/bin/web").map(({ pid }) => pid),
    });
    assert.deepEqual(
      played.entries.filter(({ event }) => event === "not_looked_up").map(({ path, why }) => [path, why]),
      [
        ["web", "EMFILE: too many open files"],
      ],
    );
    const [over] = played.instants("web", how === "by a stop" ? "stopped" : "failed");
    assert.ok(over! >= 10_000 && over! <= 10_300, `${over}`);
  });
}

test("survivors: one that hangs in the kernel is named by the reason of its actor", async () => {
  let hanging = 0;
  const played = await play({
    config: WEB,
    programs: {
      "/bin/web"(self) {
        self.ignore("SIGTERM");
        self.hangInKernel();
        hanging = self.pid;
        return self.forever();
      },
      "/bin/other": STAY,
    },
    async script({ at, engine, down }) {
      await at(1_000);
      engine.post({ type: "down_requested", request: null, cause: "down", withinMs: null });
      down();
    },
    mayRemain: () => [hanging],
  });
  const [failed] = played.entries.filter(({ path, event }) => path === "web" && event === "failed");
  assert.deepEqual(failed!["why"], {
    kind: "survivors",
    processes: [{ pid: hanging, how: "stuck" }],
  });
  assert.equal(failed!.ms, 7_000);
});
