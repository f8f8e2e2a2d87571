/**
 * The hidden verb that the shells ask for completions: `__complete WORD...`, the last of which is the one at the cursor. It
 * prints a candidate a line, with a tab and what it is, and lines for what the shell knows itself: `:files`, `:commands`, and
 * `:open` if a candidate is not the end of its word.
 *
 * Somebody waits at a prompt: it loads what the line at hand needs, says nothing if something goes wrong, and takes no longer
 * than a fixed time, whatever the tree does.
 */
import type { Program } from "../../host/ports/program.ts";
import type { Hosts } from "../main.ts";
import { VERBS } from "../verbs.ts";
import type { Machine } from "./machine.ts";
import { type Names, type Offer, offerFor } from "./offer.ts";
import { type CommandLine, readCommandLine } from "./wanted.ts";

/** How long a tree may take to tell its names. */
const PATIENCE_MS = 1_000;

/** See the module. Never throws. */
export async function playComplete(hosts: Hosts, program: Program): Promise<void> {
  try {
    const offer = await offered(hosts, program);
    const text = linesOf(offer).map((line) => `${line}\n`).join("");
    if (text !== "") await program.stdout.write(text);
  } catch {
    // Any error would stand in the line that somebody is typing.
  }
}

async function offered(hosts: Hosts, program: Program): Promise<Offer> {
  const line = await readCommandLine(program.args.slice(1), async (name) => {
    const verb = VERBS.find((verb) => verb.name === name || verb.aliases.includes(name));
    return verb === undefined && name === "help"
      ? (await import("../help/help_command.ts")).help
      : await verb?.load();
  });
  return await offerFor(line, VERBS, namesFor(line, hosts, program));
}

/** Names from the machine, which is opened for them alone. */
function namesFor(line: CommandLine, { openClientHost, openHost }: Hosts, program: Program): Names {
  const ask = async <T>(
    find: (live: typeof import("./live_names.ts"), on: Machine) => Promise<readonly T[]>,
  ) => {
    const host = await openClientHost();
    const live = await import("./live_names.ts");
    const { run } = await import("../../scope/run.ts");
    const { moveOnAfter } = await import("../../scope/timeouts.ts");
    const on = { host, openHost, program, tree: line.tree };
    const body = () => moveOnAfter(PATIENCE_MS, () => find(live, on));
    return await run(body, { clock: host.clock, name: "complete" }) ?? [];
  };
  return {
    trees: () => ask((live, on) => live.trees(on)),
    selectors: () => ask((live, on) => live.selectors(on)),
    replicated: () => ask((live, on) => live.replicated(on)),
    functions: (selector) => ask((live, on) => live.functions(on, selector)),
    profiles: () => ask((live, on) => live.profiles(on)),
    topics: async () => (await import("../help/topics.ts")).topicNames(),
  };
}

function linesOf({ candidates, more, isOpen }: Offer): readonly string[] {
  const lines = candidates.map(({ value, doc }) => doc === "" ? value : `${value}\t${doc}`);
  return [...lines.map(oneLine), ...more === null ? [] : [`:${more}`], ...isOpen ? [":open"] : []];
}

/** Names are strangers' text: a line ends where it ends here. */
function oneLine(line: string): string {
  return line.replace(/[^\P{Cc}\t]/gu, " ");
}
