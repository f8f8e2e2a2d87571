/** The answers of simulated processes about themselves: to probes, to checks of health, and to watchdogs. PURE. */
import { after, earliest, type Instant, instant, NEVER } from "../base/instant.ts";
import type { NodeId, Probe } from "../config/plan.ts";
import type { RunEffect } from "../supervision/effect.ts";
import type { ProbeAnswer, TreeEvent } from "../supervision/event.ts";
import type { ActorState } from "../supervision/state.ts";
import { isUnhealthyAt } from "./behaviour.ts";
import type { Ports } from "./ports.ts";
import type { Puppet } from "./puppet.ts";
import { asRecorded } from "./recorded/on_course.ts";
import { answerTo, lastAnswer, wordsOf } from "./recorded/recorded_health.ts";
import type { RecordedRun } from "./recorded/recorded_run.ts";
import { absence, illness, notReady } from "./refusals.ts";

/** The tree that is answered to. */
export interface AnsweredTree {
  readonly now: () => Instant;
  /** When the present supervisor came, if there was one before. */
  readonly cameAt: () => Instant;
  readonly ports: Ports;
  /** Whether each check of health is answered for itself, which costs more and comes to the same. */
  readonly answersAll: boolean;
  /** The end of what was recorded, in milliseconds; 0 for nothing. */
  readonly recordedToMs: number;
  readonly actor: (id: NodeId) => ActorState;
  readonly send: (event: TreeEvent) => void;
  /** Calls back at a time, if the process is alive then; at once if it has come. */
  readonly whileAlive: (puppet: Puppet, at: Instant, callback: () => void) => void;
}

/** See the module. */
export class Answers {
  readonly #tree: AnsweredTree;

  constructor(tree: AnsweredTree) {
    this.#tree = tree;
  }

  /** A process with a watchdog is heard as it was. */
  tellHealth(puppet: Puppet, recorded: RecordedRun): void {
    const watchdogMs = puppet.spec.health?.watchdogMs ?? null;
    if (watchdogMs === null) return;
    const { node, run } = puppet;
    for (const { atMs, told } of wordsOf(recorded, watchdogMs, this.#tree.recordedToMs)) {
      this.#tree.whileAlive(puppet, instant(atMs), () => this.#tree.send({ type: "told", node, run, told }));
    }
  }

  /** A process with a watchdog says that it works, as often as one should: twice in its time. */
  feedWatchdog(puppet: Puppet): void {
    const watchdogMs = puppet.spec.health?.watchdogMs ?? null;
    if (watchdogMs === null) return;
    const { node, run } = puppet;
    const feed = () => {
      const age = this.#tree.now() - puppet.since;
      if (age >= puppet.behaviour.hangMs) return;
      if (!isUnhealthyAt(puppet.behaviour, age)) {
        this.#tree.send({ type: "told", node, run, told: { is: "alive" } });
      }
      this.#tree.whileAlive(puppet, after(this.#tree.now(), watchdogMs / 2), feed);
    };
    this.#tree.whileAlive(puppet, after(puppet.since, watchdogMs / 2), feed);
  }

  ask(puppet: Puppet, { attempt, probe, timeoutMs }: Extract<RunEffect, { type: "probe" }>): void {
    const { node, run, behaviour, since } = puppet;
    const answer = (answer: ProbeAnswer) => this.#tree.send({ type: "probed", node, run, attempt, answer });
    const age = this.#tree.now() - since;
    const giveUpAt = after(this.#tree.now(), timeoutMs);
    const isSilent = age >= behaviour.hangMs && !LASTING.has(probe.type);
    const { phase } = this.#tree.actor(node);
    const { recorded } = behaviour;
    // A supervisor that has just come is about to be told of its end.
    if (recorded === null && puppet.exit !== null && !LASTING.has(probe.type)) return;
    if (phase.at === "running" && recorded !== null) return this.#checkRecorded(puppet, recorded, answer);
    const giveUp = () => this.#tree.whileAlive(puppet, giveUpAt, () => answer({ says: "nothing" }));
    if (phase.at === "running") return isSilent ? giveUp() : this.#check(puppet, answer);
    if (puppet.port !== null && recorded === null) {
      if (!this.#tree.ports.isTaken(puppet.port)) return answer(notReady(probe, absence(probe)));
      // The machine takes the connection to a port that somebody listens at, whatever that one does.
      return isSilent && probe.type !== "tcp" ? giveUp() : answer({ says: "ready" });
    }
    if (!isSilent && this.#isReady(puppet, probe)) return answer({ says: "ready" });
    const readyMs = behaviour.readyMs < behaviour.hangMs ? behaviour.readyMs : Infinity;
    const readyAt = asRecorded(after(since, readyMs), recorded?.readyAt ?? null);
    const error = recorded === null ? null : lastAnswer(recorded, probe);
    if (error !== null) return answer({ says: "not_ready", why: error });
    const waits = isSilent || recorded !== null || AWAITED.has(probe.type);
    if (!waits) return answer(notReady(probe, absence(probe)));
    const isToCome = recorded !== null || readyAt >= this.#tree.now();
    const comes = isToCome && readyAt <= giveUpAt && !isSilent;
    this.#tree.whileAlive(
      puppet,
      comes ? readyAt : giveUpAt,
      () => answer({ says: comes ? "ready" : "nothing" }),
    );
  }

  /** A check of a run that was recorded is answered so that its health changes when it did. */
  #checkRecorded(puppet: Puppet, { health }: RecordedRun, answer: (answer: ProbeAnswer) => void): void {
    const { phase } = this.#tree.actor(puppet.node);
    const failures = phase.at === "running" ? phase.health?.failures ?? 0 : 0;
    const index = puppet.healthChanges;
    const next = answerTo(health[index], failures, puppet.spec.health!);
    if (next === null) return;
    this.#tree.whileAlive(puppet, instant(next.atMs), () => {
      if (next.isNews) puppet.healthChanges = Math.max(puppet.healthChanges, index + 1);
      answer(next.answer);
    });
  }

