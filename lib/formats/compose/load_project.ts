/** All files that a compose project is made of: the file itself, what overrides it, what it includes, and what it extends. */
import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { quote } from "../../config/wording.ts";
import { entryOf, mapOf, reject, valueOf } from "../document/access.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import { type Entry, isNothing, type MapNode, type Node, type Placed } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";
import { parseYaml } from "../yaml/parse_yaml.ts";
import { mergeMaps } from "../document/merge_maps.ts";

/** A service with all that it extends. */
export interface Service {
  readonly name: string;
  /** Where it is defined. */
  readonly at: Placed;
  readonly keys: MapNode;
}

/** A project. */
export interface Project {
  readonly services: ReadonlyMap<string, Service>;
  /** The keys beside `services` and `include`. */
  readonly top: readonly Entry[];
}

const MOST_FILES = 100;

const LONGEST_CHAIN = 50;

/** The first of them that is there is read over a file of the usual names. */
const OVERRIDES = [
  "compose.override.yaml",
  "compose.override.yml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];
const OVERRIDDEN = /^(?:docker-)?compose\.ya?ml$/;

/** The disk, the variables and the findings that loading works with. */
export interface Loading {
  readonly disk: IncludeDisk;
  readonly variables: Variables;
  readonly findings: KeyFindings;
}

interface Files extends Loading {
  readonly texts: Map<string, MapNode>;
  /** Those that `include` has brought in, by their paths. */
  readonly included: Set<string>;
}

/** Loads a project from the text of its file. @throws {UserError} `import/not-readable` */
export function loadProject(file: string, text: string, loading: Loading): Project {
  const files: Files = { ...loading, texts: new Map(), included: new Set() };
  const document = parseFile(file, text);
  files.texts.set(file, document);
  const override = overrideOf(file, loading.disk);
  const whole = override === null ? document : overridden(document, override, files);
  return projectOf(whole, [file], files);
}

function overrideOf(file: string, disk: IncludeDisk): string | null {
  if (!OVERRIDDEN.test(baseName(file))) return null;
  const folder = folderOf(file);
  return OVERRIDES.map((name) => `${folder}/${name}`).find((path) => disk.exists(path)) ?? null;
}

function overridden(document: MapNode, path: string, files: Files): MapNode {
  const at = { file: document.file, line: 1 };
  const override = readFile(path, at, files);
  files.findings.kept(at, baseName(path), "read over this file, as docker compose does");
  return mergeMaps(document, override);
}

function projectOf(document: MapNode, trail: readonly string[], files: Files): Project {
  const services = new Map<string, Service>();
  const top: Entry[] = [];
  for (const entry of document.entries.values()) {
    if (entry.key === "include") {
      for (const included of includedBy(entry, trail, files)) {
        for (const service of included.services.values()) addService(services, service);
        top.push(...included.top);
      }
    } else if (entry.key !== "services") {
      top.push(entry);
    }
  }
  const own = valueOf(document, "services");
  if (own === null && !document.entries.has("include")) {
    const isOld = [...document.entries.values()].some(({ value }) =>
      value.kind === "map" && (value.entries.has("image") || value.entries.has("build"))
    );
    reject(
      document,
      "there are no `services` in it",
      isOld ? "put the services below a key `services`, as compose has wanted since version 2" : null,
    );
  }
  if (own !== null) {
    const map = mapOf(own, "`services`");
    for (const entry of map.entries.values()) {
      const keys = extended(entry, map, [], files);
      addService(services, { name: entry.key, at: entry, keys });
    }
  }
  return { services, top };
}

function addService(services: Map<string, Service>, service: Service): void {
  const there = services.get(service.name);
  // Two files may include the same third one.
  if (there !== undefined && there.at.file === service.at.file && there.at.line === service.at.line) return;
  if (there !== undefined) {
    reject(
      service.at,
      `the service ${
        quote(service.name)
      } is defined twice, the first time at ${there.at.file}:${there.at.line}`,
    );
  }
  services.set(service.name, service);
}

/** An entry is a path, or a map with one or several, of which later ones are read over the first. */
function includedBy({ value }: Entry, trail: readonly string[], files: Files): readonly Project[] {
  if (isNothing(value)) return [];
  const items = value.kind === "list" ? value.items : [value];
  return items.flatMap((item) => {
    const path = item.kind === "map" ? valueOf(item, "path") : item;
    if (path === null) reject(item, "an item of `include` has no `path`");
    if (item.kind === "map") tellInclude(item, files.findings);
    const texts = path.kind === "list" ? path.items : [path];
    const documents = texts.map((text) => {
      const written = files.variables.now(text, "a path of `include`");
      if (/^(?:oci|https?|git|ssh):|\.git(?:#|$)/.test(written)) {
        reject(text, `${quote(written)} is on another machine`, "fetch it, and include the file");
      }
      return readFile(resolvePath(folderOf(text.file), written), text, files, trail);
    });
    const [first, ...more] = documents;
    if (first === undefined) reject(item, "an item of `include` has no `path`");
    // Files that include the same ones would otherwise be read as often as there are ways to them.
    const id = documents.map(({ file }) => file).join("\n");
    if (files.included.has(id)) return [];
    files.included.add(id);
    return [projectOf(more.reduce(mergeMaps, first), [...trail, first.file], files)];
  });
}

function tellInclude({ entries }: MapNode, findings: KeyFindings): void {
  const [folder, variables] = [entries.get("project_directory"), entries.get("env_file")];
  if (folder !== undefined) {
    const why = "paths of an included file are relative to its own folder";
    findings.lost(folder, "include.project_directory", why, "write them so that they are right from there");
  }
  if (variables !== undefined) {
    const why = "variables of included files come from the shell, and from the .env of this file";
    findings.lost(variables, "include.env_file", why, "name the file with --env-file");
  }
}

/** A service with what it extends below it, and so on. */
function extended(entry: Entry, services: MapNode, trail: readonly string[], files: Files): MapNode {
  if (isNothing(entry.value)) reject(entry, `the service ${quote(entry.key)} says nothing`);
  const own = mapOf(entry.value, `the service ${quote(entry.key)}`);
  const link = valueOf(own, "extends");
  if (link === null) return own;
  const id = `${entry.file}: ${entry.key}`;
  if (trail.includes(id)) {
    const chain = [...trail.slice(trail.indexOf(id)), id].map((step) => step.replace(/^.*: /, ""));
    reject(link, `the service ${quote(entry.key)} extends itself: ${chain.join(" -> ")}`);
  }
  if (trail.length === LONGEST_CHAIN) {
    reject(link, `more than ${LONGEST_CHAIN} services extend each other in a chain`);
  }
  const { service, from } = linkOf(link, services, files);
  const base = entryOf(from, service);
  if (base === null) reject(link, `there is no service ${quote(service)} in ${from.file}`);
  const below = extended(base, from, [...trail, id], files);
  return mergeMaps(withoutLink(below), withoutLink(own));
}

function linkOf(link: Node, services: MapNode, files: Files): { service: string; from: MapNode } {
  if (link.kind !== "map") return { service: files.variables.now(link, "`extends`"), from: services };
  const name = valueOf(link, "service");
  if (name === null) reject(link, "`extends` has no `service`");
  const service = files.variables.now(name, "`service` of `extends`");
  const file = valueOf(link, "file");
  if (file === null) return { service, from: services };
  const path = resolvePath(folderOf(file.file), files.variables.now(file, "`file` of `extends`"));
  const document = readFile(path, file, files);
  const from = valueOf(document, "services");
  if (from === null) reject(file, `there are no \`services\` in ${path}`);
  return { service, from: mapOf(from, "`services`") };
}

function withoutLink(map: MapNode): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => key !== "extends")) };
}

function readFile(path: string, at: Placed, files: Files, trail: readonly string[] = []): MapNode {
  const found = files.disk.read(path);
  if ("why" in found) return reject(at, `cannot read "${path}": ${found.why}`);
  const { file, text, problem } = found;
  if (trail.includes(file)) {
    reject(
      at,
      `the file includes itself: ${[...trail.slice(trail.indexOf(file)), file].map(baseName).join(" -> ")}`,
    );
  }
  const known = files.texts.get(file);
  if (known !== undefined) return known;
  if (problem !== null) reject({ file, line: problem.line }, problem.message, problem.hint);
  if (files.texts.size >= MOST_FILES) reject(at, `the project has more than ${MOST_FILES} files`);
  const document = parseFile(file, text);
  files.texts.set(file, document);
  return document;
}

function parseFile(file: string, text: string): MapNode {
  const document = parseYaml(text, file);
  if (document === null) return reject({ file, line: 1 }, "the file says nothing");
  return mapOf(document, "the file");
}
