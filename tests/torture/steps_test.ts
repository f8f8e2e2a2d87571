/**
 * Signals at every step that a supervisor or a guardian makes on its machine, from the first to the last of a start, a
 * restart, a stop and a down: before it, after it, and in the middle of what can be half written.
 *
 * A run of all tests tries a few, by `SEED`; `ROUNDS=all` tries all of them.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import type { StatusRow } from "../../lib/control/protocol.ts";
import { environmentOf, signalIfThere, table } from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import { type Done, FAULTY_SUPERVISE, type Sandbox } from "../harness/supervise.ts";
import { type Fault, orderFault, type Strike } from "./fault/fault.ts";
import { once } from "./once.ts";
import type { Promises } from "./promises.ts";
import { chosen, few, LAYERS, torture } from "./torture.ts";
import { until } from "../harness/until.ts";

/** What a run of all tests has time for: that many cases, and that many strikes of each. */
const FEW_CASES = few(8, 3);
const FEW = 1;

/** Who suffers what, and at whose steps. */
interface Case extends Pick<Strike, "victim" | "signal"> {
  readonly title: string;
  readonly role: Fault["role"];
  /** Whether the supervisor is killed once the tree stands, so that its guardian has something to do. */
  readonly orphans?: boolean;
  /** Whether the tree is to survive its supervisor. */
  readonly survives?: boolean;
  /** Whether it is handed over to another program. */
  readonly isHandedOver?: boolean;
}

/** A tree that is handed over: who dies, and at whose steps. */
const HANDED_OVER = ([
  ["the supervisor at any of its steps", "supervisor", "itself"],
  ["the guardian at any step of the supervisor", "supervisor", "guardian"],
  ["both at any step of the supervisor", "supervisor", "both"],
  ["the guardian at any of its steps", "guardian", "itself"],
  ["the client at any of its steps", "client", "itself"],
] as const).map(([whom, role, victim]): Case => ({
  title: `a tree that is handed over, SIGKILL of ${whom}`,
  role,
  victim,
  signal: "SIGKILL",
  survives: true,
  isHandedOver: true,
}));

const CASES: readonly Case[] = [
  {
    title: "SIGKILL of the supervisor at any of its steps",
    role: "supervisor",
    victim: "itself",
    signal: "SIGKILL",
  },
  {
    title: "SIGKILL of the guardian at any step of the supervisor",
    role: "supervisor",
    victim: "guardian",
    signal: "SIGKILL",
  },
  {
    title: "SIGKILL of both at any step of the supervisor",
    role: "supervisor",
    victim: "both",
    signal: "SIGKILL",
  },
  {
    title: "SIGSTOP of the supervisor at any of its steps, until it goes on",
    role: "supervisor",
    victim: "itself",
    signal: "SIGSTOP",
  },
  {
    title: "SIGKILL of the guardian at any of its steps, the last being those after the supervisor's death",
    role: "guardian",
    victim: "itself",
    signal: "SIGKILL",
    orphans: true,
  },
  {
    title: "a tree that survives, SIGKILL of the supervisor at any of its steps",
    role: "supervisor",
    victim: "itself",
    signal: "SIGKILL",
    survives: true,
  },
  {
    title: "a tree that survives, SIGKILL of the guardian at any step of the supervisor",
    role: "supervisor",
    victim: "guardian",
    signal: "SIGKILL",
    survives: true,
  },
  {
    title: "a tree that survives, SIGKILL of both at any step of the supervisor",
    role: "supervisor",
    victim: "both",
    signal: "SIGKILL",
    survives: true,
  },
  ...HANDED_OVER,
];

/** What is done to a tree that is up. */
const SCENARIO: readonly (readonly string[])[] = [["restart", "a"], ["stop", "b"], ["start", "b"], ["down"]];

/** The commands that are given to one that is handed over. */
const HANDING_OVER: readonly (readonly string[])[] = [["upgrade"], ["restart", "a"], ["upgrade"], ["down"]];

