import type { OpenFile } from "./open_file.ts";

const FIRST_FREE = 3;

/** The descriptors of one process. */
export class DescriptorTable {
  readonly #open = new Map<number, OpenFile>();

  /** Gives a file the lowest number that is free, above the standard ones. */
  add(file: OpenFile): number {
    let number = FIRST_FREE;
    while (this.#open.has(number)) number += 1;
    this.#open.set(number, file);
    return number;
  }

  /** Puts a file under a number, which must be free. */
  set(number: number, file: OpenFile): void {
    this.#open.set(number, file);
  }

  get(number: number): OpenFile | undefined {
    return this.#open.get(number);
  }

  /** Lets go of a descriptor; nothing if it is not open. */
  close(number: number): void {
    const file = this.#open.get(number);
    this.#open.delete(number);
    file?.release();
  }

  closeAll(): void {
    for (const number of [...this.#open.keys()]) this.close(number);
  }

  /** The same descriptors for a forked process. */
  copy(): DescriptorTable {
    const copy = new DescriptorTable();
    for (const [number, file] of this.#open) copy.set(number, file.share());
    return copy;
  }
}
