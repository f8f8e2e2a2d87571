/** Stops processes, and lets each of them go again, whatever becomes of this program. */
import { keyOf } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { Child, ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { HELD_DESCRIPTOR, heldLine } from "./let_go.ts";
import { LET_GO_VERB } from "./let_go_verb.ts";

interface Helper {
  readonly child: Child;
  /** The end of the pipe that tells it what is held. */
  readonly write: number;
}

/** See the module. */
export class Holds {
  readonly #host: Host;
  readonly #program: Pick<Program, "selfCommand" | "environment">;
  readonly #held = new Map<string, ProcessId>();
  #helper: Helper | null = null;

  constructor(host: Host, program: Pick<Program, "selfCommand" | "environment">) {
    this.#host = host;
    this.#program = program;
  }

  /** Stops a process. The helper knows of it before. @returns Whether it was there. */
  stop(process: ProcessId): boolean {
    this.#helper ??= this.#startHelper();
    this.#host.descriptors.write(this.#helper.write, heldLine(process, true));
    this.#held.set(keyOf(process), process);
    return this.#host.processes.signal(process, "SIGSTOP") === "sent";
  }

  /** Lets it go on. */
  letGo(process: ProcessId): void {
    if (!this.#held.delete(keyOf(process))) return;
    this.#host.processes.signal(process, "SIGCONT");
    if (this.#helper !== null) this.#host.descriptors.write(this.#helper.write, heldLine(process, false));
  }

  /** Lets all of them go on. */
  letAllGo(): void {
    for (const process of [...this.#held.values()]) this.letGo(process);
  }

  /** Lets all of them go on, and ends the helper. */
  async close(): Promise<void> {
    this.letAllGo();
    if (this.#helper === null) return;
    this.#host.descriptors.close(this.#helper.write);
    await this.#helper.child.exited;
    this.#helper = null;
  }

  #startHelper(): Helper {
    const { descriptors, processes } = this.#host;
    const { read, write } = descriptors.openPipe();
    const { selfCommand, environment } = this.#program;
    const env = Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    try {
      const child = processes.spawn({
        argv: [...selfCommand, LET_GO_VERB],
        env,
        cwd: "/",
        stdin: null,
        output: "null",
        descriptors: { [HELD_DESCRIPTOR]: read },
      });
      return { child, write };
    } catch (error) {
      descriptors.close(write);
      throw error;
    } finally {
      descriptors.close(read);
    }
  }
}
