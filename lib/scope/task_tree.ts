/** The tasks of a run, and what each of them waits for: for people who look at a program that does not go on. */
import { type Instant, NEVER } from "../base/instant.ts";
import type { CancelStatus } from "./cancel_status.ts";
import type { TaskInfo } from "./task_info.ts";

/** A task with what it has open. */
export interface TaskTree {
  readonly name: string;
  /** The primitives that it waits in, such as `sleep`; none while it runs, or waits for a promise of its own. */
  readonly waitsFor: readonly string[];
  /** Its nurseries, the outermost first. */
  readonly nurseries: readonly NurseryTree[];
}

/** A nursery that is open. */
export interface NurseryTree {
  /** Whether it is cancelled, from inside or outside. */
  readonly cancelled: boolean;
  /** The earliest deadline around it, in milliseconds of the run's clock; null if there is none. */
  readonly deadline: Instant | null;
  readonly tasks: readonly TaskTree[];
}

/** @internal The tree of a run. */
export function describeTasks(root: CancelStatus, rootTask: TaskInfo): TaskTree {
  const waits = new Map<TaskInfo, string[]>();
  const nurseries = new Map<TaskInfo, CancelStatus[]>();
  const statuses: CancelStatus[] = [root];
  // The list grows while it is gone through: outer scopes come before inner ones.
  for (const status of statuses) {
    for (const { wait } of status.waiters) if (wait !== null) entryOf(waits, wait.task).push(wait.what);
    if (status.tasks !== null && status.opener !== null) entryOf(nurseries, status.opener).push(status);
    for (const inner of status.inner) statuses.push(inner);
  }
  const describe = (task: TaskInfo): TaskTree => ({
    name: task.name,
    waitsFor: waits.get(task) ?? [],
    nurseries: (nurseries.get(task) ?? []).map((status) => ({
      cancelled: status.inForce !== null,
      deadline: finite(status.effectiveDeadline),
      tasks: [...status.tasks ?? []].map(describe),
    })),
  });
  return describe(rootTask);
}

/** The task tree as text: a line for each task, indented below the task whose nursery it is in. */
export function renderTasks(tree: TaskTree): string {
  return linesOf(tree, "").join("\n");
}

function entryOf<V>(map: Map<TaskInfo, V[]>, task: TaskInfo): V[] {
  const list = map.get(task) ?? [];
  map.set(task, list);
  return list;
}

function finite(deadline: Instant): Instant | null {
  return deadline === NEVER || deadline === -Infinity ? null : deadline;
}

function linesOf(task: TaskTree, indent: string): readonly string[] {
  const waits = task.waitsFor.length === 0 ? "" : ` (waits: ${task.waitsFor.join(", ")})`;
  const own = `${indent}${task.name}${waits}`;
  const inner = task.nurseries.flatMap((nursery) => {
    const marks = [
      ...(nursery.cancelled ? ["cancelled"] : []),
      ...(nursery.deadline === null ? [] : [`deadline ${nursery.deadline} ms`]),
    ];
    const title = marks.length === 0 ? [] : [`${indent}  [${marks.join(", ")}]`];
    return [...title, ...nursery.tasks.flatMap((one) => linesOf(one, `${indent}  `))];
  });
  return [own, ...inner];
}
