/** The variables of an actor: those that may stand in a file for all to read, and those that look secret. */
import { maskerFor } from "../../config/mask.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";

/** See the module. */
export interface Variables {
  readonly plain: Readonly<Record<string, string>>;
  /** Names. Their values are written into no file. */
  readonly secret: readonly string[];
}

/** Sorts the variables of an actor. */
export function variablesOf(plan: Plan, { env }: Pick<ActorSpec, "env">): Variables {
  const shown = maskerFor(plan).env(env);
  const names = Object.keys(env);
  const secret = names.filter((name) => shown[name] !== env[name]);
  const plain = Object.fromEntries(Object.entries(env).filter(([name]) => !secret.includes(name)));
  return { plain, secret };
}
