/**
 * Watches every step of the core from outside, by the rules that users are told: what is seen are events, effects, and what
 * each node is said to be doing; what follows from that is found out here, slowly, with none of the core's own verdicts.
 */
import assert from "node:assert/strict";
import type { Instant } from "../../../lib/base/instant.ts";
import type { ActorSpec, NodeId } from "../../../lib/config/plan.ts";
import type { Calendar } from "../../../lib/supervision/calendar.ts";
import type { TreeEvent } from "../../../lib/supervision/event.ts";
import type { RunId, State } from "../../../lib/supervision/state.ts";
import type { Stepped } from "../../../lib/supervision/turn.ts";
import { auditChecks, auditQuestion } from "./checks.ts";
import { auditClosed, auditEnds } from "./ends.ts";
import { Family } from "./family.ts";
import { hear, hearRecord, lapse } from "./hear.ts";
import { Ledger } from "./ledger.ts";
import { Replies } from "./replies.ts";
import { Rollings } from "./rolling.ts";
import { auditSchedules } from "./schedules.ts";
import { auditStart, auditWaiting } from "./starts.ts";
import { Status } from "./status.ts";
import { auditAfterwards, auditCalledOff, auditKill, auditRuns, auditStop } from "./stops.ts";
import { auditTell, auditTells } from "./tells.ts";
import { auditOutcome, auditTrees } from "./tree_ends.ts";
import { auditChanges } from "./watching.ts";

/** A step, and what it began and ended with. */
export interface Scene {
  readonly ledger: Ledger;
  readonly before: State;
  readonly after: State;
  readonly event: TreeEvent;
  readonly now: Instant;
  readonly calendar: Calendar;
  readonly effects: Stepped["effects"];
  /** As of the beginning, and the end. */
  readonly known: Family;
  readonly family: Family;
  readonly was: Status;
  /** As of the beginning, with what the journal has said since. */
  readonly meanwhile: Status;
  readonly is: Status;
  /** The time by which stops are due: it stands still while a crash is held. */
  readonly stopTime: Instant;
}

/** See the module. */
export class Auditor {
  readonly #ledger = new Ledger();
  readonly #replies = new Replies();
  readonly #rollings = new Rollings();
  #family: Family | null = null;
  #familyOf: State["topology"] | null = null;

  /** Looks at a step; throws if it breaks a rule. */
  observe(
    before: State,
    event: TreeEvent,
    now: Instant,
    { state: after, effects }: Stepped,
    calendar: Calendar,
  ): void {
    if (before.outcome !== null) {
      return assert.ok(effects.every(({ type }) => type === "reply"), "something is done after the end");
    }
    const ledger = this.#ledger;
    const known = this.#familyAt(before);
    const family = this.#familyAt(after);
    const stopTime = after.holding?.since ?? now;
    const was = new Status(known, before);
    const meanwhile = new Status(family, before);
    const is = new Status(family, after);
    const scene: Scene = {
      ledger,
      before,
      after,
      event,
      now,
      calendar,
      effects,
      known,
      family,
      was,
      meanwhile,
      is,
      stopTime,
    };
    this.#replies.hear(scene);
    hear(scene);
    for (const effect of effects) this.#watch(scene, effect);
    lapse(scene);
    auditEnds(scene);
    this.#replies.audit(scene);
    this.#rollings.audit(scene);
    auditTells(scene);
    if (after.outcome !== null) return this.#auditEnd(scene);
    auditRuns(scene);
    auditTrees(scene);
    auditWaiting(scene);
    auditSchedules(scene);
    auditChecks(scene);
    auditChanges(scene);
  }

  #watch(scene: Scene, effect: Stepped["effects"][number]): void {
    const { ledger } = scene;
    switch (effect.type) {
      case "open_tree":
        return this.#openTree(scene, effect.node, effect.parent);
      case "close_tree":
        return this.#closeTree(scene, effect.node);
      case "hook":
        if (effect.hook === "pre_start") return this.#begin(scene, effect);
        if (effect.hook === "pre_stop") return auditStop(scene, effect.node, effect.run, "pre_stop");
        return effect.hook === "post_stop" ? auditAfterwards(scene, effect) : undefined;
      case "end_hook":
        return auditCalledOff(scene, effect.node, effect.run);
      case "spawn":
        // One that had to wait for a hook has begun with that.
        if (ledger.run(effect.node, effect.run) === undefined) this.#begin(scene, effect);
        else {assert.deepEqual(
            ledger.runs.get(effect.node)!.wishes,
            [],
            `"${effect.node}" is spawned, and is to stop`,
          );}
        return;
      case "close_run": {
        const run = ledger.run(effect.node, effect.run);
        assert.ok(run !== undefined, `a run of "${effect.node}" is closed twice`);
        ledger.runs.delete(effect.node);
        ledger.closed.set(effect.node, run);
        return;
      }
      case "abort_spawn":
      case "stop_command":
      case "cancel":
      case "signal":
        return auditStop(scene, effect.node, effect.run, effect.type);
      case "probe":
        return auditQuestion(scene, effect);
      case "tell":
        return auditTell(scene, effect);
      case "kill_all":
        return auditKill(scene, effect.node, effect.run);
      case "record":
        this.#rollings.hear(scene, effect.entry);
        return hearRecord(scene, effect.entry);
    }
  }

  #begin(scene: Scene, { node, run, spec }: { node: NodeId; run: RunId; spec: ActorSpec }): void {
    const { ledger, now } = scene;
    auditStart(scene, node);
    assert.ok(!ledger.runs.has(node), `"${node}" has two runs at once`);
    assert.equal(spec.path, node);
    ledger.spawned(node, run, spec, now);
    ledger.skipping.delete(node);
    this.#rollings.spawned(node, run);
  }

  /** A tree is opened before anything is done in it, after its parent, once, and closed once when it is empty. */
  #openTree(scene: Scene, id: NodeId, parent: NodeId | null): void {
    const { openTrees } = this.#ledger;
    assert.ok(!openTrees.has(id), `tree "${id}" is opened twice`);
    assert.ok(parent === null || openTrees.has(parent), `tree "${id}" is opened in a closed one`);
    if (scene.event.type !== "resumed" && parent !== null) auditStart(scene, id);
    openTrees.add(id);
  }

  #closeTree(scene: Scene, id: NodeId): void {
    const { openTrees, runs, deadlines, treeWishes } = this.#ledger;
    assert.ok(openTrees.delete(id), `tree "${id}" is closed without being open`);
    const isInside = (other: NodeId) => id === "" || other.startsWith(`${id}/`);
    const inside = [...openTrees, ...runs.keys()].filter(isInside);
    assert.deepEqual(inside, [], `tree "${id}" is closed around what is open`);
    auditClosed(scene, id);
    deadlines.delete(id);
    treeWishes.delete(id);
  }

  #auditEnd(scene: Scene): void {
    auditOutcome(scene);
    assert.deepEqual([...this.#ledger.openTrees], [], "a tree is open after the end");
    assert.deepEqual([...this.#ledger.runs.keys()], [], "a run is open after the end");
  }

  #familyAt(state: State): Family {
    if (this.#familyOf !== state.topology) {
      this.#family = new Family(state);
      this.#familyOf = state.topology;
    }
    return this.#family!;
  }
}
