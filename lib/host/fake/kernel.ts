/**
 * The part of a kernel that knows processes: who is whose child, who hears which signal, who is a zombie and whose orphan.
 *
 * Invariants:
 * 1. A process stays in the table until its parent has reaped it.
 * 2. When a process dies, its children become those of the nearest process above that adopts orphans, else of the first
 *    process, which reaps them at once; those that are to end with it do.
 * 3. Once a process has ended, nothing reaches its code any more.
 */
import { after } from "../../base/instant.ts";
import { invariant } from "../../base/invariant.ts";
import type { Signal } from "../../base/signals.ts";
import type { Clock } from "../../scope/clock.ts";
import type { ExitStatus, SignalResult } from "../ports/processes.ts";
import type { DescriptorTable } from "./descriptor_table.ts";
import { FakeProcess, type ProcessImage } from "./fake_process.ts";

const FIRST_PID = 1_000;
const TICK_MS = 10;
/** From the death of a parent to that of a child which dies with grace. */
const GRACE_MS = 3_000;
const INIT: ProcessImage = { argv: ["/sbin/init"], env: {}, cwd: "/", uid: 0 };

/** Signals that do nothing unless somebody wants them. */
const HARMLESS: ReadonlySet<Signal> = new Set<Signal>(["SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH"]);

/** See the module. */
export class Kernel {
  readonly #clock: Clock;
  readonly #table = new Map<number, FakeProcess>();
  readonly #init: FakeProcess;
  /** The number that the next process gets, if it is free. */
  nextPid: number = FIRST_PID;
  /** Told of each new process. */
  onCreate: (process: FakeProcess) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#init = new FakeProcess({ pid: 1, startTime: 0, image: INIT, parent: null });
    this.#init.onChildDeath.add(() => {
      for (const child of this.childrenOf(this.#init)) if (!child.isAlive) this.reap(child);
    });
    this.#table.set(1, this.#init);
  }

  /** Adds a process; the child of the first one if `parent` is null. */
  create(parent: FakeProcess | null, image: ProcessImage, descriptors?: DescriptorTable): FakeProcess {
    while (this.#table.has(this.nextPid)) this.nextPid += 1;
    const process = new FakeProcess({
      pid: this.nextPid++,
      startTime: Math.floor(this.#clock.now() / TICK_MS),
      image,
      parent: parent ?? this.#init,
      ...(descriptors === undefined ? {} : { descriptors }),
    });
    this.#table.set(process.pid, process);
    this.onCreate(process);
    return process;
  }

  find(pid: number): FakeProcess | undefined {
    return this.#table.get(pid);
  }

  all(): readonly FakeProcess[] {
    return [...this.#table.values()];
  }

  childrenOf(parent: FakeProcess): readonly FakeProcess[] {
    return this.all().filter((process) => process.parent === parent);
  }

  /** Ends a process; it is a zombie until it is reaped. */
  end(process: FakeProcess, status: ExitStatus): void {
    if (!process.isAlive) return;
    process.state = "Z";
    process.status = status;
    process.loop.stop();
    for (const undo of process.onEnd) undo();
    process.onEnd.clear();
    process.descriptors.closeAll();
    this.#giveAwayChildren(process);
    process.parent?.childDied();
  }

  /** Takes a zombie out of the table and says how it ended. */
  reap(process: FakeProcess): ExitStatus {
    invariant(process.status !== null, "only what has ended is reaped");
    this.#table.delete(process.pid);
    return process.status;
  }

  /** Sends a signal on behalf of a user. */
  signal(target: FakeProcess, signal: Signal, byUid: number): SignalResult {
    if (byUid !== 0 && byUid !== target.uid) return "refused";
    if (target.isAlive) this.#deliver(target, signal);
    return "sent";
  }

  /** Sends a signal to a process group. */
  signalGroup(group: number, signal: Signal, byUid: number): SignalResult {
    const members = this.all().filter((process) => process.group === group);
    const results = members.map((process) => this.signal(process, signal, byUid));
    return results.length === 0 ? "gone" : results.includes("sent") ? "sent" : "refused";
  }

  #deliver(target: FakeProcess, signal: Signal): void {
    if (target.state === "D") return void target.pending.push(signal);
    if (signal === "SIGKILL") return this.end(target, { how: "signalled", signal });
    if (signal === "SIGSTOP") return this.#stop(target);
    if (signal === "SIGCONT" && target.state === "T") {
      target.state = "S";
      target.loop.release();
      for (const waiting of target.pending.splice(0)) if (target.isAlive) this.#deliver(target, waiting);
    } else if (target.state === "T") return void target.pending.push(signal);
    const disposition = target.dispositions.get(signal);
    if (typeof disposition === "function") target.loop.deliver(disposition);
    else if (disposition !== "ignored" && !HARMLESS.has(signal)) {
      this.end(target, { how: "signalled", signal });
    }
  }

  #stop(target: FakeProcess): void {
    if (target.state === "T") return;
    target.state = "T";
    target.loop.hold();
  }

  #giveAwayChildren(process: FakeProcess): void {
    const children = this.childrenOf(process);
    if (children.length === 0) return;
    let adopter = process.parent;
    while (adopter !== null && !(adopter.adoptsOrphans && adopter.isAlive)) adopter = adopter.parent;
    const parent = adopter ?? this.#init;
    for (const child of children) child.parent = parent;
    if (children.some((child) => !child.isAlive)) parent.childDied();
    for (const child of children) this.#endWithParent(child);
  }

  #endWithParent(child: FakeProcess): void {
    if (child.deathMode === null || !child.isAlive) return;
    if (child.deathMode === "kill") return this.#deliver(child, "SIGKILL");
    const at = after(this.#clock.now(), GRACE_MS);
    child.onEnd.add(this.#clock.schedule(at, () => this.#deliver(child, "SIGALRM")));
  }
}
