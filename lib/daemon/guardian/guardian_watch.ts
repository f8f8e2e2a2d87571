/**
 * The guardian, as its supervisor sees it: watched, so that neither is without the other for long. If it dies, a tree that
 * is to survive gets another one, which is no parent of anything any more; any other tree is taken down.
 */
import { definedOnly } from "../../base/defined_only.ts";
import type { NamedPipes } from "../../engine/survival/run_pipes.ts";
import type { Host } from "../../host/ports/host.ts";
import { type Child, type ProcessId, SpawnError } from "../../host/ports/processes.ts";
import type { Program } from "../../host/ports/program.ts";
import { sleep } from "../../scope/sleep.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import { GuardianLink } from "./guardian_link.ts";
import {
  type GuardedOptions,
  GUARDIAN_VERB,
  type GuardianOptions,
  LINK_READ_DESCRIPTOR,
  LINK_WRITE_DESCRIPTOR,
} from "../launch_options.ts";
import { openLink } from "./link_ends.ts";

/** How long to wait until another attempt to start a guardian. */
const TRY_AGAIN_MS = 1_000;

/** How long a guardian may take to become another program. */
const BECOMING_MS = 10_000;

/** Listeners of the guardian's news. */
export interface GuardianListeners {
  /** It may have reaped something for us. */
  onDeaths(): void;
  /** There is another one. */
  onReplaced(guardian: ProcessId): void;
}

/** See the module. */
export class GuardianWatch {
  readonly #host: Host;
  readonly #program: Program;
  readonly #options: GuardedOptions;
  #guardian: ProcessId;
  #link: GuardianLink;
  #onBecome: (hasBecome: boolean) => void = () => {};

  constructor(host: Host, program: Program, options: GuardedOptions) {
    this.#host = host;
    this.#program = program;
    this.#options = options;
    this.#guardian = options.guardian;
    this.#link = new GuardianLink(host.descriptors, {
      read: LINK_READ_DESCRIPTOR,
      write: LINK_WRITE_DESCRIPTOR,
    });
  }

  /** The one that there is, or was the last. */
  get guardian(): ProcessId {
    return this.#guardian;
  }

  hold(pipes: NamedPipes): void {
    this.#link.hold(pipes);
  }

  release(pipes: NamedPipes): void {
    this.#link.release(pipes);
  }

  /** The descriptors that the next supervisor in the same process has to find under the numbers of the link. */
  get descriptors(): Readonly<Record<number, number>> {
    const { read, write } = this.#link.ends;
    return { [LINK_READ_DESCRIPTOR]: read, [LINK_WRITE_DESCRIPTOR]: write };
  }

  /** Has the guardian go on as another program. @returns Whether it does; null if it has not said so for long. */
  async become(command: readonly string[]): Promise<boolean | null> {
    const answer = { has: null as boolean | null, given: new Event() };
    this.#onBecome = (has) => {
      answer.has = has;
      answer.given.set();
    };
    if (!this.#link.become(command)) return false;
    await moveOnAfter(BECOMING_MS, () => answer.given.wait());
    this.#onBecome = () => {};
    return answer.has;
  }

  /** Returns when there is no guardian any more. @param isReplaced Whether there is to be another one then. */
  async run(isReplaced: boolean, { onDeaths, onReplaced }: GuardianListeners): Promise<void> {
    while (true) {
      await this.#link.listen({ onDeaths, onBecome: (has) => this.#onBecome(has) });
      this.#onBecome(false);
      onDeaths();
      if (!isReplaced) return;
      const { pid, startTime } = await this.#replace();
      this.#guardian = { pid, startTime };
      onReplaced(this.#guardian);
    }
  }

  async #replace(): Promise<Child> {
    while (true) {
      try {
        return this.#start();
      } catch (error) {
        if (!(error instanceof SpawnError)) throw error;
        await sleep(TRY_AGAIN_MS);
      }
    }
  }

  #start(): Child {
    const { descriptors, processes } = this.#host;
    const { pid, startTime } = processes.find(processes.ownPid)!;
    const options: GuardianOptions = { ...this.#options, ward: { pid, startTime } };
    const { guardian, supervisor } = openLink(descriptors);
    try {
      const child = processes.spawn({
        argv: [...this.#program.selfCommand, GUARDIAN_VERB, JSON.stringify(options)],
        env: definedOnly(this.#program.environment),
        cwd: "/",
        stdin: null,
        output: "inherit",
        descriptors: { [LINK_READ_DESCRIPTOR]: guardian.read, [LINK_WRITE_DESCRIPTOR]: guardian.write },
      });
      this.#link = new GuardianLink(descriptors, supervisor);
      return child;
    } catch (error) {
      for (const descriptor of [supervisor.read, supervisor.write]) descriptors.close(descriptor);
      throw error;
    } finally {
      for (const descriptor of [guardian.read, guardian.write]) descriptors.close(descriptor);
    }
  }
}
