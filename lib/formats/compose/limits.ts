/** Limits: of memory, processors and processes together, and of each process. */
import { RESOURCES } from "../../base/resource_limits.ts";
import { formatSize } from "../../base/size.ts";
import type { DraftValue } from "../draft.ts";
import { integerOf, mapOf, reject, valueOf } from "../document/access.ts";
import { type Entry, isNothing, type MapNode, type Node, type Placed } from "../document/node.ts";
import { dockerBytes } from "../units.ts";
import { type ServiceContext, toKey } from "./service.ts";

type Limit = readonly [key: string, value: DraftValue | null];

/** Sets a limit of the group from a key of the service. @param name What the finding calls the key. */
export function setGroupLimit(context: ServiceContext, entry: Entry, name = entry.key): void {
  if (isNothing(entry.value)) return;
  const [key, value] = groupLimit(entry, context);
  if (value === null) return context.findings.kept(entry, name, "no limit");
  addLimit(context, key, value);
  context.findings.kept(entry, name, toKey(context, `cgroup.${key}`));
}

function groupLimit(entry: Entry, context: ServiceContext): Limit {
  const text = context.project.variables.now(entry.value, `\`${entry.key}\``);
  switch (entry.key) {
    case "mem_limit":
    case "memory":
      return ["memory_max", memory(text, entry)];
    case "cpus":
      return ["cpu_max", share(text, entry)];
    default:
      return ["pids_max", processes(text, entry)];
  }
}

function memory(text: string, at: Placed): string | null {
  const bytes = dockerBytes(text) ??
    reject(at, `${JSON.stringify(text)} is no size`, "write it as 512m or 1g");
  return bytes === 0 ? null : formatSize(bytes);
}

function share(text: string, at: Placed): string | null {
  const processors = Number(text);
  if (text.trim() === "" || !(processors >= 0)) {
    reject(at, `${JSON.stringify(text)} is no number of processors`);
  }
  return processors === 0 ? null : `${Number((processors * 100).toFixed(2))}%`;
}

function processes(text: string, at: Placed): number | null {
  const count = Number(text);
  if (!Number.isInteger(count)) reject(at, `${JSON.stringify(text)} is no number of processes`);
  return count <= 0 ? null : count;
}

function addLimit({ actor }: ServiceContext, key: string, value: DraftValue): void {
  const known = actor.keys.get("cgroup");
  actor.keys.set("cgroup", { ...(known as Record<string, DraftValue> | undefined), [key]: value });
}

/** `deploy.resources`. */
export function setResources(context: ServiceContext, resources: Entry): void {
  for (const group of mapOf(resources.value, "`resources`").entries.values()) {
    const name = `deploy.resources.${group.key}`;
    if (group.key !== "limits") {
      context.findings.lost(group, name, "nothing is reserved");
    } else if (!isNothing(group.value)) {
      for (const entry of mapOf(group.value, "`limits`").entries.values()) {
        const whole = `${name}.${entry.key}`;
        if (entry.key === "devices") {
          context.findings.lost(entry, whole, "an actor sees the devices of this machine");
        } else {
          setGroupLimit(context, entry, whole);
        }
      }
    }
  }
}

/** `ulimits`. */
export function setUlimits(context: ServiceContext, entry: Entry): void {
  const limits: Record<string, DraftValue> = {};
  for (const { key, value, file, line } of mapOf(entry.value, "`ulimits`").entries.values()) {
    const name = key.toLowerCase();
    if (!RESOURCES.some((known) => known === name)) {
      context.findings.lost({ file, line }, `ulimits.${key}`, "the kernel has no such limit of a process");
    } else {
      limits[name] = value.kind === "map" ? pair(value) : bound(value);
    }
  }
  if (Object.keys(limits).length === 0) return;
  context.actor.keys.set("limits", limits);
  context.findings.kept(entry, "ulimits", toKey(context, "limits"));
}

function pair(map: MapNode): DraftValue {
  const entries = ["soft", "hard"].flatMap((key): [string, DraftValue][] => {
    const value = valueOf(map, key);
    return value === null ? [] : [[key, bound(value)]];
  });
  return Object.fromEntries(entries);
}

function bound(value: Node): DraftValue {
  const number = integerOf(value, "a limit of `ulimits`", -1);
  return number === -1 ? "unlimited" : number;
}
