/**
 * Random programs of scopes, tasks, cancels, deadlines, shields and errors.
 *
 * What changes the state (a cancel, a shield, a deadline, an error) always stands between two sleeps, and sleeps are long
 * and random: no two changes happen at the same instant, so that what a program does has one answer, whatever the order
 * in which tasks that are ready go on.
 */

/** A step of a task. Numbers name scopes, errors, and entries of the trace. */
export type Step =
  | { readonly kind: "sleep"; readonly id: number; readonly ms: number }
  | {
    readonly kind: "scope";
    readonly id: number;
    /** Milliseconds from the entry; null for none. */
    readonly deadline: number | null;
    readonly shield: boolean;
    readonly body: readonly Step[];
  }
  | {
    readonly kind: "nursery";
    readonly id: number;
    readonly tasks: readonly (readonly Step[])[];
    readonly body: readonly Step[];
  }
  | {
    readonly kind: "try";
    readonly id: number;
    readonly body: readonly Step[];
    /** Milliseconds that the cleanup takes, behind a shield. */
    readonly cleanup: number;
    /** Whether what was raised ends here. */
    readonly swallow: boolean;
  }
  | {
    readonly kind: "change";
    readonly id: number;
    /** Milliseconds before the change, and after it. */
    readonly ms: number;
    readonly pause: number;
    readonly change: Change;
  };

/** What a task does between two sleeps. */
export type Change =
  | { readonly kind: "cancel"; readonly scope: number }
  | { readonly kind: "shield"; readonly scope: number; readonly hidden: boolean }
  | { readonly kind: "deadline"; readonly scope: number; readonly ms: number }
  | { readonly kind: "throw" };

/** Draws a program. */
export function randomProgram(random: () => number): readonly Step[] {
  let ids = 0;
  const scopes: number[] = [];
  const below = (count: number) => Math.floor(random() * count);
  // Long enough that sums of them never meet.
  const duration = () => 1 + below(1_000_000_000);

  const change = (): Change => {
    const scope = scopes[below(scopes.length)] ?? 0;
    const dice = random();
    if (dice < 0.5) return { kind: "cancel", scope };
    if (dice < 0.65) return { kind: "shield", scope, hidden: random() < 0.5 };
    if (dice < 0.8) return { kind: "deadline", scope, ms: duration() };
    return { kind: "throw" };
  };
  const step = (depth: number): Step => {
    const id = ids++;
    const dice = depth === 0 ? random() * 0.45 : random();
    if (dice < 0.25) return { kind: "sleep", id, ms: duration() };
    if (dice < 0.45) return { kind: "change", id, ms: duration(), pause: duration(), change: change() };
    if (dice < 0.65) {
      scopes.push(id);
      const deadline = random() < 0.4 ? duration() : null;
      return { kind: "scope", id, deadline, shield: random() < 0.3, body: steps(depth - 1) };
    }
    if (dice < 0.85) {
      scopes.push(id);
      const tasks = Array.from({ length: below(4) }, () => steps(depth - 1));
      return { kind: "nursery", id, tasks, body: steps(depth - 1) };
    }
    return { kind: "try", id, body: steps(depth - 1), cleanup: duration(), swallow: random() < 0.5 };
  };
  const steps = (depth: number): readonly Step[] => Array.from({ length: 1 + below(3) }, () => step(depth));
  return steps(4);
}

/** Programs that are a little smaller. */
export function* smaller(steps: readonly Step[]): Generator<readonly Step[], void> {
  for (const [index, step] of steps.entries()) {
    const put = (
      ...others: readonly Step[]
    ) => [...steps.slice(0, index), ...others, ...steps.slice(index + 1)];
    yield put();
    if (step.kind === "sleep" || step.kind === "change") continue;
    yield put(...step.body);
    for (const body of smaller(step.body)) yield put({ ...step, body });
    if (step.kind !== "nursery") continue;
    for (const [at, task] of step.tasks.entries()) {
      const replace = (...tasks: readonly (readonly Step[])[]) =>
        put({ ...step, tasks: [...step.tasks.slice(0, at), ...tasks, ...step.tasks.slice(at + 1)] });
      yield replace();
      for (const less of smaller(task)) yield replace(less);
    }
  }
}
