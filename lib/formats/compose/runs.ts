/** The command of a service when there is no container: its own, that of its Dockerfile, or a well-known program. */
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { quote } from "../../config/wording.ts";
import { type Run, runOf, wordsOf } from "../command_text.ts";
import { reject, textOf, valueOf } from "../document/access.ts";
import type { MapNode, Node, Placed } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";
import { type ImageRun, readDockerfile } from "./dockerfile.ts";
import { type KnownImage, knownImage, withOwnPort } from "./known_images.ts";
import type { Service } from "./load_project.ts";
import { type Place, placeHere, type Volume } from "./places.ts";

/** How a service is run. */
export type ServiceRun =
  /** By a command; `from` says which key or file has it. */
  | { readonly kind: "command"; readonly run: Run; readonly from: string; readonly at: Placed }
  /** By a command whose program is only known from the name of the image. */
  | { readonly kind: "guessed"; readonly run: Run; readonly at: Placed }
  /** As a program of this machine, with the arguments that the service has for it. */
  | { readonly kind: "known"; readonly image: KnownImage; readonly args: readonly string[] }
  /** Not at all. */
  | { readonly kind: "nothing"; readonly why: string; readonly hint: string };

/** The parts of a service that say how to run it. */
export interface Makeup {
  readonly image: string | null;
  /** The folder that it is built from, absolute. */
  readonly sources: string | null;
  readonly built: ImageRun | null;
  readonly workdir: string | null;
}

/** The disk and the variables that a look at a service needs. */
interface Looking {
  readonly disk: IncludeDisk;
  readonly variables: Variables;
}

/** Reads the parts of a service that say how to run it. */
export function makeupOf({ keys }: Service, { disk, variables }: Looking): Makeup {
  const read = (map: MapNode, key: string) => {
    const node = valueOf(map, key);
    return node === null ? null : variables.now(node, `\`${key}\``);
  };
  const image = read(keys, "image");
  const build = valueOf(keys, "build");
  const workdir = read(keys, "working_dir");
  if (build === null) return { image, sources: null, built: null, workdir };
  const context = build.kind === "map" ? valueOf(build, "context") : build;
  const written = context === null ? "." : variables.now(context, "the context of `build`");
  if (/^(?:https?|git|ssh):|^git@/.test(written)) return { image, sources: null, built: null, workdir };
  const sources = resolvePath(folderOf(build.file), written);
  const details = build.kind === "map" ? build : null;
  const inline = details === null ? null : valueOf(details, "dockerfile_inline");
  const name = details === null ? null : read(details, "dockerfile");
  const target = details === null ? null : read(details, "target");
  const found = inline === null
    ? disk.read(resolvePath(sources, name ?? "Dockerfile"))
    : { text: textOf(inline, "`dockerfile_inline`") };
  const built = "text" in found ? readDockerfile(found.text, target) : null;
  return { image, sources, built, workdir };
}

/** Where folders of its container are here: what is mounted, and its sources at the folder that its image works in. */
export function placesOf(makeup: Makeup, volumes: readonly Volume[]): readonly Place[] {
  const mounted = volumes.flatMap(({ type, source, target }) =>
    type === "bind" && source !== null ? [{ inside: target, here: source }] : []
  );
  const inside = makeup.built?.workdir ?? makeup.workdir;
  if (makeup.sources === null || inside === null || !inside.startsWith("/")) return mounted;
  if (placeHere(inside, mounted) !== null) return mounted;
  return [...mounted, { inside: inside === "/" ? "/." : inside.replace(/\/+$/, ""), here: makeup.sources }];
}

/** The folder that it runs in, absolute; null where nothing says so. */
export function folderFor(makeup: Makeup, places: readonly Place[]): string | null {
  const inside = makeup.workdir ?? makeup.built?.workdir ?? null;
  return (inside === null ? null : placeHere(inside, places)) ?? makeup.sources;
}

