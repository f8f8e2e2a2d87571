/**
 * Every trap of `trap.py`, against everything that ends a run or a tree, on every layer: what the layer promises is kept,
 * and what it does not promise is all that is left.
 *
 * A run of all tests tries a few, by `SEED`; `ROUNDS=all` tries all of them.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { isAlive, signalIfThere } from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import type { Sandbox } from "../harness/supervise.ts";
import { findPython, readTraps, trapCommand, type TrapProcess } from "../harness/traps.ts";
import { once, TRAPS } from "./once.ts";
import type { Promises } from "./promises.ts";
import { chosen, few, LAYERS, torture } from "./torture.ts";

/** What a run of all tests has time for. */
const FEW = few(3, 1);

const python = findPython();

const IN_SESSION = ["plain", "ignores-term", "blocks-all", "storm-stays", "storm-runs", "holds-stdout"];
const ELSEWHERE = ["setsid", "cleared-env", "daemon-thrice", "stopped", "closes-all", "chain"];
const OF_OTHERS = process.getuid!() === 0 ? ["other-user"] : [];

/** What has shed everything that it could be known by, but for its control group and its descent. */
const SHED = "cleared-env";

/** The traps that a layer can be held to. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  cgroup: [...IN_SESSION, ...ELSEWHERE, ...OF_OTHERS],
  subreaper: [...IN_SESSION, ...ELSEWHERE, ...OF_OTHERS],
  group: [...IN_SESSION, ...OF_OTHERS],
};

/** A tree of services full of traps, of which one leaves them to themselves. */
class Services {
  readonly sandbox: Sandbox;
  readonly promises: Promises;
  readonly layer: string;

  constructor(sandbox: Sandbox, promises: Promises, layer: string, kinds = KINDS[layer]!) {
    this.sandbox = sandbox;
    this.promises = promises;
    this.layer = layer;
    const words = (service: string, more: readonly string[] = []) =>
      JSON.stringify(trapCommand(python, service, TRAPS, [...kinds, ...more]));
    sandbox.config(`
      [defaults]
      backoff = { initial = "1ms" }
      stop = { grace = "200ms" }
      [actors.a]
      exec = ${words("a")}
      daemon = true
      ready = { log = "stands" }
      [actors.b]
      exec = ${words("b")}
      daemon = true
      ready = { log = "stands" }
      [actors.c]
      exec = ${words("c", ["leaves"])}
    `);
  }

