/**
 * Which actors have left something: one look at the process table answers for all that have ended until its turn comes.
 * A look for each would make the end of a thousand actors a million looks at a process.
 */
import { lookWhere } from "../../host/look.ts";
import type { Host } from "../../host/ports/host.ts";
import { TOKEN_VARIABLE } from "./spawn_spec.ts";

/** See the module. */
export class Census {
  static readonly #ofHosts = new WeakMap<Host, Census>();
  readonly #host: Host;
  /** Tokens that the next look asks for, and who is to be told. */
  #asked = new Map<string, (hasLeft: boolean) => void>();

  private constructor(host: Host) {
    this.#host = host;
  }

  /** The one of a host. */
  static of(host: Host): Census {
    const known = Census.#ofHosts.get(host);
    if (known !== undefined) return known;
    const made = new Census(host);
    Census.#ofHosts.set(host, made);
    return made;
  }

  /** Whether something lives that the actor with a token has started, or one below it. Tokens are asked for once. */
  hasLeft(token: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (this.#asked.size === 0) this.#host.clock.turn(() => this.#look());
    this.#asked.set(token, resolve);
    return promise;
  }

  #look(): void {
    const asked = this.#asked;
    this.#asked = new Map();
    // A look that has found something is not repeated, and may have missed what bears the other tokens.
    for (let found = this.#findFirst(asked); found.size > 0; found = this.#findFirst(asked)) {
      for (const token of found) {
        asked.get(token)!(true);
        asked.delete(token);
      }
    }
    for (const tell of asked.values()) tell(false);
  }

  #findFirst(asked: ReadonlyMap<string, unknown>): ReadonlySet<string> {
    const found = new Set<string>();
    if (asked.size === 0) return found;
    const { processes } = this.#host;
    lookWhere(processes, ({ pid }) => {
      const tokens = processes.variableOf(pid, TOKEN_VARIABLE);
      const borne = tokens === null ? [] : prefixesOf(tokens).filter((one) => asked.has(one));
      for (const one of borne) found.add(one);
      return borne.length > 0;
    });
    return found;
  }
}

/** `a.b.c` bears the tokens `a`, `a.b` and `a.b.c`. */
function prefixesOf(tokens: string): readonly string[] {
  const parts = tokens.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}
