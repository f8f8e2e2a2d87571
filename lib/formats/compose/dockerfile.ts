/** Reads from a Dockerfile how its image is run. No other instruction is looked at, and nothing is built. */

/** How an image is run. A command is a list of arguments, or a text for a shell. */
export interface ImageRun {
  readonly entrypoint: readonly string[] | string | null;
  readonly cmd: readonly string[] | string | null;
  /** The folder in the image. */
  readonly workdir: string | null;
  /** The image that it is made from; empty if none is named. */
  readonly from: string;
}

interface Stage extends ImageRun {
  readonly name: string | null;
}

/** Reads a Dockerfile. @param target The stage that counts; the last one without it. */
export function readDockerfile(text: string, target: string | null): ImageRun {
  const stages: Stage[] = [];
  for (const instruction of instructionsOf(text)) {
    const [, word = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(instruction) ?? [];
    const stage = stages.at(-1);
    switch (word.toUpperCase()) {
      case "FROM":
        stages.push(begun(rest, stages));
        break;
      case "CMD":
        replaceLast(stages, stage, { cmd: commandIn(rest) });
        break;
      case "ENTRYPOINT":
        replaceLast(stages, stage, { entrypoint: commandIn(rest), cmd: null });
        break;
      case "WORKDIR":
        replaceLast(stages, stage, { workdir: rest.trim().replace(/^(["'])(.*)\1$/, "$2") });
    }
  }
  const wanted = stages.find(({ name }) => name !== null && name === target?.toLowerCase()) ?? stages.at(-1);
  return wanted ?? { entrypoint: null, cmd: null, workdir: null, from: "" };
}

/** A stage goes on from an earlier one that it names. */
function begun(rest: string, stages: readonly Stage[]): Stage {
  const words = rest.split(/\s+/).filter((word) => word !== "" && !word.startsWith("--"));
  const [from = "", as, name] = words;
  const base = stages.find((stage) => stage.name === from.toLowerCase());
  const { entrypoint = null, cmd = null, workdir = null } = base ?? {};
  return {
    from: base?.from ?? from,
    name: as?.toUpperCase() === "AS" && name !== undefined ? name.toLowerCase() : null,
    entrypoint,
    cmd,
    workdir,
  };
}

function replaceLast(stages: Stage[], stage: Stage | undefined, changed: Partial<Stage>): void {
  if (stage !== undefined) stages[stages.length - 1] = { ...stage, ...changed };
}

/** Lines that end with a backslash go on; comments and empty lines in between do not count. */
function instructionsOf(text: string): readonly string[] {
  const instructions: string[] = [];
  let open = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const isOpen = /\\\s*$/.test(line);
    open += isOpen ? `${line.replace(/\\\s*$/, "")} ` : line;
    if (isOpen) continue;
    instructions.push(open.trim());
    open = "";
  }
  return open === "" ? instructions : [...instructions, open.trim()];
}

function commandIn(rest: string): readonly string[] | string | null {
  const text = rest.trim();
  if (text === "") return null;
  if (!text.startsWith("[")) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((word) => typeof word === "string") ? list : text;
  } catch {
    return text;
  }
}
