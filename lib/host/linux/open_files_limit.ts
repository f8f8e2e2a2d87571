/**
 * The soft limit of open files. Both runtimes raise theirs to the hard limit, and children inherit it: a program that
 * loops over all possible descriptors, or uses select(), then misbehaves. So children get back what they would have had.
 */
import { type Libc, LINUX } from "./libc.ts";
import { ownDescriptors } from "./proc.ts";

/** Descriptors that a start needs free below the limit. */
const MARGIN = 16;

/** Descriptors that are left to this process when a start is refused: for clients, for logs, and to look processes up. */
const OWN = 12;

/** See the module. */
export class OpenFilesLimit {
  readonly #libc: Libc;
  readonly #now = new BigUint64Array(2);
  readonly #nowBytes = bytesOf(this.#now);
  readonly #raised: BigUint64Array;
  /** The soft limit for children. */
  readonly soft: number;
  /** The limit that a child sets for itself, soft and hard; null if it inherits that. */
  readonly ofChildren: readonly [number, number] | null;

  constructor(libc: Libc, soft: number | null) {
    this.#libc = libc;
    this.#raised = new BigUint64Array(2);
    libc.call.prlimit(0, LINUX.RLIMIT_NOFILE, null, bytesOf(this.#raised));
    this.soft = soft === null ? Number(this.#raised[0]!) : Math.min(soft, Number(this.#raised[1]!));
    const [raised, hard] = this.#raised;
    this.ofChildren = BigInt(this.soft) === raised ? null : [this.soft, Number(hard)];
  }

  /** Whether a descriptor is so high that a start with it would leave this process too few. */
  isReachedBy(descriptor: number): boolean {
    this.#libc.call.prlimit(0, LINUX.RLIMIT_NOFILE, null, this.#nowBytes);
    return descriptor + OWN >= Number(this.#now[0]!);
  }

  /**
   * Runs `start`, which must return the new process's number, so that this process has the limit.
   *
   * It inherits ours if ours can be lowered meanwhile. If more descriptors are open than the limit allows, ours must
   * stay, and the new process gets its own as soon as it exists.
   */
  around(start: () => number): number {
    if (BigInt(this.soft) === this.#raised[0]) return start();
    if (Math.max(...ownDescriptors()) + MARGIN >= this.soft) {
      const pid = start();
      if (pid > 0) this.#set(pid, this.soft);
      return pid;
    }
    this.#set(0, this.soft);
    try {
      return start();
    } finally {
      this.#set(0, Number(this.#raised[0]));
    }
  }

  #set(pid: number, soft: number): void {
    const limits = new BigUint64Array([BigInt(soft), this.#raised[1]!]);
    this.#libc.call.prlimit(pid, LINUX.RLIMIT_NOFILE, bytesOf(limits), null);
  }
}

function bytesOf(limits: BigUint64Array): Uint8Array {
  return new Uint8Array(limits.buffer);
}
