/**
 * Where processes come to that lose their parent: to us, as a rule. A process that an earlier supervisor had started is the child of the
 * guardian that has kept it, and its orphans come there; or, if that was killed too, to the first process of the machine,
 * among all others, and are told by their mark. Those of an isolated tree come to its isolator.
 */
import { isAlive, isDead, keyOf } from "../../host/alive.ts";
import { type Find, findAll, findWhere } from "../../host/look.ts";
import type { Processes, ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import { RUN_VARIABLE } from "../environment.ts";

/** The others that take orphans in. */
export interface OrphanageOptions {
  /** Processes that are the parents of what belongs to us, beside us. */
  readonly keepers?: readonly ProcessId[];
  /** Tells the marks of processes that may be anybody's children; null if there are none such. */
  readonly lost?: ((mark: string) => boolean) | null;
}

/** See the module. */
export class Orphanage {
  readonly #processes: Processes;
  readonly #keepers: Set<ProcessId>;
  readonly #lost: ((mark: string) => boolean) | null;
  /** Clients with children that belong to us if they bear a mark. */
  readonly #hosts = new Set<{ readonly client: ProcessId; readonly marker: string }>();
  /** Whether a process that was looked at bears the mark. */
  readonly #marked = new Map<string, boolean>();

  constructor(processes: Processes, { keepers = [], lost = null }: OrphanageOptions = {}) {
    this.#processes = processes;
    this.#keepers = new Set(keepers);
    this.#lost = lost;
  }

  /** Whether nobody else takes them in. */
  get isOursAlone(): boolean {
    return this.#keepers.size === 0 && this.#hosts.size === 0 && this.#lost === null;
  }

  /** Whether the children of a process may be orphans of ours. */
  adopts(pid: number): boolean {
    return pid === this.#processes.ownPid || this.#isKeeper(pid);
  }

  /** Somebody else takes orphans in, until the returned function is called. */
  add(keeper: ProcessId): () => void {
    this.#keepers.add(keeper);
    return () => this.#keepers.delete(keeper);
  }

  /** The children of a client that bear a mark belong to us, until the returned function is called. */
  addHost(client: ProcessId, marker: string): () => void {
    const host = { client, marker };
    this.#hosts.add(host);
    return () => this.#hosts.delete(host);
  }

  /**
   * All that live, beside what we and others have started ourselves.
   *
   * @param isOurs Whether a child of ours is no orphan. It is not even looked at then, because a tree has thousands of these.
   */
  rows(find: Find, isOurs: (pid: number) => boolean): readonly ProcessRow[] {
    const { ownPid } = this.#processes;
    const pids = [ownPid, ...this.#living().map(({ pid }) => pid)]
      .flatMap((pid) => this.#processes.childrenOf(pid))
      .filter((pid) => pid !== ownPid && !isOurs(pid) && !this.#isKeeper(pid));
    const children = [...findAll(find, pids), ...this.#guests(find)];
    return this.#lost === null ? children : unique([...children, ...this.#strays(find)]);
  }

  /** How many have died here, or with a keeper, whose ends are yet to be told. */
  get unreaped(): number {
    const { ownPid } = this.#processes;
    return [ownPid, ...this.#living().map(({ pid }) => pid)]
      .flatMap((pid) => this.#processes.childrenOf(pid))
      .map((pid) => this.#processes.find(pid))
      .filter((row) => row !== null && isDead(row)).length;
  }

  #living(): readonly ProcessId[] {
    return [...this.#keepers].filter((keeper) => isAlive(this.#processes, keeper));
  }

  /** Children of a client that is still itself: its number may be another's, whose children bear no mark of ours. */
  #guests(find: Find): readonly ProcessRow[] {
    return [...this.#hosts].filter(({ client }) => isAlive(this.#processes, client))
      .flatMap(({ client, marker }) =>
        findWhere(
          find,
          this.#processes.childrenOf(client.pid),
          ({ pid }) => this.#processes.variableOf(pid, RUN_VARIABLE) === marker,
        )
      );
  }

  #isKeeper(pid: number): boolean {
    return [...this.#keepers].some((keeper) => keeper.pid === pid);
  }

  #strays(find: Find): readonly ProcessRow[] {
    const pids = this.#processes.pids();
    const present = new Set<string>();
    const strays = findWhere(find, pids, (row) => {
      present.add(keyOf(row));
      return row.pid !== this.#processes.ownPid && this.#bearsMark(row);
    });
    for (const key of this.#marked.keys()) if (!present.has(key)) this.#marked.delete(key);
    return strays;
  }

  #bearsMark(row: ProcessRow): boolean {
    const key = keyOf(row);
    const known = this.#marked.get(key);
    if (known !== undefined) return known;
    const environment = this.#processes.environmentOf(row.pid);
    const mark = environment?.[RUN_VARIABLE];
    const bears = mark !== undefined && this.#lost!(mark);
    // A process that becomes another program shows no environment meanwhile.
    if (environment !== null && Object.keys(environment).length > 0) this.#marked.set(key, bears);
    return bears;
  }
}

function unique(rows: readonly ProcessRow[]): readonly ProcessRow[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
