import { ACTOR } from "../keys/actor.ts";
import type { Variables } from "../keys/env.ts";
import { TREE } from "../keys/supervisor.ts";
import type { ActorSpec, Location, NodeSpec, TreeSpec } from "../plan.ts";
import { replicaPath } from "../replica_path.ts";
import type { Span } from "../toml/source.ts";
import { valueOf } from "../values/key.ts";
import { type CommandContext, commandOf } from "./command.ts";
import type { Edge } from "./dependencies.ts";
import { hooksOf } from "./hooks.ts";
import { isAutostarted, isSignificant, type Lifetime } from "./lifetime.ts";
import { healthOf } from "./health.ts";
import { moduleOf } from "./module.ts";
import type { ActorNode, Node, TreeNode } from "./nodes.ts";
import {
  backoffOf,
  groupLimitsOf,
  intensityOf,
  logOf,
  onFailureOf,
  ownIntensityOf,
  stopOf,
  watchOf,
} from "./policies.ts";
import { privilegesOf } from "./privileges.ts";
import { readyOf } from "./ready.ts";
import { scheduleOf } from "./schedule.ts";
import type { SupervisorDeath } from "./supervisor_death.ts";

/** Facts about a node beside its declaration. */
export interface Findings {
  readonly lifetime: Lifetime;
  readonly edges: readonly Edge[];
  readonly environment: Variables;
  readonly supervisorDeath: SupervisorDeath;
}

/** Facts that specs need beside their node. */
export interface SpecContext extends CommandContext {
  /** All of them, by their numbers. */
  readonly nodes: readonly Node[];
  readonly locationOf: (at: Span) => Location;
}

/** The spec of a node, with all defaults filled in. */
export function specOf(node: Node, findings: Findings, context: SpecContext): NodeSpec {
  return node.kind === "actor" ? actorSpec(node, findings, context) : treeSpec(node, findings, context);
}

function childSpec(node: Node, { lifetime, edges }: Findings, { report, nodes, locationOf }: SpecContext) {
  const { at, fields } = node.declared;
  return {
    path: node.path,
    name: nameOf(node),
    parent: node.parent === null ? null : nodes[node.parent]!.path,
    at: locationOf(at),
    daemon: lifetime.isDaemon,
    significant: isSignificant(node),
    restart: lifetime.restart,
    backoff: backoffOf(fields, report),
    dependsOn: edges.map(({ on, condition }) => ({ on: nodes[on]!.path, condition })),
    autostart: isAutostarted(node),
    profiles: [...valueOf(fields.profiles, TREE.keys.profiles)],
  };
}

function nameOf({ declared }: Node): string {
  return declared.kind === "tree" ? declared.name : replicaPath(declared.name, declared.replica);
}

function actorSpec(node: ActorNode, findings: Findings, context: SpecContext): ActorSpec {
  const { fields } = node.declared;
  const { keys } = ACTOR;
  const { kind, argv } = commandOf(node, context);
  return {
    ...childSpec(node, findings, context),
    replica: node.declared.replica ?? 1,
    kind,
    argv,
    module: moduleOf(node, context.report),
    cwd: fields.cwd?.value ?? node.declared.dir,
    env: Object.fromEntries(findings.environment),
    inheritEnv: valueOf(fields.inherit_env, keys.inherit_env),
    stdin: valueOf(fields.stdin, keys.stdin),
    sockets: [...valueOf(fields.sockets, keys.sockets)],
    privileges: privilegesOf(node, context.report),
    cgroup: groupLimitsOf(fields),
    successExitCodes: [...valueOf(fields.success_exit_codes, keys.success_exit_codes)],
    successSignals: [...valueOf(fields.success_signals, keys.success_signals)],
    ...readyOf(node, context.report),
    health: healthOf(node, context.report),
    runTimeoutMs: valueOf(fields.run_timeout, keys.run_timeout),
    stop: stopOf(fields, kind, context.report),
    watch: watchOf(fields),
    hooks: hooksOf(fields, context.report),
    schedule: scheduleOf(node, findings.lifetime, context.report),
    log: logOf(fields),
    intensity: ownIntensityOf(fields),
  };
}

function treeSpec(node: TreeNode, findings: Findings, context: SpecContext): TreeSpec {
  const { fields } = node.declared;
  const { keys } = TREE;
  return {
    ...childSpec(node, findings, context),
    kind: "tree",
    children: node.children.map((child) => context.nodes[child]!.path),
    strategy: valueOf(fields.strategy, keys.strategy),
    intensity: intensityOf(fields),
    onFailure: onFailureOf(fields),
    autoShutdown: valueOf(fields.auto_shutdown, keys.auto_shutdown),
    shutdownMs: valueOf(fields.shutdown, keys.shutdown),
    onSupervisorDeath: findings.supervisorDeath,
    isolate: valueOf(fields.isolate, keys.isolate),
    start: valueOf(fields.start, keys.start),
    concurrency: valueOf(fields.concurrency, keys.concurrency),
  };
}
