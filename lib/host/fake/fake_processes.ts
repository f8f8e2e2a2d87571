import type { Signal } from "../../base/signals.ts";
import type { Clock } from "../../scope/clock.ts";
import {
  type Become,
  type Child,
  type DeathMode,
  type ExitStatus,
  type Leaders,
  type Processes,
  type ProcessId,
  type ProcessRow,
  type ReapedOrphan,
  type SignalResult,
  SpawnError,
  type SpawnSpec,
} from "../ports/processes.ts";
import { DescriptorTable } from "./descriptor_table.ts";
import type { Disk } from "./disk.ts";
import { sourceOf } from "./fake_descriptors.ts";
import { type FakePipe, openFakePipe } from "./fake_pipe.ts";
import type { FakeProcess } from "./fake_process.ts";
import { findFakeProgram } from "./find_program.ts";
import { type PuppetWorld, runProgram } from "./live_puppet.ts";
import { FileContent } from "./file_content.ts";
import { handSockets } from "./hand_sockets.ts";
import { OpenFile } from "./open_file.ts";
import { processClock } from "./process_clock.ts";
import type { FakeProgram } from "./puppet.ts";
import { type Changed, changed } from "./standing.ts";

/** Exit code of a process that has not become its program. */
const SHIM_FAILED = 125;

/** The parts of the processes of a fake machine. */
export interface FakeProcessesOptions {
  readonly world: PuppetWorld;
  readonly disk: Disk;
  /** Our own process. */
  readonly self: FakeProcess;
  /** The program at a path; undefined if the file there is none. */
  readonly programAt: (path: string) => FakeProgram | undefined;
  /** Why a command cannot be started now; null if it can. */
  readonly refusalOf: (argv: readonly string[]) => SpawnError | null;
}

/** The processes of a fake machine, as one of them sees them. */
export class FakeProcesses implements Processes {
  readonly #world: PuppetWorld;
  readonly #disk: Disk;
  readonly #self: FakeProcess;
  readonly #clock: Clock;
  readonly #programAt: FakeProcessesOptions["programAt"];
  readonly #refusalOf: FakeProcessesOptions["refusalOf"];
  readonly #waiting = new Map<number, (status: ExitStatus) => void>();
  #onOrphan: ((orphan: ReapedOrphan) => void) | null = null;
  #onDeath: ((death: ReapedOrphan) => void) | null = null;
  readonly #onChildDeath = () => this.#reapSoon();
  #reaping = false;

