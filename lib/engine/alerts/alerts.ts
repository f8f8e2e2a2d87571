/**
 * Runs commands when something happens: one at a time, in the order in which it happened.
 *
 * Invariants:
 * 1. Nothing waits for them but the end of the tree, and that for some seconds. What waits for them is bounded.
 * 2. A command that fails, hangs or cannot be started is told of in the journal, and is itself no reason for another.
 */
import { after } from "../../base/instant.ts";
import { Queue } from "../../base/queue.ts";
import { messageOf } from "../../base/user_error.ts";
import type { Alert, Plan } from "../../config/plan.ts";
import { matches } from "../../config/select.ts";
import { FileError } from "../../host/ports/files.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Exit } from "../../supervision/exit.ts";
import { Event } from "../../sync/event.ts";
import type { Environments } from "../environment.ts";
import type { JournalEntry } from "../journal/journal.ts";
import { type ErrandPlace, runErrand } from "./errand.ts";

/** How many events may wait for their command; more are counted, and the next that is told knows how many. */
const MOST_WAITING = 100;

/** How long the end of the tree waits for the commands that tell of it. */
const FAREWELL_MS = 10_000;

/** What alerts work with. */
export interface AlertsOptions {
  readonly place: ErrandPlace;
  readonly plan: () => Plan;
  /** Makes the environment of a command. */
  readonly environments: Environments;
  /** The mark of a run, by its number. */
  readonly markOf: (run: number) => string;
  /** A folder of the tree's own. */
  readonly folder: string;
  /** Says the reason of an entry in words. */
  readonly worded: (entry: JournalEntry) => JournalEntry;
  /** Told that a command has not done its work. */
  readonly onFailed: (command: string, why: string) => void;
}

interface Due {
  readonly alert: Alert;
  readonly entry: JournalEntry;
  /** How many before it were not told. */
  readonly missed: number;
}

/** See the module. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #due = new Queue<Due>();
  #missed = 0;
  #errands = 0;
  #work = new Event();
  #isClosing = false;
  readonly #scope = new CancelScope();
  readonly #over = new Event();

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Hears what has happened. Never waits. */
  hear(entry: JournalEntry): void {
    for (const alert of this.#options.plan().alerts) {
      if (!isFor(alert, entry)) continue;
      if (this.#due.size >= MOST_WAITING) this.#missed += 1;
      else {
        this.#due.push({ alert, entry, missed: this.#missed });
        this.#missed = 0;
        this.#work.set();
      }
    }
  }

  /** Runs commands until `finish`, and then those that are due yet, for a while. */
  async run(): Promise<void> {
    try {
      await this.#scope.run(() => this.#tellAll());
    } finally {
      this.#over.set();
    }
  }

  async #tellAll(): Promise<void> {
    while (true) {
      const due = this.#due.shift();
      if (due !== undefined) await this.#tell(due);
      else if (this.#isClosing) return;
      else {
        await this.#work.wait();
        this.#work = new Event();
      }
    }
  }

  /** Returns when all is told, or its time is over: no command is left then. */
  async finish(): Promise<void> {
    this.#isClosing = true;
    this.#scope.deadline = after(this.#options.place.host.clock.now(), FAREWELL_MS);
    this.#work.set();
    await this.#over.wait();
  }

  async #tell({ alert, entry, missed }: Due): Promise<void> {
    const { place, plan, environments, markOf, folder, worded, onFailed } = this.#options;
    const { files } = place.host;
    const number = ++this.#errands;
    const marker = markOf(-number);
    const stdin = `${folder}/alert.json`;
    const { name: tree, dir: cwd } = plan();
    const env = environments.of(
      { inheritEnv: true, env: {}, path: entry.path, replica: 1 },
      { tree, run: marker },
    );
    const told = missed === 0 ? worded(entry) : { ...worded(entry), missed };
    let why: string | null;
    try {
      files.replace(stdin, `${JSON.stringify(told)}\n`);
      const order = { number, marker, argv: alert.argv, env, cwd, stdin };
      const exit = await moveOnAfter(alert.timeoutMs, () => runErrand(place, order));
      why = exit === undefined ? `it took more than ${alert.timeoutMs / 1_000} s` : whyFailed(exit);
    } catch (error) {
      if (!(error instanceof SpawnError || error instanceof FileError)) throw error;
      why = messageOf(error);
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
