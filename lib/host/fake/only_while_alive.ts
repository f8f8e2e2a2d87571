/** An owner whose life ends. */
export interface Mortal {
  readonly isAlive: boolean;
}

/**
 * A port as one process has it: once that has ended, what its code still does on its way to the next wait has no effect.
 *
 * @param effects Methods that change anything and return nothing that is used.
 * @param waits Methods that return promises, which never resolve then.
 */
export function onlyWhileAlive<T extends object>(
  port: T,
  holder: Mortal,
  { effects, waits = [] }: { readonly effects: readonly (keyof T)[]; readonly waits?: readonly (keyof T)[] },
): T {
  return new Proxy(port, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const isEffect = effects.includes(key as keyof T);
      const isWait = waits.includes(key as keyof T);
      return (...args: unknown[]) => {
        if (isEffect && !holder.isAlive) return undefined;
        if (isWait && !holder.isAlive) return new Promise(() => {});
        return value.apply(target, args);
      };
    },
  });
}