  constructor({ world, disk, self, programAt, refusalOf }: FakeProcessesOptions) {
    this.#world = world;
    this.#disk = disk;
    this.#self = self;
    this.#clock = processClock(world.clock, self);
    this.#programAt = programAt;
    this.#refusalOf = refusalOf;
    self.onChildDeath.add(this.#onChildDeath);
  }

  get ownPid(): number {
    return this.#self.pid;
  }

  spawn(spec: SpawnSpec): Child {
    if (!this.#self.isAlive) throw new SpawnError("start", "Cannot start anything: this process has ended");
    const { program, uid, standing, refusal } = this.#prepare(spec);
    const { descriptors, stdout, stderr } = this.#openStandard(spec);
    for (const [number, own] of Object.entries(spec.descriptors ?? {})) {
      descriptors.set(Number(number), this.#self.descriptors.get(own)!.share());
    }
    const { argv, cwd, group, listening } = spec;
    const env: Record<string, string> = { ...spec.env };
    const image = { argv, env, cwd, uid, standing };
    const process = this.#world.kernel.create(this.#self, image, descriptors);
    if (listening !== undefined) Object.assign(env, handSockets(listening, this.#self.descriptors, process));
    process.leadSession();
    if (group !== undefined && refusal === null) process.controlGroup = group;
    const exited = new Promise<ExitStatus>((resolve) => this.#waiting.set(process.pid, resolve));
    runProgram(this.#world, process, program);
    return {
      pid: process.pid,
      startTime: process.startTime,
      stdout,
      stderr,
      started: this.#self.loop.hear(Promise.resolve(refusal)),
      exited: this.#self.loop.hear(exited),
    };
  }

  /** The program to run, and its user. With privileges or limits there is a process already when it turns out that it cannot. */
  #prepare(
    spec: SpawnSpec,
  ): Changed & { readonly program: FakeProgram; readonly refusal: SpawnError | null } {
    const { privileges = null, group, isLimited = false } = spec;
    const before = { uid: this.#self.uid, standing: this.#self.standing };
    try {
      if (group !== undefined && !this.#world.groups.hasRoom(group)) {
        throw new SpawnError("start", `Cannot enter the control group ${group}`);
      }
      const after = privileges === null ? before : changed(before, privileges);
      return { ...after, program: this.#programOf(spec), refusal: null };
    } catch (error) {
      const isKnownAtOnce = privileges === null && !isLimited;
      if (isKnownAtOnce || !(error instanceof SpawnError)) throw error;
      return { ...before, program: (self) => self.exit(SHIM_FAILED), refusal: error };
    }
  }

  #programOf(spec: SpawnSpec): FakeProgram {
    const refusal = this.#refusalOf(spec.argv);
    if (refusal !== null) throw refusal;
    const program = this.#programAt(findFakeProgram(this.#disk, spec));
    if (program !== undefined) return program;
    throw new SpawnError("start", `Cannot start "${spec.argv[0]}": Not a program, and no #! line either`);
  }

  /** The body of a puppet cannot be left in its middle, so that this refuses alone. */
  become(spec: Become): never {
    this.#programOf({ ...spec, stdin: null, output: "inherit" });
    throw new SpawnError("start", `Cannot become "${spec.argv[0]}": a puppet stays what it is`);
  }

  whyNotStartable(spec: Pick<SpawnSpec, "argv" | "env" | "cwd">): SpawnError | null {
    try {
      findFakeProgram(this.#disk, spec);
      return null;
    } catch (error) {
      if (error instanceof SpawnError) return error;
      throw error;
    }
  }

  signal(target: ProcessId, signal: Signal): SignalResult {
    const process = this.#world.kernel.find(target.pid);
    if (process === undefined || process.startTime !== target.startTime || !this.#self.isAlive) return "gone";
    return this.#world.kernel.signal(process, signal, this.#self.uid);
  }

  whenEnded({ pid, startTime }: ProcessId, callback: () => void): () => void {
    const process = this.#world.kernel.find(pid);
    const isThere = process?.startTime === startTime && process.isAlive;
    let isStopped = false;
    const tell = () => this.#clock.turn(() => isStopped ? undefined : callback());
    if (isThere) process.onEnd.add(tell);
    else tell();
    return () => {
      isStopped = true;
      process?.onEnd.delete(tell);
    };
  }

  isStarted(pid: number): boolean {
    return this.#waiting.has(pid);
  }

  hasDied(child: ProcessId): boolean {
    return !this.#waiting.has(child.pid) || this.#world.kernel.find(child.pid)?.isAlive !== true;
  }

  signalGroup(child: ProcessId, signal: Signal): SignalResult {
    const process = this.#world.kernel.find(child.pid);
    if (process?.startTime !== child.startTime || !this.#self.isAlive) return "gone";
    return this.#world.kernel.signalGroup(child.pid, signal, this.#self.uid);
  }

  table(): readonly ProcessRow[] {
    return this.#world.kernel.all().map((process) => process.row());
  }

  pids(): readonly number[] {
    return this.#world.kernel.all().map((process) => process.pid);
  }

  childrenOf(pid: number): readonly number[] {
    const parent = this.#world.kernel.find(pid);
    return parent === undefined ? [] : this.#world.kernel.childrenOf(parent).map((child) => child.pid);
  }

  find(pid: number): ProcessRow | null {
    return this.#world.kernel.find(pid)?.row() ?? null;
  }

  leadersOf(pid: number): Leaders | null {
    const row = this.#world.kernel.find(pid)?.row();
    return row === undefined ? null : { session: row.session, group: row.group };
  }

  outputsOf(pid: number): readonly string[] {
    const process = this.#world.kernel.find(pid);
    if (process?.isAlive !== true) return [];
    const pipes = [1, 2].map((descriptor) => process.descriptors.get(descriptor)?.pipe ?? null);
    return pipes.flatMap((pipe) => pipe === null ? [] : [String(pipe)]);
  }

  variableOf(pid: number, name: string): string | null {
    const process = this.#world.kernel.find(pid);
    return process?.isAlive ? process.image.env[name] ?? null : null;
  }

  shownVariable(pid: number, name: string): string | null | undefined {
    const isShown = this.#world.kernel.find(pid)?.isAlive === true;
    return isShown ? this.variableOf(pid, name) : undefined;
  }

  environmentOf(pid: number): Readonly<Record<string, string>> | null {
    const process = this.#world.kernel.find(pid);
    return process?.isAlive ? { ...process.image.env } : null;
  }

  userOf(pid: number): number | null {
    return this.#world.kernel.find(pid)?.uid ?? null;
  }

  commandOf(pid: number): readonly string[] {
    const process = this.#world.kernel.find(pid);
    return process?.isAlive ? process.image.argv : [];
  }

  adoptOrphans(onReaped: (orphan: ReapedOrphan) => void, asks = true): boolean {
    this.#self.adoptsOrphans = asks;
    this.#onOrphan = onReaped;
    this.#reap();
    return this.#self.adoptsOrphans;
  }

  foretellDeaths(onDeath: (death: ReapedOrphan) => void): void {
    this.#onDeath = onDeath;
  }

  /** Nothing is refused here. */
  tellOfLacks(): void {}

  dieWithParent(parentPid: number, mode: DeathMode): boolean {
    const isTheParent = this.#self.row().parent === parentPid;
    if (isTheParent) this.#self.deathMode = mode;
    return isTheParent;
  }

  /** There are no terminals here. */
  /** A fake machine signals puppets alone: our own process is no one's target. */
  outlive(): void {}

  takeTerminalBack(): void {}

  stopAsJob(): void {}

  close(): void {
    this.#self.adoptsOrphans = false;
    this.#self.onChildDeath.delete(this.#onChildDeath);
  }

  #openStandard(spec: SpawnSpec) {
    const input = this.#openInput(spec.stdin);
    const [stdout, stderr] = [this.#openOutput(spec, "stdout"), this.#openOutput(spec, "stderr")];
    const descriptors = new DescriptorTable();
    descriptors.set(0, input);
    descriptors.set(1, stdout.file);
    descriptors.set(2, stderr.file);
    return { descriptors, stdout: stdout.source, stderr: stderr.source };
  }

  #openInput(path: string | null): OpenFile {
    if (path === null) return new OpenFile({});
    const entry = this.#disk.get(path);
    if (entry?.kind === "pipe") return openBothWays(entry.pipe);
    if (entry?.kind === "folder") throw new SpawnError("stdin", `Cannot read "${path}": it is a folder`);
    const content = this.#contentOf(path);
    if (content === null) throw new SpawnError("stdin", `Cannot read "${path}": No such file or directory`);
    let offset = 0;
    return new OpenFile({
      read() {
        const bytes = content.read(offset, Infinity);
        offset += bytes.length;
        return Promise.resolve(bytes.length === 0 ? null : bytes);
      },
    });
  }

  #openOutput({ output }: SpawnSpec, stream: "stdout" | "stderr") {
    if (output === "pipe") {
      const { reading, writing } = openFakePipe();
      return { file: writing, source: sourceOf(reading, this.#clock, () => reading.release()) };
    }
    if (typeof output === "object" && "pipes" in output) {
      const entry = this.#disk.get(output.pipes[stream]);
      if (entry?.kind !== "pipe") {
        throw new SpawnError("start", `Cannot write "${output.pipes[stream]}": ENOENT`);
      }
      return { file: entry.pipe.openWriting(true), source: null };
    }
    if (typeof output === "string") return { file: new OpenFile({}), source: null };
    const content = this.#contentOf(output.file) ?? new FileContent(new Uint8Array(0));
    this.#disk.put(output.file, { kind: "file", mode: 0o600, content });
    const write = (bytes: Uint8Array) => {
      content.append(bytes);
      return true;
    };
    return { file: new OpenFile({ write }), source: null };
  }

  #contentOf(path: string): FileContent | null {
    const entry = this.#disk.get(path);
    return entry?.kind === "file" ? entry.content : null;
  }

  /** One signal may stand for several deaths, and it is heard when the present code is through. */
  #reapSoon(): void {
    if (this.#reaping) return;
    this.#reaping = true;
    queueMicrotask(() => this.#self.loop.deliver(() => this.#reap()));
  }

  #reap(): void {
    this.#reaping = false;
    for (const child of this.#world.kernel.childrenOf(this.#self)) {
      if (child.isAlive) continue;
      const resolve = this.#waiting.get(child.pid);
      if (resolve === undefined && this.#onOrphan === null) continue;
      const row = child.row();
      const { controlGroup } = child;
      if (this.#onOrphan !== null) this.#onDeath?.({ row, status: child.status!, controlGroup });
      const status = this.#world.kernel.reap(child);
      this.#waiting.delete(child.pid);
      if (resolve !== undefined) resolve(status);
      else this.#onOrphan?.({ row, status, controlGroup });
    }
  }
}

/** A pipe with a name as the input of a process, which counts as one who writes to it. */
function openBothWays(pipe: FakePipe): OpenFile {
  const [reading, writing] = [pipe.openReading(), pipe.openWriting(true)];
  return new OpenFile({
    read: () => reading.read(),
    abort: () => reading.abort(),
    write: (bytes) => writing.write(bytes),
    closed() {
      reading.release();
      writing.release();
    },
  });
}
