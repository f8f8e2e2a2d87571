/**
 * Loaded into supervisor and guardian on Bun, which count their living objects for a soak: each time the file that
 * `SOAK_ASKS` names has another text, they collect their garbage and write that text and the count beside it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import process from "node:process";

const LOOK_EVERY_MS = 50;

const asks = process.env["SOAK_ASKS"];
const isLasting = process.argv.some((word) => word === "__supervisor" || word === "__guardian");
if (asks !== undefined && isLasting) {
  const { fullGC, heapStats } = await import("bun:jsc" as string) as {
    fullGC(): void;
    heapStats(): { readonly objectCount: number };
  };
  let answered = "";
  setInterval(() => {
    const asked = existsSync(asks) ? readFileSync(asks, "utf8") : "";
    if (asked === answered) return;
    answered = asked;
    fullGC();
    const answer = `${asks}.${process.pid}`;
    writeFileSync(`${answer}.new`, JSON.stringify({ asked, objects: heapStats().objectCount }));
    renameSync(`${answer}.new`, answer);
  }, LOOK_EVERY_MS).unref();
}
