/**
 * Compresses rotated files, one at a time and in pieces, beside all else. The compressed file has another name until it is
 * whole: one that a killed program has left in parts is taken for nothing, and begun anew. A rotation meanwhile changes the
 * number of the file, and is not held up.
 */
import { messageOf } from "../../base/user_error.ts";
import type { Files, ReadFile } from "../../host/ports/files.ts";
import { byteStreamOf } from "./byte_stream.ts";
import { COMPRESSED } from "./rotated_files.ts";

/** How the name of a file ends that is not whole. */
const DRAFT = `${COMPRESSED}.new`;

/** A file that is being compressed. */
interface Packed {
  readonly current: string;
  /** Its number now; null once it was removed. */
  number: number | null;
}

/** See the module. */
export class Compressor {
  readonly #files: Files;
  readonly #onFailed: (current: string, why: string) => void;
  #packed: Packed | null = null;
  #isOver = false;

  /** @param onFailed Told that a rotated file of a log stays as it is. */
  constructor(files: Files, onFailed: (current: string, why: string) => void) {
    this.#files = files;
    this.#onFailed = onFailed;
  }

  /** Leaves what is being compressed as it is, soon. */
  close(): void {
    this.#isOver = true;
  }

  /** A rotated file has another number, or was removed. */
  moved(current: string, number: number, next: number | null): void {
    const packed = this.#packed;
    if (packed?.current === current && packed.number === number) packed.number = next;
  }

  /** Compresses all rotated files of a log that are not, the oldest first, until it fails. */
  async packAll(current: string): Promise<void> {
    try {
      for (let number = this.#oldest(current); number !== null; number = this.#oldest(current)) {
        if (this.#isOver || !await this.#pack({ current, number })) return;
      }
    } catch (error) {
      this.#onFailed(current, messageOf(error));
    }
  }

  #oldest(current: string): number | null {
    let oldest: number | null = null;
    // Between two renames of a rotation one number is missing, but no rotation lasts longer than a call.
    for (let number = 1;; number++) {
      const plain = `${current}.${number}`;
      const isPacked = this.#files.exists(`${plain}${COMPRESSED}`);
      const isPlain = this.#files.exists(plain);
      if (!isPacked && !isPlain) return oldest;
      // A program that was killed in between has left both.
      if (isPacked && isPlain) this.#files.remove(plain);
      else if (isPlain) oldest = number;
    }
  }

  /** @returns Whether it was done. */
  async #pack(packed: Packed): Promise<boolean> {
    const { current } = packed;
    const draft = `${current}${DRAFT}`;
    this.#packed = packed;
    const source = await this.#open(packed);
    try {
      this.#files.remove(draft);
      if (source === null || !await this.#write(source, draft)) return false;
      // Nothing comes between these, and who is killed there leaves both, of which the compressed one counts.
      if (packed.number !== null) {
        const plain = `${current}.${packed.number}`;
        this.#files.rename(draft, `${plain}${COMPRESSED}`);
        this.#files.remove(plain);
      }
      return true;
    } finally {
      this.#packed = null;
      await source?.close();
      this.#files.remove(draft);
    }
  }

  /** Opens the file itself: while a name is being opened, a rotation may give it to the next. */
  async #open(packed: Packed): Promise<ReadFile | null> {
    while (packed.number !== null) {
      const { number } = packed;
      const file = await this.#files.openRead(`${packed.current}.${number}`);
      if (packed.number === number) return file;
      await file?.close();
    }
    return null;
  }

  /** @returns False if it is wanted no more. */
  async #write(source: ReadFile, draft: string): Promise<boolean> {
    const target = await this.#files.openAppend(draft);
    try {
      for await (const bytes of byteStreamOf(source).pipeThrough(new CompressionStream("gzip"))) {
        if (this.#isOver) return false;
        await target.append(bytes);
      }
      return !this.#isOver;
    } finally {
      await target.close();
    }
  }
}
