/**
 * Whole trees on a fake machine, in virtual time: guardian and supervisor are puppets that run the real code, and each may
 * be killed at any step that it takes on the machine.
 */
import assert from "node:assert/strict";
import { actorMain } from "../../lib/actor/process/child_main.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { ControlClient } from "../../lib/control/client.ts";
import type { ApplyResult, StatusRow, TreeStatus } from "../../lib/control/protocol.ts";
import { folderOf } from "../../lib/base/posix_path.ts";
import { UserError } from "../../lib/base/user_error.ts";
import { awaitEnd } from "../../lib/daemon/end_report.ts";
import { connectTree } from "../../lib/daemon/find_tree.ts";
// Loaded in advance, as the compiler is, since no virtual clock waits for what is loaded.
import "./loaded_late.ts";
import { compileTree } from "../../lib/daemon/compile_tree.ts";
import { beginToGuard } from "../../lib/daemon/guardian/begin_to_guard.ts";
import { guardian } from "../../lib/daemon/guardian/guardian.ts";
import { launch, type Launched } from "../../lib/daemon/launch.ts";
import {
  type GuardedOptions,
  GUARDIAN_VERB,
  type GuardianOptions,
  type LaunchOptions,
  SUPERVISOR_VERB,
} from "../../lib/daemon/launch_options.ts";
import { type Prepared, prepareLaunch } from "../../lib/daemon/prepare_launch.ts";
import { supervisor } from "../../lib/daemon/supervisor.ts";
import { type Receipt, receiptOf } from "../../lib/daemon/receipt.ts";
import { stateFolderOf } from "../../lib/daemon/state_folder.ts";
import { type TreeId, treeIdOf } from "../../lib/daemon/tree_id.ts";
import type { SoundTreePlan } from "../../lib/daemon/tree_plan.ts";
import { readRecord } from "../../lib/daemon/tree_record.ts";
import { loadIsolatorModule } from "../../lib/engine/isolator/isolator_module.ts";
import { ISOLATOR_VERB } from "../../lib/engine/isolator/protocol.ts";
import { journalFileOf, logFileOf } from "../../lib/engine/state_folder.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import type { Program } from "../../lib/host/ports/program.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import type { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { sleep, sleepUntil } from "../../lib/scope/sleep.ts";
import { mortalHost, type Mortality, type Role } from "./mortal_host.ts";

const FILE = "/srv/shop/supervise.toml";
const UID = 1_000;
const SELF = "/bin/supervise";
/** The group that is delegated to us. */
export const HOME = "/sys/fs/cgroup/service";

const ROLES: Readonly<Record<string, Role>> = {
  [GUARDIAN_VERB]: "guardian",
  [SUPERVISOR_VERB]: "supervisor",
  [ISOLATOR_VERB]: "isolator",
};

/** A program that has a child with a session of its own. */
export const family: FakeProgram = (self) => {
  self.fork((child) => {
    child.setsid();
    return child.forever();
  });
  return self.forever();
};

/** What is different from one test to the next. */
export interface FakeTreesOptions {
  readonly config: string;
  /** Programs by path. */
  readonly programs: Readonly<Record<string, FakeProgram>>;
  /** Whether the machine has control groups. */
  readonly groups?: boolean;
  /** Whether we are in a group of our own which can be limited. */
  readonly isDelegated?: boolean;
  /** Which process of supervise dies at which step. */
  readonly mortality?: Mortality;
}

/** See the module. */
export class FakeTrees {
  readonly machine: FakeMachine;
  readonly tree: TreeId;
  /** What guardians and supervisors have said. */
  readonly complaints: string[] = [];
  readonly #clock: VirtualClock;
  readonly #program: Program;
  readonly #mortality: Mortality | null;

  constructor(clock: VirtualClock, options: FakeTreesOptions) {
    const { config, programs, groups = false, isDelegated = false, mortality } = options;
    this.#clock = clock;
    this.machine = new FakeMachine(clock);
    if (groups) this.machine.groups.lack = null;
    if (isDelegated) this.#delegate();
    this.#mortality = mortality ?? null;
    for (const folder of ["/srv/shop", "/tmp", "/home/me", "/state"]) {
      this.machine.disk.makeFolder(folder, 0o755);
    }
    this.config(config);
    for (const [path, program] of Object.entries(programs)) this.machine.install(path, program);
    this.machine.install(SELF, (puppet) => this.#runSelf(puppet));
    const { host } = this.machine;
    this.#program = this.#programOf(host.processes.ownPid, ["up"]);
    const stateFolder = stateFolderOf(this.#program, treeIdOf(host, UID, FILE));
    this.tree = treeIdOf(host, UID, FILE, { stateFolder });
  }

  config(text: string): void {
    this.machine.disk.write(FILE, text);
  }

  /** Launches the tree, or goes on with it, and lets it begin. */
  async up(): Promise<Launched> {
    const launched = await this.launch();
    await fromPromise(launched.client.request("begin", { owner: false }));
    launched.client.close();
    return launched;
  }

  /** Launches it alone, as `up` does; what is no plan is left to the supervisor. */
  async launch(): Promise<Launched> {
    const prepared = this.prepare();
    const tree = this.#tryToCompile();
    if (tree !== null) return await this.launchOn(prepared, tree);
    if (prepared !== null) await fromPromise(prepared.letGo());
    return await fromPromise(launch(this.machine.host, this.#program, this.#options()));
  }

  /** Has guardian and supervisor wait for what is to be launched; null if the tree may have a guardian. */
  prepare(): Prepared | null {
    return prepareLaunch(this.machine.host, this.#program, this.#options());
  }

  /** What the file says. */
  compile(): SoundTreePlan {
    const compiled = this.#tryToCompile();
    assert.ok(compiled !== null);
    return compiled;
  }

  #tryToCompile(): SoundTreePlan | null {
    const compiled = compileTree(this.machine.host, this.#program, this.#options(), new Map(), new Map());
    return compiled.plan === null ? null : { ...compiled, plan: compiled.plan };
  }

  async launchOn(prepared: Prepared | null, tree: SoundTreePlan): Promise<Launched> {
    return await fromPromise(launch(this.machine.host, this.#program, this.#options(), { tree, prepared }));
  }

  #options(): LaunchOptions {
    return {
      file: FILE,
      stateFolder: stateFolderOf(this.#program, this.tree),
      only: null,
      exitCodeFrom: [],
      openFilesLimit: null,
      containment: null,
    };
  }

  async connect(): Promise<ControlClient> {
    return await fromPromise(connectTree(this.machine.host, this.tree));
  }

  async ps(): Promise<TreeStatus> {
    const client = await this.connect();
    try {
      return await fromPromise(client.request("status", { paths: [] }));
    } finally {
      client.close();
    }
  }

  async row(path: string): Promise<StatusRow> {
    const row = (await this.ps()).actors.find((one) => one.path === path);
    assert.ok(row !== undefined, `no actor ${path}`);
    return row;
  }

  /** Waits until all that starts by itself is ready. */
  async ready(): Promise<void> {
    const client = await this.connect();
    try {
      assert.ok((await fromPromise(client.request("await_ready", {}))).ok);
    } finally {
      client.close();
    }
  }

  async down(): Promise<Receipt> {
    const client = await this.connect();
    const ended = awaitEnd(this.machine.host, this.tree, client);
    ended.catch(() => {});
    await fromPromise(client.request("down", { cause: "down", withinMs: null }));
    const receipt = await fromPromise(receiptOf(this.machine.host, this.tree, await fromPromise(ended)));
    client.close();
    return receipt;
  }

  /** Kills processes by number, all in one instant. */
  kill(...pids: readonly number[]): void {
    const { processes } = this.machine.host;
    const rows = pids.map((pid) => processes.find(pid)!);
    for (const row of rows) processes.signal(row, "SIGSTOP");
    for (const row of rows) processes.signal(row, "SIGKILL");
  }

  /** Stops a process, until it is sent SIGCONT. */
  stopProcess(pid: number): void {
    const { processes } = this.machine.host;
    processes.signal(processes.find(pid)!, "SIGSTOP");
  }

  /** The kernel lets go of a process that hangs there, which hears of what it was sent meanwhile. */
  letGo(pid: number): void {
    const { kernel } = this.machine;
    const process = kernel.find(pid)!;
    process.state = "S";
    for (const signal of process.pending.splice(0)) kernel.signal(process, signal, UID);
  }

  /** Has something done to an actor, and waits until it is. */
  async ask(verb: "start" | "stop" | "restart", path: string): Promise<void> {
    const client = await this.connect();
    try {
      const fields = { paths: [path], wait: true };
      await fromPromise(
        verb === "start" ? client.request(verb, { ...fields, deps: true }) : client.request(verb, fields),
      );
    } finally {
      client.close();
    }
  }

  /** Has the tree go on with what its file says now, and waits until it does. */
  async apply(dry = false): Promise<ApplyResult> {
    const client = await this.connect();
    try {
      return await fromPromise(client.request("apply", { dry, wait: true }));
    } finally {
      client.close();
    }
  }

  /** Has an actor run in another number of copies, and waits until it does; null: as many as the file has. */
  async scale(selector: string, replicas: number | null): Promise<ApplyResult> {
    const client = await this.connect();
    try {
      const counts = [{ selector, replicas }];
      return await fromPromise(client.request("scale", { counts, dry: false, wait: true }));
    } finally {
      client.close();
    }
  }

  /** Kills every guardian that there is. */
  killGuardian(): void {
    for (const row of this.machine.puppets()) {
      const isGuardian = this.machine.host.processes.commandOf(row.pid)[1] === GUARDIAN_VERB;
      if (isGuardian) this.machine.host.processes.signal(row, "SIGKILL");
    }
  }

  /** Fails if an actor has two main processes. */
  assertNoTwins(): void {
    const { processes } = this.machine.host;
    const mains = new Map<string, number>();
    for (const row of this.actors()) {
      const run = processes.variableOf(row.pid, "SUPERVISE_RUN");
      const actor = processes.variableOf(row.pid, "SUPERVISE_ACTOR")!;
      if (run === null) continue;
      const other = mains.get(actor);
      const number = Number(run.split(".").at(-2));
      assert.ok(other === undefined || other === number, `two runs of ${actor}`);
      mains.set(actor, number);
    }
  }

  get supervisorPid(): number {
    return readRecord(this.machine.host, this.tree)!.supervisor.pid;
  }

  get guardianPid(): number {
    return readRecord(this.machine.host, this.tree)!.guardian.pid;
  }

  /** The processes of actors. */
  actors(): readonly ProcessRow[] {
    return this.machine.puppets().filter(({ name, state }) => name !== "supervise" && state !== "Z");
  }

  /** Lets everything happen that can without time passing. */
  async settle(): Promise<void> {
    do await waitAllTasksBlocked(); while (this.#clock.isTurning);
  }

  /** Waits until no process is left but those of actors that are meant to be. */
  async untilGone(isMeant: (row: ProcessRow) => boolean = () => false): Promise<void> {
    await waitAllTasksBlocked();
    for (let waited = 0; this.machine.puppets().some((row) => !isMeant(row)); waited++) {
      assert.ok(waited < 10_000, `left: ${JSON.stringify(this.machine.puppets())}`);
      await sleepUntil(this.#clock.next());
      await waitAllTasksBlocked();
    }
  }

  async pass(ms: number): Promise<void> {
    await sleep(ms);
    await waitAllTasksBlocked();
  }

  /** The lines of an actor's log, without stamps and streams. */
  log(path: string): readonly string[] {
    const text = this.machine.host.files.readText(logFileOf(stateFolderOf(this.#program, this.tree), path)) ??
      "";
    return text.split("\n").slice(0, -1).map((line) => line.split(" ").slice(2).join(" "));
  }

  /** The journal, each entry as `api exited`. */
  journal(): readonly string[] {
    const text = this.machine.host.files.readText(journalFileOf(stateFolderOf(this.#program, this.tree))) ??
      "";
    return text.split("\n").slice(0, -1).map((line) => {
      const { path, event } = JSON.parse(line) as { path: string; event: string };
      return `${path === "" ? "tree" : path} ${event}`;
    });
  }

  /** What is known of what has happened, for a test that fails. */
  story(): string {
    const errors = this.machine.programErrors.map((error) => (error as Error).stack ?? String(error));
    return [...this.complaints, ...this.journal().slice(-30), ...errors].join("\n");
  }

  /** Fails if the group that was delegated is not as it was. */
  assertAtHome(): void {
    const { groups, host, kernel } = this.machine;
    const own = kernel.find(host.processes.ownPid)!.controlGroup;
    assert.deepEqual([own, groups.givenBy(HOME), groups.all()], [HOME, [], [HOME]]);
  }

  /** Fails if anything is left of what was started. */
  assertNothingLeft(): void {
    assert.deepEqual(this.machine.programErrors, []);
    assert.deepEqual(this.machine.puppets().map(({ pid, name, state }) => `${pid} ${name} ${state}`), []);
  }

  #delegate(): void {
    const { groups, host, kernel } = this.machine;
    const all = ["memory", "cpu", "pids"];
    groups.controllers = all;
    groups.add(HOME);
    groups.give(folderOf(HOME), all);
    kernel.find(host.processes.ownPid)!.controlGroup = HOME;
  }

  async #runSelf(puppet: Puppet): Promise<void> {
    const [verb, argument] = puppet.args as [string, string];
    const role = ROLES[verb];
    if (role === undefined) throw new Error(`no verb ${verb}`);
    const end = () => puppet.kill(puppet.pid, "SIGKILL");
    const own = this.machine.hostOf(puppet);
    const host: Host = this.#mortality === null ? own : mortalHost(own, role, this.#mortality, end);
    const program = this.#programOf(puppet.pid, puppet.args, puppet);
    if (role === "guardian") {
      const options = JSON.parse(argument) as GuardianOptions;
      puppet.exit(await guardian(host, program, options, beginToGuard(host, program, options)));
    } else if (role === "isolator") {
      const main = actorMain({ host, program, load: loadIsolatorModule(host) });
      puppet.exit(await main.catch((error) => exitOfOrphan(error)));
    } else puppet.exit(await supervisor(host, program, JSON.parse(argument) as GuardedOptions));
  }

  #programOf(pid: number, args: readonly string[], puppet: Puppet | null = null): Program {
    const output = {
      isTerminal: false,
      isRead: true,
      isPipe: false,
      columns: 80,
      rows: 24,
      write: (text: string) => {
        if (puppet?.isAlive === true) this.complaints.push(text.trimEnd());
        return Promise.resolve();
      },
    };
    const lacking = () => {
      throw new Error("not on a fake machine");
    };
    return {
      args,
      environment: puppet?.env ?? { XDG_STATE_HOME: "/state" },
      cwd: "/srv/shop",
      uid: UID,
      pid,
      homeFolder: "/home/me",
      selfCommand: [SELF],
      scriptCommand: [SELF, "__script"],
      actorCommand: [SELF, "__actor"],
      runtime: "fake",
      callersOpenFilesLimit: null,
      stdout: output,
      stderr: output,
      canAsk: false,
      readLine: () => null,
      onSignal: (signal, callback) => puppet?.onSignal(signal, callback) ?? lacking(),
      listensTo: () => false,
      callbacksAt: () => 0,
      onUncaught: () => () => {},
      raise: lacking,
      onExit: () => () => {},
      temporaryFolder: "/tmp",
      openInspector: lacking,
      closeInspector: () => {},
      exit: lacking,
    };
  }
}

/** An isolator ends that nobody waits for any more. */
function exitOfOrphan(error: unknown): number {
  if (error instanceof UserError && error.code === "actor/no-parent") return error.exitCode;
  throw error;
}
