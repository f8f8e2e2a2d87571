/** Names that a running tree has, or a file: what completions cannot know before somebody asks. */
import { builtinsAt } from "../../actor/builtins.ts";
import type { FunctionFacts } from "../../actor/dialog/exposed.ts";
import type { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { askAlong } from "../../control/client.ts";
import type { StatusRow } from "../../control/protocol.ts";
import { connectSupervisor } from "../../daemon/connect_supervisor.ts";
import { findFile, findTree } from "../../daemon/find_tree.ts";
import { listRecords } from "../../daemon/tree_record.ts";
import type { NodeSpec } from "../../config/plan.ts";
import type { Machine } from "./machine.ts";
import type { Candidate } from "./offer.ts";

/** The running trees of this user by their names. */
export function trees({ host, program }: Machine): Promise<readonly Candidate[]> {
  const running = listRecords(host, program.uid).filter(({ endedAt }) => endedAt === null);
  return Promise.resolve(running.map(({ name, file }) => ({ value: name, doc: file })));
}

/** The paths of a tree: as it runs, or else as its file has it. An actor with replicas has one for all of them, too. */
export async function selectors(on: Machine): Promise<readonly Candidate[]> {
  const rows = await statusRows(on) ??
    (await nodesOf(on)).map(({ path, kind }) => ({ path, kind, state: kind }));
  const known = new Set<string>();
  return rows.filter(({ path }) => path !== "").flatMap(({ path, state }) => {
    const shared = withoutReplica(path);
    const own = { value: path, doc: state.replaceAll("_", " ") };
    if (shared === path || known.has(shared)) return [own];
    known.add(shared);
    return [{ value: shared, doc: "all of its replicas" }, own];
  });
}

/** The actors of a tree that have replicas. */
export async function replicated(on: Machine): Promise<readonly Candidate[]> {
  const paths = (await statusRows(on) ?? []).map(({ path }) => path);
  const shared = paths.filter((path) => withoutReplica(path) !== path).map(withoutReplica);
  return [...new Set(shared)].map((value) => {
    const count = shared.filter((one) => one === value).length;
    return { value, doc: `${count} now` };
  });
}

/** The functions of an actor that runs. */
export async function functions(on: Machine, selector: string): Promise<readonly Candidate[]> {
  const tree = findTree(on.host, on.program, on.tree);
  const host = await fromPromise(on.openHost());
  const client = await fromPromise(connectSupervisor(host, tree));
  if (client === null) return [];
  const { withCallee } = await fromPromise(import("../callee.ts"));
  const onAbsent = (why: UserError) => {
    throw why;
  };
  let found: readonly FunctionFacts[] = [];
  try {
    const search = { host, program: on.program, client, socket: tree.socket, selector, onAbsent };
    await withCallee(search, async (link, runtime) => {
      found = await builtinsAt(runtime, link).functions();
    });
    return found.map(({ name, style }) => ({ value: name, doc: style }));
  } finally {
    client.close();
  }
}

/** The profiles that a file names. */
export async function profiles(on: Machine): Promise<readonly Candidate[]> {
  const named = (await nodesOf(on)).flatMap(({ profiles }) => profiles);
  return [...new Set(named)].map((value) => ({ value, doc: "" }));
}

async function statusRows(on: Machine): Promise<readonly StatusRow[] | null> {
  const { host, program } = on;
  const asked = askAlong("status", { paths: [] });
  const client = await fromPromise(connectSupervisor(host, findTree(host, program, on.tree), asked.send));
  if (client === null) return null;
  try {
    return (await fromPromise(asked.answer())).actors;
  } finally {
    client.close();
  }
}

async function nodesOf({ host, openHost, program, tree }: Machine): Promise<readonly NodeSpec[]> {
  const file = tree.name === null ? findFile(host, program, tree.file) : findTree(host, program, tree).file;
  const { loadPlan } = await fromPromise(import("../../daemon/load_plan.ts"));
  return loadPlan(await fromPromise(openHost()), program, file).plan?.nodes ?? [];
}
