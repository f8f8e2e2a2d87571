/** The facts of this machine that bear on the promises of supervise. */
export interface SystemFacts {
  /** Name and version of the kernel. */
  readonly kernel: string;
  /** Whether a process that asks is given the orphans below it. */
  readonly adoptsOrphans: boolean;
  /** Whether a signal can be sent to a process that cannot be mistaken for a later one with its number. */
  readonly hasProcessHandles: boolean;
  /** Why not every process of the machine can be seen; null if all can. */
  readonly hidden: string | null;
  /** Whether users may make namespaces of their own; null if that cannot be told. */
  readonly userNamespaces: boolean | null;
  /** Soft limits; Infinity for none, null for what cannot be told. */
  readonly openFilesLimit: number | null;
  readonly processesLimit: number | null;
}
