/** Stack traces of actors that crash at once stay together. */
import assert from "node:assert/strict";
import { readLines } from "../../lib/engine/logs/log_reader.ts";
import { test } from "../harness/test.ts";
import { STATE_FOLDER } from "../../lib/rehearsal/staged_engine.ts";
import { play } from "./play.ts";

const ACTORS = ["a", "b", "c", "d"];
const ROUNDS = 20;
const DEPTH = 30;

test("engine: what is written at once is not torn apart, for those who follow and in the logs", async () => {
  const heard: string[] = [];
  const trace = (name: string, round: number) =>
    Array.from({ length: DEPTH }, (_, depth) => `${name} ${round} at ${depth}\n`).join("");
  const played = await play({
    config: ACTORS.map((name) => `[actors.${name}]\nexec = ["/bin/${name}"]\n`).join(""),
    programs: Object.fromEntries(ACTORS.map((name) => [
      `/bin/${name}`,
      async (
        self: { print(text: string): void; printError(text: string): void; sleep(ms: number): Promise<void> },
      ) => {
        // They do so in the same instants, on both streams.
        for (let round = 0; round < ROUNDS; round++) {
          (round % 2 === 0 ? self.print : self.printError).call(self, trace(name, round));
          await self.sleep(10);
        }
      },
    ])),
    async script({ engine, at }) {
      engine.listen({ onLine: ({ text }) => heard.push(text), onEntry: () => {} });
      await at(1_000);
    },
  });
  const logged: string[] = [];
  const { files } = played.machine.host;
  for await (const { text } of readLines(files, STATE_FOLDER, { paths: ACTORS, after: 0, upTo: Infinity })) {
    logged.push(text);
  }
  for (const lines of [heard, logged]) {
    assert.equal(lines.length, ACTORS.length * ROUNDS * DEPTH);
    for (let at = 0; at < lines.length; at += DEPTH) {
      const [name, round] = lines[at]!.split(" ");
      assert.equal(
        lines.slice(at, at + DEPTH).map((line) => `${line}\n`).join(""),
        trace(name!, Number(round)),
      );
    }
  }
});
