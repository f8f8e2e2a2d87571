/**
 * The file with the next runs of actors that make up for what they miss (`kept_dates.ts`), beside the logs of the tree: it
 * outlives the tree, whose next supervisor learns from it what nobody was there for. A tree without such actors has no file.
 */
import { decodeJsonOrNull, dictionary, nullable, number, object, type Shape, text } from "../base/shape.ts";
import { messageOf } from "../base/user_error.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import { FileError, type Files } from "../host/ports/files.ts";
import type { Instant } from "../base/instant.ts";
import type { KeptDate, KeptDates } from "../supervision/calendar.ts";
import { keptDates } from "../supervision/kept_dates.ts";
import type { State } from "../supervision/state.ts";
import { datesFileOf } from "./state_folder.ts";

/** The place where dates are kept. */
export interface DateKeeperOptions {
  readonly files: Pick<Files, "readOwn" | "replace" | "remove">;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  /** Told that they cannot be written, once until they can be again. */
  readonly onFailure: (why: string) => void;
}

/** See the module. */
export class DateKeeper {
  readonly #options: DateKeeperOptions;
  readonly #file: string;
  #plan: Plan | null = null;
  /** The actors that it is about. */
  #actors: readonly NodeId[] = [];
  #dates: KeptDates | null = null;
  #isWritten = true;
  #hasFailed = false;

  constructor(options: DateKeeperOptions) {
    this.#options = options;
    this.#file = datesFileOf(options.folder);
  }

  /** The dates; those of an earlier supervisor, as long as nothing was decided. */
  get dates(): KeptDates {
    return this.#dates ??= read(this.#options.files, this.#file);
  }

  /** A step was taken; to be called before what it wants is done. */
  changed(state: State, at: { readonly now: Instant; readonly date: number }): void {
    if (state.plan !== this.#plan) {
      this.#plan = state.plan;
      this.#actors = actorsIn(state.plan);
    }
    if (this.#actors.length === 0 && this.#dates?.size === 0) return;
    const dates = keptDates(state, this.#actors, this.dates, at);
    if (dates !== this.#dates) this.#isWritten = false;
    this.#dates = dates;
    if (!this.#isWritten) this.#write(dates);
  }

  #write(dates: KeptDates): void {
    const { files, onFailure } = this.#options;
    try {
      if (dates.size === 0) files.remove(this.#file);
      else files.replace(this.#file, `${JSON.stringify(Object.fromEntries(dates))}\n`);
      this.#isWritten = true;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) onFailure(messageOf(error));
      this.#hasFailed = true;
    }
  }
}

function actorsIn({ nodes }: Plan): readonly NodeId[] {
  return nodes.flatMap((node) => node.kind !== "tree" && node.schedule?.catchUp === true ? [node.path] : []);
}

/** A file that cannot be read tells of nothing that was missed. */
function read(files: Pick<Files, "readOwn">, path: string): KeptDates {
  try {
    const found = decodeJsonOrNull(DATES, files.readOwn(path) ?? "");
    return new Map(Object.entries(found ?? {}) as [NodeId, KeptDate][]);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return new Map();
  }
}

const INTERVAL = object<Extract<KeptDate["timing"], { everyMs: number }>>({ everyMs: number });
const CRON = object<Extract<KeptDate["timing"], { cron: string }>>({ cron: text, timezone: nullable(text) });
const TIMING: Shape<KeptDate["timing"]> = (value, at) =>
  typeof value === "object" && value !== null && "cron" in value ? CRON(value, at) : INTERVAL(value, at);
const DATES = dictionary(object<KeptDate>({ timing: TIMING, date: number }));