/** What a command may say of a tree whose supervisor dies, or ends because its guardian has died. */
const SAYS: readonly (number | null)[] = [0, 1, 3, 6];

/**
 * Everything that takes steps: probes, a stop command, a shim, sockets, a process that escapes and one that is deaf; and an
 * isolated tree where one is handed over.
 */
function configure(sandbox: Sandbox, { victim, survives = false, isHandedOver = false }: Case): void {
  const s = secondsOf(sandbox);
  // What is deaf and left to nobody takes the next one some seconds to end.
  const deaf = victim === "both" ? "" : `(trap '' TERM; exec sleep ${s}2) &`;
  sandbox.config(`
    on_supervisor_death = "${survives ? "survive" : "die"}"
    [defaults]
    backoff = { initial = "1ms", max = "20ms" }
    stop = { grace = "50ms" }
    [actors.a]
    shell = "${once("a")} (setsid sleep ${s}1 &) ; ${deaf} exec sleep ${s}3"
    daemon = true
    ready = { exec = "true", interval = "1ms" }
    stop = { command = "true" }
    [actors.b]
    shell = "${once("b")} exec sleep ${s}4"
    daemon = true
    umask = "0027"
    sockets = ["unix://\${dir}/b.sock"]
    depends_on = ["a"]
    ${isHandedOver ? isolated(`${once("c")} exec sleep ${s}5`) : ""}
  `);
}

function isolated(shell: string): string {
  return `
    [trees.pool]
    isolate = true
    [trees.pool.actors.c]
    shell = "${shell}"
    daemon = true`;
}

interface Step {
  readonly number: number;
  readonly name: string;
}

/** The steps that a process has noted. */
function stepsOf(trace: string): readonly Step[] {
  return readFileSync(trace, "utf8").split("\n").slice(0, -1).map((line) => {
    const [number] = line.split(" ", 1);
    return { number: Number(number), name: line.slice(number!.length + 1) };
  });
}

/** Every strike that there is. Only who dies leaves a step half done. */
function strikesAt(steps: readonly Step[], { victim, signal }: Case): readonly Strike[] {
  const isDeadly = victim !== "guardian" && signal === "SIGKILL";
  return steps.flatMap(({ number: at, name }) =>
    (["before", "midway", "after"] as const)
      .filter((when) => when !== "midway" || (isDeadly && name.endsWith("(in parts)")))
      .map((when): Strike => ({ at, when, victim, signal }))
  );
}

/** One case on one layer. */
class Trial {
  readonly #sandbox: Sandbox;
  readonly #promises: Promises;
  readonly #layer: string;
  readonly #case: Case;
  readonly #trace: string;

  constructor(sandbox: Sandbox, promises: Promises, layer: string, one: Case) {
    this.#sandbox = sandbox;
    this.#promises = promises;
    this.#layer = layer;
    this.#case = one;
    this.#trace = `${sandbox.dir}/steps`;
    configure(sandbox, one);
  }

