/** Opens the tree that chaos is to go on in, and refuses one that could not be watched. */
import { ExitCode } from "../base/exit_code.ts";
import { nameSome } from "../base/name_some.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { nodeAt, type NodeId, type Plan } from "../config/plan.ts";
import type { ControlClient } from "../control/client.ts";
import { connectTree } from "../daemon/find_tree.ts";
import { runsTree } from "../daemon/holder.ts";
import { keptProfiles } from "../daemon/kept_profiles.ts";
import { SUPERVISOR_VERB } from "../daemon/launch_options.ts";
import { loadPlan } from "../daemon/load_plan.ts";
import type { TreeId } from "../daemon/tree_id.ts";
import { marksOf } from "../daemon/tree_key.ts";
import { readRecord } from "../daemon/tree_record.ts";
import { ACTOR_VARIABLE, RUN_VARIABLE } from "../engine/environment.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { type Look, WatchedTree, type WatchedTreeOptions } from "./watched_tree.ts";
import { isWell } from "./wellness.ts";

/** See the module. */
export interface Target {
  readonly plan: Plan;
  readonly watched: WatchedTree;
  readonly first: Look;
  /** @throws {UserError} `chaos/not-well` */
  refuseUnwell(): void;
  close(): void;
}

/**
 * @throws {UserError} `tree/not-running`, `chaos/not-yours`, `chaos/not-watchable`, `chaos/inside`, `chaos/other-file`, and why
 * the file cannot be read
 */
export async function openTarget(host: Host, program: Program, tree: TreeId): Promise<Target> {
  const client = await connectOwn(host, tree);
  try {
    const plan = await planOf(host, program, tree, client);
    const { marks, record } = provenBy(host, tree);
    const watched = new WatchedTree({ host, tree, plan, marks, record }, client);
    await watched.begin();
    const first = await watched.look();
    refuseHidden(plan, watched, first);
    const mark = marks.read(program.environment[RUN_VARIABLE] ?? null);
    const actor = program.environment[ACTOR_VARIABLE];
    if (mark?.instance === record.instance) throw inside(actor ?? "an actor");
    refuseInside(host, first);
    return {
      plan,
      watched,
      first,
      refuseUnwell: () => refuseUnwell(plan, first),
      close: () => watched.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

async function connectOwn(host: Host, tree: TreeId): Promise<ControlClient> {
  try {
    return await fromPromise(connectTree(host, tree));
  } catch (error) {
    const { processes } = host;
    const isNone = error instanceof UserError && error.code === "tree/not-running";
    const other = !isNone
      ? undefined
      : processes.pids().find((pid) =>
        runsTree(processes.commandOf(pid), SUPERVISOR_VERB, tree.file) && processes.userOf(pid) !== tree.uid
      );
    if (other === undefined) throw error;
    throw new UserError(
      "chaos/not-yours",
      `The tree of "${tree.file}" runs as user ${processes.userOf(other)}, and is not yours`,
      { exitCode: ExitCode.notPermitted, hint: "run it as that user" },
    );
  }
}

/** The plan that the tree goes by: that of its file, if that says what runs. */
async function planOf(host: Host, program: Program, tree: TreeId, client: ControlClient): Promise<Plan> {
  const { isValid, changes, scaled } = await fromPromise(client.request("apply", { dry: true, wait: false }));
  const replicas = new Map(scaled.map(({ path, replicas }) => [path, replicas]));
  const { plan } = loadPlan(host, program, tree.file, null, { profiles: keptProfiles(host, tree), replicas });
  if (isValid && changes.length === 0 && plan !== null) return plan;
  const what = !isValid || plan === null
    ? "it has errors now"
    : `it has other words for ${nameSome(changes.map(({ path }) => path === "" ? "the tree" : `"${path}"`))}`;
  throw new UserError("chaos/other-file", `"${tree.file}" does not say what runs: ${what}`, {
    hint: "`supervise plan` shows what is different, `supervise apply` has the tree go by the file",
  });
}

/** By this processes prove to be of the present life of the tree. @throws {UserError} */
function provenBy(host: Host, tree: TreeId): Pick<WatchedTreeOptions, "marks" | "record"> {
  const record = readRecord(host, tree);
  const marks = marksOf(host, tree);
  if (record?.instance === undefined || marks === null) {
    throw notWatchable("what is written down of it beside its socket is gone");
  }
  return { marks, record: { ...record, instance: record.instance } };
}

/** Each main process that the supervisor tells of must be one by the process table, too. @throws {UserError} */
function refuseHidden(plan: Plan, watched: WatchedTree, { rows, sighting }: Look): void {
  const { supervisor, guardian } = watched.ownByName();
  if (supervisor === null || guardian === null) {
    throw notWatchable("its supervisor and its guardian are not both in the process table");
  }
  const hidden = rows.filter((row) =>
    row.pid !== null && nodeAt(plan, row.path as NodeId)?.kind !== "tree" &&
    watched.mainOf(row, sighting) === null
  );
  // A process that has just ended is in neither.
  const lasting = hidden.filter(({ state }) => state === "running");
  if (lasting.length === 0) return;
  const [{ path, pid }] = lasting as [typeof lasting[number]];
  throw notWatchable(
    `process ${pid} of "${path}" is not in the process table, or does not prove to be of the tree`,
  );
}

function notWatchable(why: string): UserError {
  return new UserError(
    "chaos/not-watchable",
    `The promises of the tree cannot be watched from here: ${why}`,
    {
      exitCode: ExitCode.notPermitted,
      hint: "run it as the user of the tree, in the same container, where /proc shows all of its processes",
    },
  );
}

/** A process that was started beside an actor bears no mark of its own; the processes above it tell. */
function refuseInside({ processes }: Host, { sighting }: Look): void {
  const own = new Set<number>();
  for (let pid = processes.ownPid; pid > 1 && !own.has(pid);) {
    own.add(pid);
    pid = processes.find(pid)?.parent ?? 0;
  }
  const around = sighting.seen.find(({ pid }) => own.has(pid));
  if (around !== undefined) throw inside(around.path);
}

function inside(actor: string): UserError {
  return new UserError("chaos/inside", `This command was started by "${actor}", which it would hit`, {
    hint: "run it from a shell that is none of the tree's",
  });
}

function refuseUnwell(plan: Plan, { rows }: Look): void {
  const unwell = rows.filter((row) => {
    const spec = nodeAt(plan, row.path as NodeId);
    return spec !== undefined && spec.kind !== "tree" && spec.schedule === null && row.state !== "failed" &&
      !isWell(row);
  });
  if (unwell.length === 0) return;
  const which = nameSome(unwell.map(({ path, state }) => `"${path}" (${state.replace("_", " ")})`));
  throw new UserError("chaos/not-well", `Not all is well before chaos has begun: ${which}`, {
    hint: "`supervise wait --for ready '**'` waits for it",
  });
}
