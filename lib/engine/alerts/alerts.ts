/**
 * Runs commands when something happens: for each alert one at a time, in the order in which it happened.
 *
 * Invariants:
 * 1. Nothing waits for them but the end of the tree, and that for some seconds. The events that wait for them are bounded.
 * 2. An alert neither waits for another one, nor loses an event because another one is slow.
 * 3. A command that fails, hangs or cannot be started is told of in the journal, as is an event that nobody was told of when
 *    the tree was over; neither is itself a reason for an alert.
 */
import { after } from "../../base/instant.ts";
import { Queue } from "../../base/queue.ts";
import { messageOf } from "../../base/user_error.ts";
import type { Alert, Plan } from "../../config/plan.ts";
import { matches } from "../../config/select.ts";
import { FileError } from "../../host/ports/files.ts";
import type { Host } from "../../host/ports/host.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { counted } from "../../base/counted.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../../scope/nursery.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Exit } from "../../supervision/exit.ts";
import { Event } from "../../sync/event.ts";
import type { Environments } from "../environment.ts";
import type { JournalEntry } from "../journal/journal.ts";
import type { Errands } from "../run/errands.ts";

/** How many events of an alert may wait. The oldest give way: the latest say how things are, and the last how it ended. */
const MOST_WAITING = 100;

/** How long the end of the tree waits for the commands that tell of it. */
const FAREWELL_MS = 10_000;

/** A command that no actor runs has what the supervisor has, and stands in receipts. */
const OF_THE_TREE = { privileges: null, isTold: true } as const;

/** The parts and settings of alerts. */
export interface AlertsOptions {
  readonly host: Pick<Host, "files" | "clock">;
  readonly errands: Errands;
  readonly plan: () => Plan;
  /** Makes the environment of a command. */
  readonly environments: Environments;
  /** A folder of the tree's own. */
  readonly folder: string;
  /** Says the reason of an entry in words. */
  readonly worded: (entry: JournalEntry) => JournalEntry;
  /** Told that a command has not done its work. */
  readonly onFailed: (command: string, why: string) => void;
}

/** An alert that has something to tell. */
interface Line {
  readonly alert: Alert;
  /** The events that wait for its command. */
  readonly waiting: Queue<JournalEntry>;
  /** The one that its command is at work for. */
  told: JournalEntry | null;
  /** How many gave way since then. */
  missed: number;
}

/** See the module. */
export class Alerts {
  readonly #options: AlertsOptions;
  /** By their content: an alert that is in the next plan, too, goes on with its line. */
  readonly #lines = new Map<string, Line>();
  readonly #scope = new CancelScope();
  readonly #finishing = new Event();
  readonly #over = new Event();
  #nursery: Nursery | null = null;
  #farewellMs = FAREWELL_MS;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Whether `finish` has come to its end. */
  get isOver(): boolean {
    return this.#over.isSet;
  }

  /** Hears what has happened. Never waits. */
  hear(entry: JournalEntry): void {
    for (const alert of this.#options.plan().alerts) {
      if (!isFor(alert, entry)) continue;
      const line = this.#lineOf(alert);
      line.waiting.push(entry);
      if (line.waiting.size <= MOST_WAITING) continue;
      line.waiting.shift();
      line.missed += 1;
    }
  }

  /** Runs commands until `finish`, and then those that are due yet, for a while. */
  async run(): Promise<void> {
    try {
      await this.#scope.run(() =>
        openNursery(async (nursery) => {
          this.#nursery = nursery;
          for (const [key, line] of this.#lines) this.#start(nursery, key, line);
          await this.#finishing.wait();
        })
      );
      for (const { alert, told, waiting, missed } of this.#lines.values()) {
        const untold = counted(waiting.size + missed + (told === null ? 0 : 1), "event");
        this.#options.onFailed(alert.argv[0]!, `the tree was over before it had told of ${untold}`);
      }
    } finally {
      this.#over.set();
    }
  }

  /** Returns when all is told, or its time is over: no command is left then. */
  async finish(): Promise<void> {
    this.#finishing.set();
    this.#limitFarewell();
    await this.#over.wait();
  }

  /** Has the end of the tree wait for no command, not even for one that is at work. */
  hurry(): void {
    this.#farewellMs = 0;
    if (this.#finishing.isSet) this.#limitFarewell();
  }

  #limitFarewell(): void {
    this.#scope.deadline = after(this.#options.host.clock.now(), this.#farewellMs);
  }

  #lineOf(alert: Alert): Line {
    const key = JSON.stringify(alert);
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line: Line = { alert, waiting: new Queue(), told: null, missed: 0 };
    this.#lines.set(key, line);
    if (this.#nursery !== null) this.#start(this.#nursery, key, line);
    return line;
  }

  #start(nursery: Nursery, key: string, line: Line): void {
    nursery.startSoon(async () => {
      for (let entry = line.waiting.shift(); entry !== undefined; entry = line.waiting.shift()) {
        line.told = entry;
        const { missed } = line;
        line.missed = 0;
        await this.#tell(line.alert, entry, missed);
      }
      this.#lines.delete(key);
    }, { name: `alert ${line.alert.argv[0]}` });
  }

  async #tell(alert: Alert, entry: JournalEntry, missed: number): Promise<void> {
    const { host: { files }, errands, plan, environments, folder, worded, onFailed } = this.#options;
    const id = errands.next();
    const stdin = `${folder}/alert.${id.number}.json`;
    const { name: tree, dir: cwd } = plan();
    const env = environments.of(
      { inheritEnv: true, env: {}, path: entry.path, replica: 1 },
      { tree, run: id.marker },
    );
    let why: string | null;
    try {
      const told = missed === 0 ? worded(entry) : { ...worded(entry), missed };
      files.replace(stdin, `${JSON.stringify(told)}\n`);
      const order = { ...id, path: "", argv: alert.argv, env, cwd, stdin, ...OF_THE_TREE };
      const exit = await moveOnAfter(alert.timeoutMs, () => errands.run(order));
      why = exit === undefined ? `it took more than ${alert.timeoutMs / 1_000} s` : whyFailed(exit);
    } catch (error) {
      if (!(error instanceof SpawnError || error instanceof FileError)) throw error;
      why = messageOf(error);
    } finally {
      files.remove(stdin);
    }
    if (why !== null) onFailed(alert.argv[0]!, why);
  }
}

function isFor({ events, paths }: Alert, { event, path }: JournalEntry): boolean {
  return events.includes(event) && (paths === null || paths.some((selector) => matches(selector, path)));
}

function whyFailed(exit: Exit): string | null {
  if (exit.how === "signalled") return `it was ended by ${exit.signal}`;
  if (exit.how === "unseen") return "it ended unseen";
  return exit.code === 0 ? null : `it exited with code ${exit.code}`;
}
