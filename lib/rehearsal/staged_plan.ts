/**
 * A plan for the stage: puppets play the processes of its actors, and nothing of the machine of its user is needed. All that
 * decisions are made by stays as it is. PURE.
 *
 * 1. Commands are those of the stage (`puppet_commands.ts`).
 * 2. A check of health is told apart from others by what it asks, and so is a probe that does not ask the actor at a port of
 *    its own: addresses are those of the stage there (`stage_address.ts`).
 * 3. There are no users, limits, sockets, watched files, alerts and secrets, and logs are of the tree's own.
 * 4. Actors of a tree with `isolate` are children of the supervisor: who is whose child is not for the script to say.
 */
import { describeProbe } from "../config/describe_probe.ts";
import type { ActorSpec, Health, HookName, LogSpec, NodeId, Plan, Probe, Ready } from "../config/plan.ts";
import { portOf } from "../simulation/ports.ts";
import { actorCommand, checkCommand, hookCommand, probeCommand, stopCommand } from "./puppet_commands.ts";
import { addressOn, type StageQuestion } from "./stage_address.ts";

/** See the module. */
export interface StagedPlan {
  readonly plan: Plan;
  /** A text that a decision on the stage gives as a reason, as it would be off the stage. */
  readonly unstaged: (text: string) => string;
}

/** See the module. */
export function stagedPlan(plan: Plan): StagedPlan {
  const names: (readonly [string, string])[] = [];
  const staged = plan.nodes.map((node) => {
    if (node.kind === "tree") return { ...node, isolate: false };
    const acted = stagedActor(node);
    for (const question of ["ready", "health"] as const) {
      const own = acted[question]?.probe ?? null;
      const other = node[question]?.probe ?? null;
      if (own === null || other === null || own === other) continue;
      names.push([`${describeProbe(own)}:`, `${describeProbe(other)}:`]);
    }
    return acted;
  });
  return {
    plan: { ...plan, alerts: [], nodes: staged },
    unstaged: (text) => names.reduce((said, [own, other]) => said.replaceAll(own, other), text),
  };
}

function stagedActor(node: ActorSpec): ActorSpec {
  const { path, ready, health, hooks, stop } = node;
  return {
    ...node,
    argv: actorCommand(path),
    cwd: "/",
    env: {},
    stdin: null,
    sockets: [],
    privileges: null,
    cgroup: null,
    watch: null,
    log: OWN_LOG,
    ready: ready === null ? null : stagedReady(node, ready),
    health: health === null ? null : stagedHealth(path, health),
    stop: stop.command === null ? stop : { ...stop, command: stopCommand(path) },
    hooks: hooks === null ? null : {
      ...hooks,
      commands: Object.fromEntries(
        (Object.keys(hooks.commands) as HookName[]).map((hook) => [hook, hookCommand(path, hook)]),
      ),
    },
  };
}

const OWN_LOG: LogSpec = {
  to: "file",
  file: null,
  format: "raw",
  maxBytes: 2 ** 20,
  keep: 0,
  maxAgeMs: null,
  compress: false,
};

function stagedReady(spec: ActorSpec, ready: Ready): Ready {
  const { path } = spec;
  if (ready.probe.type === "exec") return { ...ready, probe: { type: "exec", argv: probeCommand(path) } };
  return portOf(spec) === null
    ? { ...ready, probe: askedOnStage(ready.probe, { about: "readiness", path }) }
    : ready;
}

function stagedHealth(path: NodeId, health: Health): Health {
  const { probe } = health;
  if (probe === null) return health;
  if (probe.type === "exec") return { ...health, probe: { type: "exec", argv: checkCommand(path) } };
  return { ...health, probe: askedOnStage(probe, { about: "health", path }) };
}

/** Others wait for what comes by itself, or look at a file. */
function askedOnStage<Asked extends Probe>(probe: Asked, question: StageQuestion): Asked {
  const host = addressOn(question);
  if (probe.type === "tcp") return { ...probe, host };
  return probe.type === "http" ? { ...probe, url: `http://${host}/` } : probe;
}
