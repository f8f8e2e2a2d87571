/** The part of Bun that decides how soon it compiles the code that runs. Nothing on Deno. */
interface BunUnsafe {
  setJITPolicy?(scale: number): void;
}

/**
 * Has the code of this thread compiled as soon as Bun does by default: to be called before somebody else's code is run, and when
 * its own has turned out to run often. The binary is built to compile late (see `packaging/build.mjs`), because most of what
 * it runs itself runs a few times.
 */
export function compileSoon(): void {
  (globalThis as { Bun?: { unsafe: BunUnsafe } }).Bun?.unsafe.setJITPolicy?.(1);
}
