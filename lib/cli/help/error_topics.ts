/** Errors and problems with their causes and cures: what `help NAME` and `docs/errors.md` say of them. */
import { CURES } from "../../base/error_cures.ts";
import { ERRORS } from "../../base/error_names.ts";
import { MACHINE_PROBLEMS, type ProblemKind, PROBLEMS } from "../../base/problem_names.ts";

/** The name of an error, or of a problem of a configuration. */
export interface ErrorTopic {
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly cause: string;
  /** The remedy in general; the hint of a message is about the case at hand. */
  readonly cure: string;
}

/** Errors of one kind. */
export interface ErrorGroup {
  readonly title: string;
  readonly errors: readonly ErrorTopic[];
}

type Name = keyof typeof CURES;

/** All errors and problems. */
export function errorGroups(): readonly ErrorGroup[] {
  return [
    { title: "Errors of commands", errors: topicsOf(ERRORS) },
    { title: "Problems of a configuration", errors: topicsOf(PROBLEMS) },
    { title: "Problems of a configuration on this machine", errors: topicsOf(MACHINE_PROBLEMS) },
  ];
}

function topicsOf(kinds: Readonly<Partial<Record<Name, string | ProblemKind>>>): readonly ErrorTopic[] {
  return (Object.entries(kinds) as [Name, string | ProblemKind][]).map(([name, kind]) => {
    const { severity, doc } = typeof kind === "string" ? { severity: "error" as const, doc: kind } : kind;
    return { name, severity, cause: doc, cure: CURES[name] };
  });
}
