/**
 * One run, as the performer of effects knows it: what the run tells becomes events, and its lines go to the log and to a log
 * probe that waits for one of them.
 */
import type { ActorSpec, NodeId } from "../config/plan.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { CancelScope } from "../scope/cancel_scope.ts";
import type { ActorError } from "../supervision/actor_error.ts";
import type { RunEffect } from "../supervision/effect.ts";
import type { TreeEvent } from "../supervision/event.ts";
import type { Exit } from "../supervision/exit.ts";
import type { Told } from "../supervision/run_word.ts";
import type { RunId } from "../supervision/state.ts";
import type { Recorder } from "./journal/recorder.ts";
import type { Unkept } from "./limits/actor_limits.ts";
import type { LineHearer } from "./logs/line_encoder.ts";
import type { LogStream } from "./logs/log_format.ts";
import type { StreamLog } from "./logs/stream_log.ts";
import type { MemberReports } from "./run/membership.ts";
import { isAwaitedLine, type LinePattern } from "./run/ready_patterns.ts";
import type { ActorRun, RunReports } from "./run/run.ts";
import type { OutputSink } from "./run/run_output.ts";
import type { Survival } from "./survival/survival.ts";

/** Where what is told goes; the same for all runs. */
export interface Hearers {
  readonly post: (event: TreeEvent) => void;
  readonly recorder: Recorder;
  /** Null if nothing of the tree is to outlive its supervisor. */
  readonly survival: Survival | null;
  /** Told which limits an actor runs without. */
  readonly onUnlimited: (spec: ActorSpec, limits: readonly Unkept[]) => void;
}

/** The effects that make a run. */
export type Begun = Extract<RunEffect, { type: "spawn" | "adopt" }>;

/** See the module. */
export class PerformedRun implements RunReports, MemberReports, OutputSink, LineHearer {
  readonly #hearers: Hearers;
  readonly #spec: ActorSpec;
  readonly #number: RunId;
  readonly #survives: boolean;
  /** Set as soon as it is made. */
  run!: ActorRun;
  /** The pattern that its log probe waits for, and in which attempt; null if the probe waits for nothing. */
  awaited: { readonly pattern: LinePattern; readonly attempt: number } | null = null;
  /** The attempt that waits until it says itself that it is ready; null for none. */
  #awaitsWord: number | null = null;
  #hasSpoken = false;
  /** Its probes that have got no answer yet. */
  readonly probing: Set<CancelScope> = new Set();

  /** When it began, in microseconds since 1970, as lines are stamped. */
  readonly since: number;

  /**
   * @param survives Whether it is to outlive the supervisor.
   * @param since When it began, in milliseconds since 1970.
   */
  constructor(hearers: Hearers, { spec, run, survives }: Begun, since: number) {
    this.#hearers = hearers;
    this.#spec = spec;
    this.#number = run;
    this.#survives = survives;
    this.since = Math.floor(since * 1_000);
  }

  started({ pid, startTime }: ProcessId, fileBefore: string | null): void {
    const { survival } = this.#hearers;
    const survives = this.#survives;
    survival?.started({ run: this.#number, pid, startTime, fileBefore, survives }, this.#spec);
  }

  made(): void {
    this.#hearers.post({ type: "made", ...this.#about });
  }

  spawned(pid: number): void {
    this.#hearers.post({ type: "spawned", ...this.#about, pid });
  }

  lacked(message: string, isLasting: boolean): void {
    this.#hearers.post({ type: "lacked", ...this.#about, message, isLasting });
  }

  spawnFailed(message: string, isFinal: boolean): void {
    this.#hearers.post({ type: "spawn_failed", ...this.#about, message, isFinal });
  }

  exited(exit: Exit, error: ActorError | null): void {
    this.#hearers.post({ type: "exited", ...this.#about, exit, error });
  }

  unlimited(limits: readonly Unkept[]): void {
    this.#hearers.onUnlimited(this.#spec, limits);
  }

  told(told: Told): void {
    this.#hearers.post({ type: "told", ...this.#about, told });
    if (told.is === "ready") this.loaded();
  }

  /** Takes a word that has come to its address. Which process is the main one is only told when that is proven. */
  said(told: Told): void {
    if (told.is === "main") this.run.follow(told.pid);
    else this.told(told);
  }

  joined(): void {
    this.#hearers.post({ type: "joined", ...this.#about });
  }

  parted(): void {
    this.#hearers.post({ type: "parted", ...this.#about });
  }

  loaded(): void {
    this.#hasSpoken = true;
    if (this.#awaitsWord !== null) this.#foundReady(this.#awaitsWord);
  }

  open(stream: "stdout" | "stderr"): StreamLog {
    const { recorder } = this.#hearers;
    return recorder.open(
      this.#spec.path,
      stream,
      () => recorder.isHeard || this.awaited !== null ? this : null,
    );
  }

  whenRoom(callback: () => void): boolean {
    return this.#hearers.recorder.whenRoom(this.#spec.path, callback);
  }

  line(stream: LogStream, at: number, bytes: Uint8Array, cut: boolean): void {
    this.#hearers.recorder.tellLine(this.#spec.path, stream, at, { bytes, cut });
    this.#look(bytes);
  }

  partial(bytes: Uint8Array): void {
    this.#look(bytes);
  }

  /** Waits for nothing from now on. */
  awaitNothing(): void {
    this.awaited = null;
    this.#awaitsWord = null;
  }

  /** Waits until it says itself that it is ready, which may have come before somebody wanted to know. */
  awaitWord(attempt: number): void {
    this.#awaitsWord = attempt;
    if (this.#hasSpoken) this.#foundReady(attempt);
  }

  get #about(): { readonly node: NodeId; readonly run: RunId } {
    return { node: this.#spec.path, run: this.#number };
  }

  /** Looks whether a line, or what has come of one, is that which a log probe waits for. */
  #look(bytes: Uint8Array): void {
    if (this.awaited === null) return;
    const { pattern, attempt } = this.awaited;
    if (isAwaitedLine(pattern, new TextDecoder().decode(bytes))) this.foundLine(attempt);
  }

  /** The line of its log probe was found; nothing if that waits for another one, or for none. */
  foundLine(attempt: number): void {
    if (this.awaited?.attempt !== attempt) return;
    this.awaited = null;
    this.#foundReady(attempt);
  }

  #foundReady(attempt: number): void {
    this.#hearers.post({ type: "probed", ...this.#about, attempt, answer: { says: "ready" } });
  }
}
