import type { ActorFields } from "../declared/declared.ts";
import { HOOKS } from "../keys/hooks.ts";
import type { HookName, Hooks } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { argvOf } from "./argv.ts";

const NAMES = ["pre_start", "post_start", "pre_stop", "post_stop"] as const satisfies readonly HookName[];

/** The commands around the runs of an actor; null if there are none. */
export function hooksOf({ hooks }: ActorFields, report: Report): Hooks | null {
  const fields = hooks?.value.fields ?? {};
  const commands = Object.fromEntries(NAMES.flatMap((name) => {
    const field = fields[name];
    return field === undefined ? [] : [[name, argvOf(field.value, report)]];
  }));
  if (Object.keys(commands).length === 0) return null;
  return { commands, timeoutMs: valueOf(fields.timeout, HOOKS.keys.timeout) };
}
