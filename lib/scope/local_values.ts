/** The values of local variables at one place in the tree of tasks: a list, the innermost first, shared by all inside. */
export type LocalValues = LocalValue | null;

/** A variable, as far as inheritance goes. */
export interface Inherited {
  /** Whether a new task takes the value from its nursery instead of from the task that starts it. */
  readonly ofTree: boolean;
}

interface LocalValue {
  readonly variable: Inherited;
  readonly value: unknown;
  readonly outer: LocalValues;
}

/** The entry of a variable; null if it is set nowhere around. */
export function findLocal(locals: LocalValues, variable: Inherited): LocalValue | null {
  for (let local = locals; local !== null; local = local.outer) {
    if (local.variable === variable) return local;
  }
  return null;
}

/** The values that a task begins with: variables of the tree from its nursery, the others from the task that starts it. */
export function inheritLocals(nursery: LocalValues, starter: LocalValues): LocalValues {
  if (nursery === starter) return nursery;
  const parts = [...listLocals(starter, false), ...listLocals(nursery, true)];
  return parts.reduceRight<LocalValues>((outer, { variable, value }) => ({ variable, value, outer }), null);
}

function listLocals(locals: LocalValues, ofTree: boolean): readonly LocalValue[] {
  const found: LocalValue[] = [];
  for (let local = locals; local !== null; local = local.outer) {
    if (local.variable.ofTree === ofTree) found.push(local);
  }
  return found;
}
