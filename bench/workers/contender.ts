/** What the measurements need of whoever is measured. */

/** The functions that workers are asked for. */
export type Jobs = Pick<
  typeof import("./jobs.ts"),
  "add" | "burn" | "block" | "take" | "prepare" | "give"
>;

/** What a worker is. */
export type Kind = "thread" | "process";

/** How a pool is set up. */
export interface PoolOptions {
  readonly kind: Kind;
  /** The most workers it has. */
  readonly workers: number;
  /** Whether it has all of them from the start and to the end; otherwise each is started when it is needed. */
  readonly isFull: boolean;
  /** Whether arguments or results are many bytes, for which a pool of processes may need another encoding. */
  readonly hasBytes: boolean;
  /** Whether bytes are moved instead of copied. */
  readonly isMoving: boolean;
}

/** Has a worker do a job. */
export type Call = <Name extends keyof Jobs>(
  name: Name,
  ...args: Parameters<Jobs[Name]>
) => Promise<ReturnType<Jobs[Name]>>;

/** Whoever is measured: has a pool while `body` runs. */
export interface Contender {
  /** Whether it shares memory where others move it. */
  readonly sharesMemory?: boolean;
  usePool<T>(
    options: PoolOptions,
    body: (call: Call) => Promise<T>,
  ): Promise<T>;
}

/** How the names of this folder's modules end: they are built for a runtime that reads no TypeScript. */
export const EXTENSION = import.meta.url.slice(
  import.meta.url.lastIndexOf("."),
);

/** The address of a module of this folder. */
export function moduleUrl(name: string): URL {
  return new URL(`./${name}${EXTENSION}`, import.meta.url);
}

/** The memory that moves with arguments. */
export function buffersOf(args: readonly unknown[]): ArrayBuffer[] {
  return args.filter((arg) => arg instanceof Uint8Array).map(({ buffer }) => buffer as ArrayBuffer);
}
