import type { ListNode } from "../base/linked_list.ts";
import { type TaskFrame, withFrame } from "./ambient.ts";
import type { CancelStatus } from "./cancel_status.ts";
import type { LocalValues } from "./local_values.ts";
import type { Ready, RunState } from "./run_state.ts";
import { TaskInfo } from "./task_info.ts";

/** The owner of a task, which is told of its end. */
export interface TaskOwner {
  /** The task that the owner was opened in; null for the owner of the root task. */
  readonly parentTask: TaskInfo | null;
  taskReturned(task: Task): void;
  taskThrew(task: Task, error: unknown): void;
}

/** One thread of control: a function that runs, and the owner that waits for it. It is the frame of its own body. */
export class Task extends TaskInfo implements Ready, TaskFrame, ListNode<Task> {
  previous: Task | null = null;
  next: Task | null = null;
  readonly run: RunState;
  readonly status: CancelStatus;
  readonly locals: LocalValues;
  /** Changes once at most: when `nursery.start()` hands the task over. */
  owner: TaskOwner;
  readonly #body: () => unknown;

  constructor(name: string, body: () => unknown, owner: TaskOwner, place: Omit<TaskFrame, "task">) {
    super(name);
    this.#body = body;
    this.owner = owner;
    this.run = place.run;
    this.status = place.status;
    this.locals = place.locals;
  }

  get task(): Task {
    return this;
  }

  get parent(): TaskInfo | null {
    return this.owner.parentTask;
  }

  /** Starts the body. */
  go(): void {
    withFrame(this, Task.#start, this);
  }

  /** Not an async function: of 100,000 tasks that wait, each would hold its state as well. */
  static #start(task: Task): void {
    let result: unknown;
    try {
      result = task.#body();
    } catch (error) {
      return task.owner.taskThrew(task, error);
    }
    Promise.resolve(result).then(
      () => task.owner.taskReturned(task),
      (error) => task.owner.taskThrew(task, error),
    );
  }
}
