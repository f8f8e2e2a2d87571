/**
 * The mark of a run: `INSTANCE.RUN.PROOF` in the environment of all its processes. Instance and run are public, and stand in
 * the names of control groups, too. The proof is a digest of both with the key of the tree, so that a mark cannot be made from
 * what can be read anywhere, and the mark of one run tells nothing of that of another. The environment of a process is for its
 * own user and root to read: a process with a proven mark has it from us, or from a process of ours that gave it away.
 */
import { sameSecret } from "../../base/same_secret.ts";
import type { Host } from "../../host/ports/host.ts";
import type { RunId } from "../../supervision/state.ts";

/** Hexadecimal digits of a key and of a proof: 128 bits. */
const DIGITS = 32;

const KEY = new RegExp(`^[0-9a-f]{${DIGITS}}$`);

/** The content of a mark. */
export interface Mark {
  /** The life of the tree, from its `up` to its end. */
  readonly instance: string;
  readonly run: RunId;
}

/** The marks of one tree. */
export class Marks {
  readonly #digest: Host["digest"];
  readonly #key: string;

  /** @param key Thirty-two hexadecimal digits that nobody can guess. */
  constructor({ digest }: Pick<Host, "digest">, key: string) {
    this.#digest = digest;
    this.#key = key;
  }

  of({ instance, run }: Mark): string {
    const said = `${instance}.${run}`;
    return `${said}.${this.#proofOf(said)}`;
  }

  /** Reads a mark; null if it is none, or is not proven to be of this tree. */
  read(text: string | null): Mark | null {
    if (text === null) return null;
    const proofAt = text.lastIndexOf(".");
    const said = text.slice(0, Math.max(0, proofAt));
    const runAt = said.lastIndexOf(".");
    const run = Number(said.slice(runAt + 1));
    if (runAt <= 0 || !Number.isSafeInteger(run)) return null;
    if (!sameSecret(text.slice(proofAt + 1), this.#proofOf(said))) return null;
    return { instance: said.slice(0, runAt), run };
  }

  #proofOf(said: string): string {
    return this.#digest(`${this.#key}:${said}`).slice(0, DIGITS);
  }
}

/** Whether a text can be a key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}