  async up(): Promise<void> {
    const up = await this.sandbox.supervise("up", "-d", `--containment=${this.layer}`);
    assert.equal(up.code, 0, up.stderr);
    // A parent that dies before its children is completed when they are gone, and not before.
    await this.sandbox.rowWhen("c", ({ state }) => state === "completed");
    this.assertLeft(this.living("c"), this.#shedOf("subreaper"));
  }

  async command(...words: readonly string[]): Promise<string> {
    const done = await this.sandbox.supervise(...words);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    return done.stdout;
  }

  async down(): Promise<void> {
    assert.match(await this.command("down"), /0 left/);
    this.assertLeft(this.living());
  }

  /** Asserts that nobody holds the lock of a service, as does whoever forks and dies faster than anybody can list it. */
  async assertUnlocked(): Promise<void> {
    for (const service of ["a", "b", "c"]) {
      const tried = await this.sandbox.run(["flock", "--nonblock", `${TRAPS}.${service}.lock`, "true"]).done;
      assert.equal(tried.code, 0, `something of ${service} is left`);
    }
  }

  /** The number of the main process of a service. */
  async mainOf(service: string): Promise<number> {
    return (await this.sandbox.row(service)).pid;
  }

  /** Asserts that of one life of a service nothing is left but what its layer cannot know. */
  assertEnded(service: string, generation: number): void {
    this.assertLeft(this.living(service, generation), this.#shedOf("subreaper"));
  }

  /** Asserts that a service is whole. */
  assertWhole(service: string, generation: number): void {
    const kinds = new Set(this.living(service, generation).map(({ kind }) => kind));
    for (const kind of ["main", ...KINDS[this.layer]!.filter((one) => !/^storm|^chain$/.test(one))]) {
      assert.ok(kinds.has(kind), `${kind} of ${service} has ended`);
    }
  }

  /** Waits until another life of a service is ready. */
  async untilReplaced(service: string, generation: number): Promise<void> {
    for (let row = null; row === null || row.state !== "running" || row.pid === generation;) {
      row = await this.sandbox.row(service);
    }
  }

  kill(...whom: readonly ("supervisor" | "guardian")[]): void {
    const own = this.promises.own();
    // Two deaths in one instant: who is stopped can do nothing about the other's any more.
    if (whom.length > 1) process.kill(own.guardian!.pid, "SIGSTOP");
    for (const one of whom) process.kill(own[one]!.pid, "SIGKILL");
  }

  /** Ends what no layer but control groups finds when nobody of the tree is left. */
  endShed(): void {
    const shed = this.living();
    this.assertLeft(shed, this.#shedOf("subreaper", "group"));
    for (const { pid } of shed) signalIfThere(pid, "SIGKILL");
  }

  assertLeft(living: readonly TrapProcess[], may: readonly string[] = []): void {
    assert.deepEqual(living.filter(({ kind }) => !may.includes(kind)), []);
  }

  /** The processes of the traps that live. */
  living(service?: string, generation?: number): readonly TrapProcess[] {
    return readTraps(`${this.sandbox.dir}/${TRAPS}`).filter((one) =>
      (service === undefined || one.service === service) &&
      (generation === undefined || one.generation === generation) && isAlive(one)
    );
  }

  #shedOf(...layers: readonly string[]): readonly string[] {
    return layers.includes(this.layer) ? [SHED] : [];
  }
}

/** What ends a run or a tree. Each begins with a tree that stands, and ends with none. */
const EVENTS: Readonly<Record<string, (services: Services) => Promise<void>>> = {
  async "stop of one service"(services) {
    const [a, b] = [await services.mainOf("a"), await services.mainOf("b")];
    await services.command("stop", "a");
    services.assertEnded("a", a);
    services.assertWhole("b", b);
    await services.promises.assertStanding();
    await services.down();
  },
  async "restart of one service"(services) {
    const a = await services.mainOf("a");
    await services.command("restart", "a");
    services.assertEnded("a", a);
    await services.promises.assertStanding();
    await services.down();
  },
  async "crash of one service"(services) {
    const a = await services.mainOf("a");
    process.kill(a, "SIGKILL");
    await services.untilReplaced("a", a);
    services.assertEnded("a", a);
    await services.down();
  },
  "a down": (services) => services.down(),
  async "a down by force"(services) {
    assert.match(await services.command("down", "--force"), /0 left/);
    services.assertLeft([]);
  },
  async "SIGKILL of the supervisor"(services) {
    services.kill("supervisor");
    await services.promises.assertOver();
  },
  async "SIGKILL of the guardian"(services) {
    services.kill("guardian");
    await services.promises.assertOver();
  },
  async "SIGKILL of both, and a down"(services) {
    services.kill("supervisor", "guardian");
    assert.match(await services.command("down"), /0 left/);
    services.endShed();
  },
  async "SIGKILL of both, and an up"(services) {
    services.kill("supervisor", "guardian");
    await services.command("up", "-d", `--containment=${services.layer}`);
    assert.match(await services.command("down"), /0 left/);
    services.endShed();
  },
};

/** What a child may do to those above it, as often as it is asked to stop, and as soon as it is started. */
const TREASONS: Readonly<Record<string, string>> = {
  "its supervisor": "kill -KILL $PPID",
  "its guardian": "kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat)",
  "both of them":
    "guardian=$(cut -d ' ' -f 4 /proc/$PPID/stat); kill -STOP $guardian; kill -KILL $PPID $guardian",
};

for (const [whom, treason] of chosen("treasons", Object.entries(TREASONS), few(3, 1))) {
  torture(`traps: a child that kills ${whom}, and leaves nothing behind`, async (sandbox, promises) => {
    const s = secondsOf(sandbox);
    sandbox.config(`
      [defaults]
      stop = { grace = "200ms" }
      [actors.a]
      shell = "${once("a")} (setsid sleep ${s}1 &) ; read x < go; ${treason}; exec sleep ${s}2"
      daemon = true
      [actors.b]
      shell = "${once("b")} (setsid sleep ${s}3 &) ; trap '' TERM; sleep ${s}4"
      daemon = true
    `);
    await sandbox.run(["mkfifo", "go"]).done;
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await sandbox.run(["sh", "-c", "echo > go"]).done;
    await promises.untilOver();
    if (whom === "both of them") assert.match((await sandbox.supervise("down")).stdout, /0 left/);
    await promises.assertOver();
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await promises.assertStanding();
    assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  });
}

/** Those that do not fork on: a receipt has no room for all that a storm is made of. */
const CALM = [...IN_SESSION, ...ELSEWHERE, ...OF_OTHERS].filter((kind) => !/^storm|^chain$/.test(kind));

for (const layer of chosen("receipts", LAYERS, 1)) {
  torture(
    `traps: ${layer}: the receipt names every process that there was, and says how each ended`,
    async (sandbox, promises) => {
      const services = new Services(sandbox, promises, layer, CALM);
      await services.up();
      const living = services.living();
      const { left, processes } = JSON.parse(await services.command("down", "--json"));
      const named = new Map(processes.map((line: { pid: number; ended: string }) => [line.pid, line.ended]));
      assert.equal(left, 0);
      for (const { pid, kind, service } of living) {
        const ended = named.get(pid);
        assert.ok(ended !== undefined, `${kind} of ${service} (${pid}) is not in the receipt`);
        assert.notEqual(ended, "gone", `nobody knows how ${kind} of ${service} (${pid}) has ended`);
      }
    },
    { needs: ["python3"] },
  );
}

/** Where nobody is left it takes control groups to end what forks and dies faster than anybody else comes to run. */
function kindsFor(layer: string, event: string): readonly string[] {
  const isLost = event.startsWith("SIGKILL of both") && layer !== "cgroup";
  return KINDS[layer]!.filter((kind) => !isLost || kind !== "chain");
}

const CELLS = [...LAYERS, "group"].flatMap((layer) =>
  Object.entries(EVENTS).map(([event, body]) => ({ layer, event, body }))
);

for (const { layer, event, body } of chosen("traps", CELLS, FEW)) {
  torture(`traps: ${layer}: ${event}`, async (sandbox, promises) => {
    const services = new Services(sandbox, promises, layer, kindsFor(layer, event));
    await services.up();
    await body(services);
    await services.assertUnlocked();
  }, { needs: ["python3"] });
}
