/** The error about a tree that does not run, or that has kept nothing: it tells its fate, and which tree may be meant. */
import type { ErrorName } from "../base/error_names.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import { runningElsewhere } from "./elsewhere.ts";
import { isSupervised } from "./holder.ts";
import { countLeftovers, countMarked, isUnknown } from "./leftovers.ts";
import { loadPlan } from "./load_plan.ts";
import { keeperOf } from "./take_over.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord, type TreeRecord } from "./tree_record.ts";

/** The error for a tree that does not run. */
export function notRunning(host: Host, tree: TreeId): UserError {
  const { last, hint } = whatIsLeft(host, tree);
  const [elsewhere] = last === null || hint === STARTS
    ? runningElsewhere(host, tree, labelOf(host, tree))
    : [];
  if (elsewhere !== undefined) {
    return runsElsewhere("tree/not-running", `The tree of "${tree.file}" is not running`, tree, elsewhere);
  }
  const clause = last === null ? "" : ` (${last})`;
  return new UserError("tree/not-running", `The tree of "${tree.file}" is not running${clause}`, {
    exitCode: ExitCode.notRunning,
    hint,
  });
}

/**
 * The error for a tree that has kept nothing of a kind.
 *
 * @param code Its code.
 * @param message Of what there is nothing, as a sentence without its end.
 */
export function nothingKept(host: Host, tree: TreeId, code: ErrorName, message: string): UserError {
  const isHere = isSupervised(host, tree);
  const [elsewhere] = isHere ? [] : runningElsewhere(host, tree, labelOf(host, tree));
  if (elsewhere !== undefined) return runsElsewhere(code, message, tree, elsewhere);
  return new UserError(code, message, {
    exitCode: ExitCode.notRunning,
    hint: isHere ? "it is running, and -f waits for what comes" : STARTS,
  });
}

function runsElsewhere(
  code: ErrorName,
  message: string,
  { file, asked }: TreeId,
  other: TreeRecord,
): UserError {
  const why = asked !== undefined && asked === other.asked && asked !== file
    ? `"${asked}" led there when it was started`
    : "it has the same name";
  return new UserError(
    code,
    `${message}, but "${other.name}" of "${other.file}" is running: ${why}`,
    {
      exitCode: ExitCode.notRunning,
      hint: `\`-f ${other.file}\` or \`-p ${other.name}\` means that one; ${STARTS} here`,
      details: { elsewhere: other.file },
    },
  );
}

const STARTS = "`supervise up` starts it";
const BOTH_END = "`supervise down` ends them; `supervise up` does, too, and starts it";

/** The fate of a tree that does not run, as a clause, and the next step. */
function whatIsLeft(host: Host, tree: TreeId): { readonly last: string | null; readonly hint: string } {
  const record = readRecord(host, tree);
  if (record === null) return unknown(host, tree);
  if (record.endedAt !== null) {
    return { last: `it ended ${record.endedAt}, ${record.outcome?.replace("_", " ")}`, hint: STARTS };
  }
  const goesOn = "`supervise up` goes on with them, `supervise down` ends them";
  if (keeperOf(host, tree) !== null) {
    return { last: "its supervisor was killed, and its guardian keeps its actors", hint: goesOn };
  }
  const left = countLeftovers(host, tree);
  if (left === 0) return { last: "its supervisor was killed", hint: STARTS };
  return {
    last: `its supervisor was killed, and ${left} of its processes are still there`,
    hint: record.onSupervisorDeath === "survive" ? goesOn : BOTH_END,
  };
}

/** The answer about a tree without a record, or without one that can be read: most have never been up. */
function unknown(host: Host, tree: TreeId): ReturnType<typeof whatIsLeft> {
  const marked = countMarked(host, tree);
  if (marked === 0) return { last: null, hint: STARTS };
  return {
    last: `what was known of it is lost, and ${marked} of its processes are still there`,
    hint: isUnknown(host, tree)
      ? `${STARTS}, and ends them before, but for what its actors leave behind on purpose`
      : BOTH_END,
  };
}

/** The name that a tree's file gives it now; null if it gives none, or if the tree was not found by its file. */
function labelOf(host: Host, { program, file }: TreeId): string | null {
  if (program === undefined) return null;
  try {
    return loadPlan(host, program, file, null, { profiles: ["*"] }).plan?.name ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
