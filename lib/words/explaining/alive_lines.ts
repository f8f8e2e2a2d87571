/** The processes that are yet to end, in sentences for people. */
import { nameSome } from "../../base/name_some.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import type { Living } from "../../explanation/present.ts";

/** See the module. */
export function aliveLines({ alive, path }: Explanation): readonly string[] {
  if (alive.length === 0) return [];
  const still = alive.filter(({ isStill }) => isStill);
  return [
    nameSome(alive.map((one) => processText(one, path))),
    ...still.length === 0
      ? []
      : [`${nameSome(still.map(({ pid }) => String(pid)))}: stopped, or in the kernel, and deaf to signals`],
  ];
}

function processText({ path, pid, name }: Living, of: string): string {
  return path === of ? `${name} (pid ${pid})` : `${name} (pid ${pid}, of ${path})`;
}
