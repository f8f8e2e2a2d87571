import type { ThreadLine } from "../../../lib/host/ports/threads.ts";

/** What only a host knows of a thread. */
export interface ThreadMeans {
  exit(code: number): Promise<never>;
}

/**
 * What a thread of the contract does: it echoes, until a message is one of a few words.
 *
 * @returns When there is nothing more to do.
 */
export async function threadProgram(
  { connection, memory }: ThreadLine,
  { exit }: ThreadMeans,
): Promise<void> {
  const say = (text: string) => connection.send([new TextEncoder().encode(text)]);
  while (true) {
    const bytes = await connection.read();
    if (bytes === null) return;
    const [word, number] = bytes.length > 100 ? [""] : new TextDecoder().decode(bytes).split(" ");
    if (word === "fail") throw new Error("it went wrong");
    else if (word === "return") return;
    else if (word === "exit") {
      for (let i = 0; i < 100; i++) say(`${i} `);
      await exit(Number(number));
    } else if (word === "spin") {
      say("spinning");
      for (;;);
    } else if (word === "wait") {
      say("waiting");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    } else if (word === "find") {
      const shared = memory.find(Number(number));
      if (shared !== undefined) new Uint8Array(shared)[0]! += 1;
      say(`${shared === undefined ? "none" : memory.share(shared)}`);
    } else if (word === "share") {
      const shared = new SharedArrayBuffer(8);
      new Uint8Array(shared)[0] = 7;
      say(`${memory.share(shared)}`);
    } else connection.send([bytes]);
  }
}
