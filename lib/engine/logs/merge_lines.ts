import type { LogLine } from "./log_format.ts";

/** Batches of lines, each in their order. */
export type LineBatches = AsyncGenerator<readonly LogLine[], void>;

/** Where one of those is. */
interface Head {
  readonly source: LineBatches;
  batch: readonly LogLine[];
  index: number;
}

/** Merges lines of several sources by their stamps; what has the same stamp stays in the order of the sources. Closes all of them. */
export async function* mergeLines(sources: readonly LineBatches[]): LineBatches {
  try {
    const heads: Head[] = [];
    for (const head of await Promise.all(sources.map(headOf))) if (head !== null) heads.push(head);
    let merged: LogLine[] = [];
    while (heads.length > 0) {
      const first = earliest(heads);
      const others = heads.filter((head) => head !== first);
      const next = others.length === 0 ? Infinity : stampOf(earliest(others));
      // All that comes before the next line of another source is taken at once.
      const { batch, index } = first;
      let end = index + 1;
      while (end < batch.length && batch[end]!.at < next) end += 1;
      for (let at = index; at < end; at++) merged.push(batch[at]!);
      first.index = end;
      if (end < batch.length) continue;
      yield merged;
      merged = [];
      if (!await refill(first)) heads.splice(heads.indexOf(first), 1);
    }
  } finally {
    // A reader that stops early does not tell the sources so.
    await Promise.all(sources.map((source) => source.return()));
  }
}

async function headOf(source: LineBatches): Promise<Head | null> {
  const head: Head = { source, batch: [], index: 0 };
  return await refill(head) ? head : null;
}

/** @returns False at the end. */
async function refill(head: Head): Promise<boolean> {
  do {
    const { done, value } = await head.source.next();
    if (done === true) return false;
    head.batch = value;
    head.index = 0;
  } while (head.batch.length === 0);
  return true;
}

function earliest(heads: readonly Head[]): Head {
  return heads.reduce((first, head) => stampOf(head) < stampOf(first) ? head : first);
}

function stampOf({ batch, index }: Head): number {
  return batch[index]!.at;
}