  /** Answers a check of health: at once, or late where all checks until then come to the same. */
  #check(puppet: Puppet, answer: (answer: ProbeAnswer) => void): void {
    const { behaviour, since, asks, spec } = puppet;
    const probe = spec.health!.probe!;
    if (isUnhealthyAt(behaviour, this.#tree.now() - since)) return answer(notReady(probe, illness(probe)));
    if (asks !== null && !this.#tree.ports.isTaken(asks)) return answer(notReady(probe, absence(probe)));
    const { phase } = this.#tree.actor(puppet.node);
    const isKnownWell = phase.at === "running" && phase.health?.healthy === true;
    if (this.#tree.answersAll || !isKnownWell) return answer({ says: "ready" });
    const askedAt = this.#tree.now();
    let isAnswered = false;
    this.#tree.whileAlive(puppet, this.#lastGoodCheck(puppet), () => {
      if (isAnswered) return;
      isAnswered = true;
      answer({ says: "ready" });
    });
    if (asks === null) return;
    this.#tree.ports.onceLeft(asks, () => {
      const { intervalMs } = spec.health!;
      const checks = Math.ceil((this.#tree.now() - askedAt) / intervalMs);
      this.#tree.whileAlive(puppet, after(askedAt, checks * intervalMs), () => {
        if (isAnswered) return;
        isAnswered = true;
        this.#check(puppet, answer);
      });
    });
  }

  /**
   * When the last check from now on is due that is sure to find a healthy process well. Whether it is answered then alone, or
   * each before it in its time, comes to the same: checks of what is well change nothing.
   */
  #lastGoodCheck({ spec, since, behaviour: { hangMs, unhealthy } }: Puppet): Instant {
    const age = this.#tree.now() - since;
    const illAt = Math.min(hangMs, ...unhealthy.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > age));
    if (illAt === Infinity) return NEVER;
    const { intervalMs } = spec.health!;
    return after(this.#tree.now(), (Math.ceil((illAt - age) / intervalMs) - 1) * intervalMs);
  }

  #isReady({ since, endedAt, behaviour: { readyMs, hangMs, recorded } }: Puppet, probe: Probe): boolean {
    if (recorded !== null) {
      return recorded.readyAt !== null &&
        this.#tree.now() >= asRecorded(after(since, readyMs), recorded.readyAt);
    }
    const readyAt = after(since, readyMs);
    // News that comes while there is no supervisor is lost.
    const isLost = TOLD.has(probe.type) && readyAt < this.#tree.cameAt();
    return readyMs < hangMs && !isLost && earliest(this.#tree.now(), endedAt) >= readyAt;
  }
}

/** Probes that ask for what is there whatever becomes of the process that has made it. */
const LASTING: ReadonlySet<Probe["type"]> = new Set(["file", "log"]);

/** Probes that wait for a word of the process to its supervisor. */
const TOLD: ReadonlySet<Probe["type"]> = new Set(["module", "notify"]);

/** Probes that wait for what comes by itself. */
const AWAITED: ReadonlySet<Probe["type"]> = new Set(["log", "module", "notify"]);
