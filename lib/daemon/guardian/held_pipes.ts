import type { Descriptors } from "../../host/ports/descriptors.ts";

/** The pipes that actors write to, kept open so that nothing of what is in them is lost when the supervisor dies. */
export class HeldPipes {
  readonly #descriptors: Descriptors;
  readonly #open = new Map<string, number>();

  constructor(descriptors: Descriptors) {
    this.#descriptors = descriptors;
  }

  /** Opens a pipe, if it is there and not open yet. */
  hold(path: string): void {
    if (this.#open.has(path)) return;
    const descriptor = this.#descriptors.openNamedPipe(path);
    if (descriptor !== null) this.#open.set(path, descriptor);
  }

  release(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor !== undefined) this.#descriptors.close(descriptor);
    this.#open.delete(path);
  }

  /** Hands a pipe over to its reader; null if there is none. */
  take(path: string): number | null {
    this.hold(path);
    const descriptor = this.#open.get(path) ?? null;
    this.#open.delete(path);
    return descriptor;
  }
}
