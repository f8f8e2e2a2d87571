/** The functions that a worker was told of: each is named once, and has a number from then on. */
import type { FunctionRef, Job, JobMessage } from "./job.ts";

/** See the module. */
export class KnownFunctions {
  readonly #numbers = new Map<string, Map<string, number>>();
  #next = 0;

  /** The message that is sent for a job. */
  messageOf({ url, name, args, isChunk }: Job): JobMessage {
    const call: FunctionRef = this.#numbers.get(url)?.get(name) ?? [this.#next, url, name];
    return isChunk ? [call, args, true] : [call, args];
  }

  /** A message was sent, and with it what it names. */
  sent(message: JobMessage): void {
    const call = message[0];
    if (typeof call === "number") return;
    const [number, url, name] = call;
    const names = this.#numbers.get(url) ?? new Map<string, number>();
    this.#numbers.set(url, names.set(name, number));
    this.#next = number + 1;
  }
}
