import { ACTOR, COMMANDS } from "../keys/actor.ts";
import type { ModuleSpec } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import type { ActorNode } from "./nodes.ts";

/** The keys that only module actors have. */
const MODULE_KEYS = ["export", "params", "debug"] as const;

/** The module of an actor; null for an actor of another kind, after reporting keys that only modules have. */
export function moduleOf({ declared: { fields, present } }: ActorNode, report: Report): ModuleSpec | null {
  if (fields.module !== undefined) {
    return {
      file: fields.module.value,
      export: valueOf(fields.export, ACTOR.keys.export),
      params: valueOf(fields.params, ACTOR.keys.params),
      debug: valueOf(fields.debug, ACTOR.keys.debug),
    };
  }
  if (!present.has("module")) rejectModuleKeys(present, report);
  return null;
}

/** Not where nothing at all says what runs: that is one mistake, and told already. */
function rejectModuleKeys(present: ActorNode["declared"]["present"], report: Report): void {
  const command = COMMANDS.find((key) => present.has(key));
  if (command === undefined) return;
  for (const key of MODULE_KEYS) {
    const at = present.get(key);
    if (at === undefined) continue;
    const message = `${quote(key)} is only for modules, and this actor has ${quote(command)}`;
    report.add("config/only-for-modules", at, message, {
      hint: `remove it, or write module = "./file.ts" instead of ${quote(command)}`,
    });
  }
}
