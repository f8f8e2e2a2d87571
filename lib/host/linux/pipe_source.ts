/** Pipes, and whatever else can be waited for, read by calls of our own, which both runtimes do alike. */
import type { PipeSource } from "../ports/processes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { type Libc, LINUX } from "./libc.ts";
import type { ReadySet, Waiter } from "./ready_set.ts";

/** The size of the block that all sources read into: as much as a pipe holds by default. */
const BLOCK_BYTES = 64 * 1_024;
let block: Uint8Array | null = null;

/** See the module. */
export class LinuxPipeSource implements PipeSource {
  readonly #libc: Libc;
  readonly #waiter: Waiter;
  #isOpen = true;
  #resolve: ((bytes: Uint8Array | null) => void) | null = null;

  /** @param descriptor One that does not block; it is closed with the source. */
  constructor(libc: Libc, set: ReadySet, descriptor: number) {
    this.#libc = libc;
    // It is looked at once unasked, because a pipe with a name that nobody has at its other end tells nothing.
    this.#waiter = set.add(descriptor, true);
  }

  read(): Promise<Uint8Array | null> {
    if (!this.#isOpen) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.whenReadable(() => this.#readPiece());
    });
  }

  whenReadable(callback: () => void): void {
    if (this.#isOpen) this.#waiter.ask(callback);
  }

  readInto(into: Uint8Array): number | null {
    if (!this.#isOpen) return null;
    const { call } = this.#libc;
    while (true) {
      const length = Number(call.read(this.#waiter.descriptor, into, into.length));
      if (length > 0) {
        this.#waiter.took(length);
        return length;
      }
      const errno = length < 0 ? this.#libc.errno() : 0;
      if (errno === LINUX.EINTR) continue;
      if (errno === LINUX.EAGAIN) {
        this.#waiter.exhausted();
        return 0;
      }
      // A pipe that cannot be read has ended.
      this.close();
      return null;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#waiter.forget();
    closeDescriptor(this.#libc, this.#waiter.descriptor);
    this.#settle(null);
  }

  #readPiece(): void {
    const into = block ??= new Uint8Array(BLOCK_BYTES);
    const length = this.readInto(into);
    if (length === 0) this.whenReadable(() => this.#readPiece());
    else if (length !== null) this.#settle(into.slice(0, length));
  }

  #settle(bytes: Uint8Array | null): void {
    this.#resolve?.(bytes);
    this.#resolve = null;
  }
}
