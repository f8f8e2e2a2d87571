/**
 * The words between a guardian and its supervisor: a pipe each way, that ends when the other one dies. Neither ever
 * waits for the other, so that one that is held still does not hold the other up.
 *
 *     guardian to supervisor: a byte for each process that it has reaped for it (`deaths.ts` says which); "!" of one that is
 *         there, "x" of one that has not become another
 *     supervisor to guardian: "hold PATH" and "release PATH" of pipes that actors write to; "become COMMAND", as JSON, of
 *         the program that it is to go on as
 *
 * Guardians and supervisors of all versions understand these words: for a moment of an upgrade the two are of
 * different ones.
 */
import { decodeJsonOrNull, list, text } from "../../base/shape.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { NamedPipes } from "../../engine/survival/run_pipes.ts";
import type { Descriptors } from "../../host/ports/descriptors.ts";
import type { LinkEnds } from "./link_ends.ts";

/** Longer than any path. */
const LONGEST_LINE_CHARS = 8_192;

const REAPED = ".";
const IS_THERE = "!";
const STAYS = "x";

/** News for a supervisor from its guardian. */
export interface GuardianNews {
  /** It has reaped something. */
  onDeaths(): void;
  /** It was asked to become another program, and has, or has not. */
  onBecome(hasBecome: boolean): void;
}

/** Orders for a guardian from its supervisor. */
export interface WardOrders {
  hold(path: string): void;
  release(path: string): void;
  /** @param command Program and first arguments. */
  become(command: readonly string[]): void;
}

const COMMAND = list(text);

/** The supervisor's side. */
export class GuardianLink {
  readonly #descriptors: Descriptors;
  readonly #ends: LinkEnds;

  constructor(descriptors: Descriptors, ends: LinkEnds) {
    this.#descriptors = descriptors;
    this.#ends = ends;
  }

  hold({ stdout, stderr }: NamedPipes): void {
    this.#descriptors.tryWrite(this.#ends.write, `hold ${stdout}\nhold ${stderr}\n`);
  }

  release({ stdout, stderr }: NamedPipes): void {
    this.#descriptors.tryWrite(this.#ends.write, `release ${stdout}\nrelease ${stderr}\n`);
  }

  /** Has the guardian become another program. @returns Whether it was told. */
  become(command: readonly string[]): boolean {
    return this.#descriptors.tryWrite(this.#ends.write, `become ${JSON.stringify(command)}\n`);
  }

  /** The descriptors of this side. */
  get ends(): LinkEnds {
    return this.#ends;
  }

  /** Returns when the guardian has died. */
  async listen({ onDeaths, onBecome }: GuardianNews): Promise<void> {
    const source = this.#descriptors.sourceOf(this.#ends.read);
    const decoder = new TextDecoder();
    try {
      for (
        let bytes = await fromPromise(source.read());
        bytes !== null;
        bytes = await fromPromise(source.read())
      ) {
        const said = decoder.decode(bytes);
        onDeaths();
        if (said.includes(IS_THERE)) onBecome(true);
        if (said.includes(STAYS)) onBecome(false);
      }
    } finally {
      source.close();
      this.#descriptors.close(this.#ends.write);
    }
  }
}

/** The guardian's side. */
export class WardLink {
  readonly #descriptors: Descriptors;
  readonly #ends: LinkEnds;

  constructor(descriptors: Descriptors, ends: LinkEnds) {
    this.#descriptors = descriptors;
    this.#ends = ends;
  }

  /** The descriptors of this side. */
  get ends(): LinkEnds {
    return this.#ends;
  }

  tellOfDeath(): void {
    this.#descriptors.tryWrite(this.#ends.write, REAPED);
  }

  /** Says that this guardian is the one that is there now. */
  tellOfItself(): void {
    this.#descriptors.tryWrite(this.#ends.write, IS_THERE);
  }

  /** Says that this guardian has not become what it was to. */
  tellThatItStays(): void {
    this.#descriptors.tryWrite(this.#ends.write, STAYS);
  }

  /** Returns when the supervisor has died, and all that it had said was heard. */
  async listen(orders: WardOrders): Promise<void> {
    const source = this.#descriptors.sourceOf(this.#ends.read);
    const decoder = new TextDecoder();
    let begun = "";
    try {
      for (
        let bytes = await fromPromise(source.read());
        bytes !== null;
        bytes = await fromPromise(source.read())
      ) {
        const lines = (begun + decoder.decode(bytes, { stream: true })).split("\n");
        // The rest of a line that is none makes no sense either.
        begun = lines.pop()!.slice(0, LONGEST_LINE_CHARS);
        for (const line of lines) {
          const [word, rest] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
          if (word === "hold") orders.hold(rest);
          else if (word === "release") orders.release(rest);
          else if (word === "become") {
            const command = decodeJsonOrNull(COMMAND, rest);
            if (command !== null && command.length > 0) orders.become(command);
          }
        }
      }
    } finally {
      source.close();
      this.#descriptors.close(this.#ends.write);
    }
  }
}