/** How a service is run. */
export function runFor(service: Service, makeup: Makeup, variables: Variables): ServiceRun {
  const { keys } = service;
  const command = givenWords(keys, "command", variables);
  const entrypoint = givenWords(keys, "entrypoint", variables);
  const from = makeup.built?.from ?? "";
  const image = makeup.sources === null ? makeup.image : (makeup.built?.cmd ?? null) === null ? from : null;
  const known = image === null ? null : knownImage(image);
  if (known !== null && entrypoint === null) {
    const args = argumentsFor(known, command?.words ?? []);
    if (args !== null) return { kind: "known", ...withOwnPort(known, args) };
  }
  if (command === null && entrypoint === null) return fromDockerfile(service, makeup);
  if (command?.words.length === 0 && entrypoint === null) return fromDockerfile(service, makeup);
  const before = entrypoint === null ? localEntrypoint(makeup) : entrypoint.words;
  const words = [...before, ...command?.words ?? []];
  if (words.length === 0) return fromDockerfile(service, makeup);
  const at = (command ?? entrypoint)!.at;
  if (words[0]!.startsWith("-") && makeup.sources === null && makeup.image !== null) {
    return { kind: "guessed", run: { words: [programOf(makeup.image), ...words] }, at };
  }
  const keysOf = [...(entrypoint === null ? [] : ["entrypoint"]), ...(command === null ? [] : ["command"])];
  return { kind: "command", run: runOf(words), from: keysOf.join(" and "), at };
}

function fromDockerfile({ at }: Service, makeup: Makeup): ServiceRun {
  const { built, sources, image } = makeup;
  const cmd = built?.cmd ?? null;
  if (typeof cmd === "string") {
    return { kind: "command", run: { shell: cmd }, from: "the CMD of its Dockerfile", at };
  }
  if (typeof built?.entrypoint === "string") {
    return {
      kind: "command",
      run: { shell: built.entrypoint },
      from: "the ENTRYPOINT of its Dockerfile",
      at,
    };
  }
  const words = [...localEntrypoint(makeup), ...cmd ?? []];
  if (words.length > 0) return { kind: "command", run: runOf(words), from: "its Dockerfile", at };
  const what = sources !== null && built === null
    ? "it is built from a Dockerfile that cannot be read here"
    : sources !== null
    ? "neither it nor its Dockerfile says what is run"
    : image === null
    ? "it has neither an image nor a command"
    : `the image ${quote(image)} is not run here, and nothing says what it runs`;
  return { kind: "nothing", why: what, hint: "write an actor with the command that it is to run" };
}

/** Many images are called what their entrypoint is. */
function programOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/^.*\//, "").replace(/:.*$/, "");
}

/** An entrypoint that prepares a container is of no use where there is none. */
function localEntrypoint({ built }: Makeup): readonly string[] {
  const entrypoint = built?.entrypoint ?? null;
  if (entrypoint === null || typeof entrypoint === "string") return [];
  const [program = ""] = entrypoint;
  return /(?:^|\/)(?:docker-entrypoint(?:\.sh)?|tini|dumb-init|entrypoint\.sh)$/.test(program)
    ? []
    : entrypoint;
}

interface Words {
  readonly words: readonly string[];
  readonly at: Node;
}

/** The words of `command` or `entrypoint`; null if there is none, empty if it is said to be empty. */
function givenWords(keys: MapNode, key: string, variables: Variables): Words | null {
  const node = valueOf(keys, key);
  if (node === null) return null;
  if (node.kind === "map") return reject(node, `\`${key}\` is a map of keys, and has to be a text or a list`);
  if (node.kind === "list") {
    return { words: node.items.map((item) => variables.text(item, `an item of \`${key}\``)), at: node };
  }
  const words = wordsOf(variables.text(node, `\`${key}\``));
  return words === null ? reject(node, `a quote in \`${key}\` is never closed`) : { words, at: node };
}

/** The arguments that a command has for the program of an image; null if the command runs another program. */
function argumentsFor({ programs }: KnownImage, words: readonly string[]): readonly string[] | null {
  const [first, ...rest] = words;
  if (first === undefined) return [];
  if (first.startsWith("-")) return words;
  const name = first.slice(first.lastIndexOf("/") + 1);
  return programs.includes(name) ? rest : null;
}
