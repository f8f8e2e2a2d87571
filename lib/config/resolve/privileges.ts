import { ACTOR } from "../keys/actor.ts";
import type { PrivilegesSpec } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import type { ActorNode } from "./nodes.ts";

/** The keys that a module cannot have: it could not connect to its supervisor, whose socket is the owner's alone. */
const NOT_FOR_MODULES = ["user", "group"] as const;

/** With which privileges and limits an actor runs; null if it says nothing about them. */
export function privilegesOf({ declared: { fields } }: ActorNode, report: Report): PrivilegesSpec | null {
  const { keys } = ACTOR;
  if (fields.module !== undefined) {
    for (const key of NOT_FOR_MODULES) {
      const at = fields[key]?.keyAt;
      if (at === undefined) continue;
      report.add("config/not-for-modules", at, `a module cannot have ${quote(key)} yet`, {
        hint:
          `it must be able to join its supervisor, which no other user may; run it with script, or remove ${
            quote(key)
          }`,
      });
    }
  }
  const spec = {
    user: valueOf(fields.user, keys.user),
    group: valueOf(fields.group, keys.group),
    umask: valueOf(fields.umask, keys.umask),
    nice: valueOf(fields.nice, keys.nice),
    limits: fields.limits === undefined || fields.limits.value.size === 0
      ? null
      : Object.fromEntries(fields.limits.value),
    noNewPrivs: valueOf(fields.no_new_privs, keys.no_new_privs) ? true : null,
    oomScoreAdj: valueOf(fields.oom_score_adj, keys.oom_score_adj),
    deathSignal: valueOf(fields.supervisor_death_signal, keys.supervisor_death_signal),
  };
  if (Object.values(spec).every((value) => value === null)) return null;
  return { ...spec, limits: spec.limits ?? {}, noNewPrivs: spec.noNewPrivs ?? false };
}
