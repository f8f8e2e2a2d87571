/** The limits of an actor as the kernel takes them, and what is said of those that it does not keep. */
import { type LimitKey, limitText } from "../../config/describe_group_limits.ts";
import type { GroupLimits, Plan } from "../../config/plan.ts";
import type { Controller, GroupLimit, Lack } from "../../host/ports/control_groups.ts";

/** A limit, and how the file has it. */
export interface ActorLimit {
  readonly key: LimitKey;
  /** `memory_max = "64MiB"`. */
  readonly text: string;
  readonly limit: GroupLimit;
}

/** A limit that is not kept, and why. */
export interface Unkept extends ActorLimit {
  readonly lack: Lack;
}

/** The limits that an actor has. */
export function limitsIn(limits: GroupLimits): readonly ActorLimit[] {
  const { memoryMaxBytes: bytes, cpuMaxPercent: percent, pidsMax: count } = limits;
  const named = (key: LimitKey, limit: GroupLimit): ActorLimit => {
    const value = limitText(limits, key)!;
    return { key, text: `${key} = ${key === "pids_max" ? value : JSON.stringify(value)}`, limit };
  };
  return [
    ...(bytes === null ? [] : [named("memory_max", { on: "memory", bytes })]),
    ...(percent === null ? [] : [named("cpu_max", { on: "cpu", percent })]),
    ...(count === null ? [] : [named("pids_max", { on: "pids", count })]),
  ];
}

/** The controllers that it takes to keep all limits of a plan. */
export function controllersFor(plan: Plan): readonly Controller[] {
  const used = plan.nodes.flatMap((node) =>
    node.kind === "tree" || node.cgroup === null ? [] : limitsIn(node.cgroup).map(({ limit }) => limit.on)
  );
  return [...new Set(used)];
}

/** The limits that are not kept and the reasons, in one line. */
export function describeUnkept(unkept: readonly Unkept[]): string {
  return byLack(unkept).map(({ texts, lack: { why, hint } }) => `${texts}: ${why} (${hint})`).join("; ");
}

/** Limits with the same reason stand together. */
export function byLack(
  unkept: readonly Unkept[],
): readonly { readonly texts: string; readonly lack: Lack }[] {
  const alike = Map.groupBy(unkept, ({ lack }) => JSON.stringify([lack.why, lack.hint]));
  return [...alike.values()].map((limits) => ({
    texts: limits.map(({ text }) => text).join(", "),
    lack: limits[0]!.lack,
  }));
}
