/** The variables of an actor: those that may stand in a file for all to read, and those that look secret. */
import { maskerFor } from "../../config/mask.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";
import type { ExportSource } from "../exporter.ts";
import { changed, type Told } from "./rules.ts";

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

/** Tells of the variables of the shell that stand in the files: what is written are their values. */
export function tellVariables(told: Told, { variables }: Pick<ExportSource, "variables">): void {
  if (variables.size === 0) return;
  const names = [...variables].sort().map((name) => `\${env:${name}}`);
  told.ofAll(
    names.join(", "),
    changed(
      "the values that they have here and now",
      "nothing reads this shell there",
      "correct those that are others there, PATH above all",
    ),
  );
}
