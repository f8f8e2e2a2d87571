import { formatMicros, type LogLine } from "../../engine/logs/log_format.ts";
import type { Colour, Painter } from "./paint.ts";

const COLOURS: readonly Colour[] = ["cyan", "yellow", "green", "magenta", "blue"];

/** The name that supervise itself goes by between the lines of the actors. */
export const OWN_NAME = "supervise";

/** See {@linkcode LineRenderer}. */
export interface Sheet {
  readonly out: Painter;
  shown(text: string): string;
}

/** Renders lines of several actors with a prefix each, of one width and of a colour that stays with the actor. */
export class LineRenderer {
  readonly #paint: Painter;
  readonly #shown: (text: string) => string;
  readonly #colours = new Map<string, Colour>();
  readonly #prefixes = new Map<string, string>();
  #width: number;
  /** The last second that was shown, since 1970, and its text. */
  #second = NaN;
  #secondText = "";

  /**
   * @param paths Addresses of the actors whose lines may come.
   * @param sheet What they are shown on: its colours, and how it shows what an actor has printed.
   */
  constructor(paths: readonly string[], sheet: Sheet) {
    this.#paint = sheet.out;
    this.#shown = (text) => sheet.shown(text);
    this.#width = Math.max(OWN_NAME.length, ...paths.map((path) => path.length));
  }

  /** A line of an actor; with its time if `stamped`. */
  line(line: LogLine, stamped: boolean): string {
    const time = stamped ? `${this.#paint.dim(this.#timeOf(line.at))} ` : "";
    const text = line.stream === "supervise" ? this.#paint.red(`[${line.text}]`) : this.#shown(line.text);
    return `${time}${this.prefix(line.path)}${text}${line.cut ? this.#paint.red(" [cut]") : ""}`;
  }

  /** The prefix of an actor's lines. */
  prefix(path: string): string {
    if (path.length > this.#width) {
      this.#width = path.length;
      this.#prefixes.clear();
    }
    const known = this.#prefixes.get(path);
    if (known !== undefined) return known;
    const prefix = this.#paint[this.#colourOf(path)](`${path.padEnd(this.#width)} |`) + " ";
    this.#prefixes.set(path, prefix);
    return prefix;
  }

  /** A stamp to the millisecond, which says that it is no local time; lines of one second share the text of that. */
  #timeOf(at: number): string {
    const millis = Math.floor(at / 1_000);
    const second = Math.floor(millis / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = formatMicros(second * 1_000_000).slice(0, "2026-11-22T15:31:00.".length);
    }
    return `${this.#secondText}${String(millis - second * 1_000).padStart(3, "0")}Z`;
  }

  /** The prefix of what supervise itself says. */
  ownPrefix(): string {
    return this.#paint.dim(`${OWN_NAME.padEnd(this.#width)} |`) + " ";
  }

  #colourOf(path: string): Colour {
    const known = this.#colours.get(path);
    if (known !== undefined) return known;
    const colour = COLOURS[this.#colours.size % COLOURS.length]!;
    this.#colours.set(path, colour);
    return colour;
  }
}