  /** The steps of a run in which nobody is struck. */
  async steps(): Promise<readonly Step[]> {
    await this.#play(null);
    return stepsOf(this.#trace);
  }

  async try(strike: Strike): Promise<void> {
    try {
      await Promise.all([this.#play(strike), strike.signal === "SIGSTOP" ? this.#wake() : null]);
      await this.#recover(strike);
    } catch (error) {
      const { when, at } = strike;
      const name = stepsOf(this.#trace).find(({ number }) => number === at)?.name ?? "it was not reached";
      throw new Error(`${when} step ${at} (${name}): ${(error as Error).message}`, { cause: error });
    }
  }

  /** Starts the tree, and goes through the scenario until a command finds that something is amiss. */
  async #play(strike: Strike | null): Promise<void> {
    rmSync(this.#trace, { force: true });
    const fault = orderFault({ role: this.#case.role, trace: this.#trace, strike, clockSeed: null });
    const { role, isHandedOver = false } = this.#case;
    const argv = [...FAULTY_SUPERVISE, "up", "-d", `--containment=${this.#layer}`];
    let done = await this.#sandbox.run(argv, role === "client" ? {} : fault).done;
    this.#check("up", done, strike);
    if (done.code === 0 && this.#case.orphans === true) {
      signalIfThere((await this.#sandbox.json("ps")).pid, "SIGKILL");
      return await this.#promises.untilOver();
    }
    for (const command of isHandedOver ? HANDING_OVER : SCENARIO) {
      // A client that was killed says nothing, and the tree goes on.
      if (done.code !== 0 && done.signal === null) return;
      done = command[0] === "upgrade"
        ? await this.#sandbox.run([...FAULTY_SUPERVISE, ...command], role === "client" ? fault : {}).done
        : await this.#sandbox.supervise(...command);
      this.#check(command[0]!, done, strike);
    }
  }

  /** A command says what is so. */
  #check(verb: string, { code, stdout, stderr }: Done, strike: Strike | null): void {
    const isStruck = verb === "upgrade" && this.#case.role === "client";
    const says = strike?.signal === "SIGKILL" ? [...SAYS, ...isStruck ? [null] : []] : [0];
    assert.ok(says.includes(code), `${verb} says ${code}: ${stdout}${stderr}`);
    if (verb === "down" && code === 0) {
      assert.match(stdout, /0 left/);
      assert.deepEqual(this.#sandbox.left(), [], "down says that nothing is left");
    }
  }

  /** Lets the process go on that stops itself at some point, unless all goes by without that. */
  async #wake(): Promise<void> {
    const { mark } = this.#sandbox;
    let wasThere = false;
    await until("one has stopped itself, or all are gone", () => {
      const ours = table().filter(({ pid }) => environmentOf(pid).get("E2E_MARK") === mark);
      const stopped = ours.find(({ state }) => state === "T");
      if (stopped !== undefined) signalIfThere(stopped.pid, "SIGCONT");
      const isOver = wasThere && ours.length === 0;
      wasThere ||= ours.length > 0;
      return stopped !== undefined || isOver;
    });
  }

  /** Whatever has happened: all goes that is to, the tree can be started again, and taken down. */
  async #recover({ victim }: Strike): Promise<void> {
    const { orphans = false, survives = false, isHandedOver = false } = this.#case;
    // What nobody is left to end, or is to end, the next one does or goes on with.
    if (victim !== "both" && !orphans && !survives) await this.#promises.assertOver();
    const up = await this.#sandbox.supervise("up", "-d", `--containment=${this.#layer}`);
    // One that was not handed over, because its guardian has died, has the supervisor that it had.
    const isThere = isHandedOver && /tree\/already-running/.test(up.stderr);
    assert.ok(up.code === 0 || isThere, up.stderr);
    // Whom it has found, but nobody has reaped, takes it a moment to take for dead.
    if (survives) await until("all is settled", () => this.#isSettled());
    await this.#promises.assertStanding();
    this.#check("down", await this.#sandbox.supervise("down"), null);
    await this.#promises.assertOver();
  }

  async #isSettled(): Promise<boolean> {
    const { actors } = await this.#sandbox.json("ps");
    return actors.every(({ state }: StatusRow) => state === "running" || state === "stopped");
  }
}

/** The steps of each case, once somebody has counted them. */
const counted = new Map<string, readonly Step[]>();

const ALL = LAYERS.flatMap((layer) => CASES.map((one) => ({ layer, one })));

for (const { layer, one } of chosen("steps", ALL, FEW_CASES)) {
  const name = `steps: ${layer}: ${one.title}`;
  torture(name, async (sandbox, promises) => {
    const trial = new Trial(sandbox, promises, layer, one);
    const key = `${layer} ${one.role} ${one.survives} ${one.isHandedOver}`;
    const steps = counted.get(key) ?? await trial.steps();
    counted.set(key, steps);
    assert.ok(
      steps.length > (one.role === "supervisor" ? 80 : 8),
      `a scenario of many steps: ${steps.length}`,
    );
    for (const strike of chosen(name, strikesAt(steps, one), FEW)) await trial.try(strike);
  }, { onBun: true });
}
