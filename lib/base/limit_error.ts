/** Errors of commands that ran into a limit of the machine. */
import type { ErrorName } from "./error_names.ts";
import { UserError } from "./user_error.ts";

interface Limit {
  readonly code: ErrorName;
  readonly hint: string;
}

const LIMITS: Readonly<Record<string, Limit>> = {
  EMFILE: {
    code: "limit/open-files",
    hint:
      "raise it: `ulimit -n 1024` before the command, LimitNOFILE= in a unit, --ulimit nofile= of a container",
  },
  ENFILE: {
    code: "limit/open-files-of-machine",
    hint: "`sysctl fs.file-max` shows it; something else has most of them open",
  },
  EAGAIN: {
    code: "limit/processes",
    hint: "`ulimit -u` and pids.max of the control group are such limits; raise the one that is reached",
  },
  ENOMEM: {
    code: "limit/memory",
    hint: "`ulimit -v` and memory.max of the control group are such limits; raise the one that is reached",
  },
};

/** The least that a tree needs: for its own sockets, files and pipes. */
const OWN_FILES = 40;

/** The error of an operation that the system has refused for want of something; null for any other error. */
export function limitErrorOf(error: unknown): UserError | null {
  if (!(error instanceof Error) || error instanceof UserError) return null;
  const { code } = error as { readonly code?: unknown };
  const found = typeof code === "string"
    ? code
    : /\b(EMFILE|ENFILE|EAGAIN|ENOMEM)\b/.exec(error.message)?.[1] ?? "";
  const limit = Object.hasOwn(LIMITS, found) ? LIMITS[found]! : null;
  if (limit === null) return null;
  const need = found === "EMFILE" ? `; a tree needs some ${OWN_FILES}, and 3 more for each actor` : "";
  return new UserError(limit.code, `${error.message}${need}`, {
    hint: limit.hint,
    cause: error,
  });
}
