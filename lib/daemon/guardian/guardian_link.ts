/**
 * What a guardian and its supervisor say to each other: a pipe each way, that ends when the other one dies. Neither ever
 * waits for the other, so that one that is held still does not hold the other up.
 *
 *     guardian to supervisor: a byte for each process that it has reaped for it (`deaths.ts` says which)
 *     supervisor to guardian: "hold PATH" and "release PATH" of pipes that actors write to
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { NamedPipes } from "../../engine/survival/run_pipes.ts";
import type { Descriptors } from "../../host/ports/descriptors.ts";
import type { LinkEnds } from "./link_ends.ts";

/** Longer than any path. */
const LONGEST_LINE_CHARS = 8_192;

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

  /** Returns when the guardian has died. @param onDeaths Told that it has reaped something. */
  async listen(onDeaths: () => void): Promise<void> {
    const source = this.#descriptors.sourceOf(this.#ends.read);
    try {
      while (await fromPromise(source.read()) !== null) onDeaths();
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

  tellOfDeath(): void {
    this.#descriptors.tryWrite(this.#ends.write, ".");
  }

  /** Returns when the supervisor has died, and all that it had said was heard. */
  async listen(pipes: { hold(path: string): void; release(path: string): void }): Promise<void> {
    const source = this.#descriptors.sourceOf(this.#ends.read);
    const decoder = new TextDecoder();
    let text = "";
    try {
      for (
        let bytes = await fromPromise(source.read());
        bytes !== null;
        bytes = await fromPromise(source.read())
      ) {
        const lines = (text + decoder.decode(bytes, { stream: true })).split("\n");
        // The rest of a line that is none makes no sense either.
        text = lines.pop()!.slice(0, LONGEST_LINE_CHARS);
        for (const line of lines) {
          const [word, path] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
          if (word === "hold") pipes.hold(path);
          else if (word === "release") pipes.release(path);
        }
      }
    } finally {
      source.close();
      this.#descriptors.close(this.#ends.write);
    }
  }
}
