import { nodeFs } from "./lazy_node.ts";

/** A terminal gives a line at a time. */
const BLOCK_BYTES = 4_096;

/** A line of standard input, without its end; null if there is none any more. */
export function readLine(): string | null {
  const block = new Uint8Array(BLOCK_BYTES);
  const bytes: number[] = [];
  for (;;) {
    const count = nodeFs().readSync(0, block);
    if (count === 0 && bytes.length === 0) return null;
    const end = block.subarray(0, count).indexOf("\n".charCodeAt(0));
    bytes.push(...block.subarray(0, end < 0 ? count : end));
    if (end >= 0 || count === 0) return new TextDecoder().decode(new Uint8Array(bytes));
  }
}
