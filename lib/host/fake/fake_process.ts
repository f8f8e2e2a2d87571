import type { Signal } from "../../base/signals.ts";
import type { DeathMode, ExitStatus, ProcessRow } from "../ports/processes.ts";
import { DescriptorTable } from "./descriptor_table.ts";
import { EventLoop } from "./event_loop.ts";
import { type FakeStanding, USUAL_STANDING } from "./standing.ts";

/** Characters of a program's name that the kernel keeps. */
const NAME_LENGTH = 15;

/** The control group of the first process. */
export const TOP_GROUP = "/sys/fs/cgroup";

/** The action of a process on a signal, instead of the default. */
export type Disposition = "ignored" | (() => void);

/** The image of a process. */
export interface ProcessImage {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid: number;
  /** The rights of its user, and its treatment; the usual ones if absent. */
  readonly standing?: FakeStanding;
}

/** A process as the kernel keeps it. */
export class FakeProcess {
  readonly pid: number;
  readonly startTime: number;
  image: ProcessImage;
  readonly descriptors: DescriptorTable;
  parent: FakeProcess | null;
  group: number;
  session: number;
  uid: number;
  readonly standing: FakeStanding;
  /** The control group that it is in. */
  controlGroup: string;
  /** The kernel's letter: sleeping, stopped, not interruptible, zombie. */
  state: "S" | "T" | "D" | "Z" = "S";
  /** How it ended; null while it lives. */
  status: ExitStatus | null = null;
  adoptsOrphans = false;
  /** How it ends with its parent; null if it does not. */
  deathMode: DeathMode | null = null;
  /** How its code hears of anything. */
  readonly loop = new EventLoop();
  readonly dispositions = new Map<Signal, Disposition>();
  /** Signals that came while it could not hear them. */
  readonly pending: Signal[] = [];
  /** The things to undo when it ends. */
  readonly onEnd = new Set<() => void>();
  /** Told at each death of a child. */
  readonly onChildDeath = new Set<() => void>();

  constructor(
    { pid, startTime, image, parent, descriptors }: {
      readonly pid: number;
      readonly startTime: number;
      readonly image: ProcessImage;
      readonly parent: FakeProcess | null;
      readonly descriptors?: DescriptorTable;
    },
  ) {
    this.pid = pid;
    this.startTime = startTime;
    this.image = image;
    this.parent = parent;
    this.group = parent?.group ?? pid;
    this.session = parent?.session ?? pid;
    this.uid = image.uid;
    this.standing = image.standing ?? USUAL_STANDING;
    this.controlGroup = parent?.controlGroup ?? TOP_GROUP;
    this.descriptors = descriptors ?? new DescriptorTable();
  }

  get isAlive(): boolean {
    return this.state !== "Z";
  }

  /** A child of it has died. */
  childDied(): void {
    for (const tell of this.onChildDeath) tell();
  }

  /** Becomes the leader of a session and a group of its own. */
  leadSession(): void {
    this.session = this.pid;
    this.group = this.pid;
  }

  /** Its line of the process table. */
  row(): ProcessRow {
    const { pid, startTime, group, session, state } = this;
    const name = this.image.argv[0]!.split("/").at(-1)!.slice(0, NAME_LENGTH);
    return {
      pid,
      startTime,
      parent: this.parent?.pid ?? 0,
      group,
      session,
      state,
      name,
      cpuMs: 0,
      rss: 4_096,
    };
  }
}
