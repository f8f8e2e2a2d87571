/** Compose files, as docker compose and podman-compose read them: services that can run without their image become actors. */
import { folderOf } from "../../base/posix_path.ts";
import { isTreeName } from "../../config/keys/tree_name.ts";
import { quote } from "../../config/wording.ts";
import { type Run, runOf, setRun } from "../command_text.ts";
import { addActor, type DraftActor, draftTree, type DraftValue, fitShutdown, orderKeys } from "../draft.ts";
import { reject, textOf } from "../document/access.ts";
import { KeyFindings } from "../document/key_findings.ts";
import { isNothing } from "../document/node.ts";
import { FindingList } from "../finding.ts";
import type { Imported, Importer, ImportSource } from "../importer.ts";
import { Variables } from "../variables/variables.ts";
import { type Host, localize } from "./hosts.ts";
import { checkDependencies, oneShotsOf, type WhyOneShot } from "./lifetimes.ts";
import { loadProject, type Project, type Service } from "./load_project.ts";
import { mountedFilesOf, placesOfFiles } from "./mounted_files.ts";
import { TOP_KEYS } from "./lost_keys.ts";
import { type Place, volumesOf } from "./places.ts";
import { folderFor, type Makeup, makeupOf, placesOf, runFor, type ServiceRun } from "./runs.ts";
import { setRestarts } from "./restarts.ts";
import {
  fromFile,
  localWord,
  type ProjectContext,
  type ServiceContext,
  toKey,
  wholePath,
} from "./service.ts";
import { translateKeys } from "./translate_keys.ts";

/** See the module. */
export const importer: Importer = {
  name: "compose",
  title: "a compose file",
  recognizes: (baseName, text) => {
    const isYaml = /\.ya?ml$/i.test(baseName);
    if (!isYaml || /^["']?processes["']?[ \t]*:/m.test(text)) return false;
    return /^(?:docker-|podman-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i.test(baseName) ||
      /^["']?services["']?[ \t]*:/m.test(text);
  },
  read,
};

function read({ file, text, disk, environment, hasEnvFiles }: ImportSource): Imported {
  const folder = folderOf(file);
  const dotenv = disk.read(`${folder}/.env`);
  const isRead = "text" in dotenv && hasEnvFiles !== true;
  const variables = new Variables(environment, isRead ? dotenv.text : null);
  const list = new FindingList(file);
  const findings = new KeyFindings(list, "");
  const project = loadProject(file, text, { disk, variables, findings });
  checkDependencies(project, variables);
  const draft = draftTree();
  tellTop(project, draft.keys, findings, variables);
  const planned = plan(project, { disk, variables });
  const oneShots = oneShotsOf(project, variables);
  const running = planned.filter(({ run }) => run.kind !== "nothing");
  if (running.length === 0) refuse(planned, file);
  const actors = new Map(running.map(({ service }) => [service.name, addActor(draft, service.name)]));
  const context: ProjectContext = {
    folder,
    disk,
    variables,
    hosts: hostsOf(planned, variables),
    services: project.services,
    mountedFiles: mountedFilesOf(project, variables),
    actors: new Map([...actors].map(([name, actor]) => [name, actor.name])),
    probed: new Set(planned.filter(({ run }) => run.kind === "known").map(({ service }) => service.name)),
    oneShots: new Set(oneShots.keys()),
  };
  for (const one of planned) {
    const of = findings.of(one.service.name);
    if (one.run.kind === "nothing") {
      of.lost(one.service.at, "", one.run.why, one.run.hint);
      continue;
    }
    writeActor(one, actors.get(one.service.name)!, oneShots.get(one.service.name) ?? null, of, context);
  }
  variables.tell(findings);
  orderKeys(draft);
  fitShutdown(draft);
  return { draft, findings: list.all };
}

function refuse([first]: readonly Planned[], file: string): never {
  if (first?.run.kind !== "nothing") return reject({ file, line: 1 }, "there is no service in it");
  const { service: { at, name }, run: { why, hint } } = first;
  return reject(at, `no service can run without its image; of ${quote(name)}, ${why}`, hint);
}

/** A service with what it is to become. */
interface Planned {
  readonly service: Service;
  readonly makeup: Makeup;
  readonly run: ServiceRun;
  /** Where a well-known program listens here; null for anything else. */
  readonly port: number | null;
}

/** Decides how each service is run, and gives each well-known program a port of its own. */
function plan(project: Project, looking: Pick<ProjectContext, "disk" | "variables">): readonly Planned[] {
  const taken = new Set<number>();
  return [...project.services.values()].map((service) => {
    const makeup = makeupOf(service, looking);
    const run = runFor(service, makeup, looking.variables);
    if (run.kind !== "known") return { service, makeup, run, port: null };
    let { port } = run.image;
    while (taken.has(port)) port++;
    taken.add(port);
    return { service, makeup, run, port };
  });
}

/** By all names that the others may have for a service. */
function hostsOf(planned: readonly Planned[], variables: Variables): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  for (const { service, run, port } of planned) {
    const ports = run.kind === "known" && port !== run.image.port
      ? new Map([[run.image.port, port!]])
      : new Map();
    for (const key of ["container_name", "hostname"]) {
      const node = service.keys.entries.get(key)?.value;
      if (node !== undefined && node.kind === "scalar" && !isNothing(node)) {
        hosts.set(variables.now(node, `\`${key}\``), { ports });
      }
    }
  }
  for (const { service, run, port } of planned) {
    const ports = run.kind === "known" && port !== run.image.port
      ? new Map([[run.image.port, port!]])
      : new Map();
    hosts.set(service.name, { ports });
  }
  return hosts;
}

function tellTop(
  project: Project,
  keys: Map<string, DraftValue>,
  findings: KeyFindings,
  variables: Variables,
): void {
  for (const entry of project.top) {
    const { key, value } = entry;
    if (key === "name" && !isNothing(value)) {
      const name = variables.now(value, "`name`");
      if (isTreeName(name)) {
        keys.set("name", name);
        findings.kept(entry, "name", `name = ${JSON.stringify(name)}`);
      } else {
        findings.lost(entry, "name", "no tree can have this name");
      }
    } else if (key === "version") {
      findings.kept(entry, "version", "nothing depends on it");
    } else if (key.startsWith("x-")) {
      findings.kept(entry, key, "what its anchors hold is where they are used");
    } else if (key === "secrets" || key === "configs") {
      findings.changed(
        entry,
        key,
        "the files themselves",
        "nothing is mounted: services read them where they are",
      );
    } else if (Object.hasOwn(TOP_KEYS, key)) {
      const [why, hint] = TOP_KEYS[key]!;
      findings.lost(entry, key, why, hint ?? null);
    } else {
      findings.lost(entry, key, "it is no key that is known here");
    }
  }
}

function writeActor(
  { service, makeup, run, port }: Planned,
  actor: DraftActor,
  whyOneShot: WhyOneShot | null,
  findings: KeyFindings,
  project: ProjectContext,
): void {
  const volumes = volumesOf(service.keys, project.variables);
  const places = [
    ...placesOf(makeup, volumes),
    ...placesOfFiles(service.keys, project.mountedFiles, project.variables),
  ];
  const folder = run.kind === "known" ? null : folderFor(makeup, places);
  const known = run.kind === "known" ? { image: run.image, port: port! } : null;
  const cwd = folder === null || folder === project.folder ? null : folder;
  const context: ServiceContext = { service, actor, findings, project, places, volumes, cwd, known };
  if (run.kind === "known") writeKnown(run, context);
  else if (run.kind === "command") writeCommand(run, run.from, context, makeup);
  else if (run.kind === "guessed") writeGuessed(run, context);
  if (cwd !== null) actor.keys.set("cwd", fromFile(cwd, project.folder));
  tellFolder(context, makeup);
  if (whyOneShot === null) {
    actor.keys.set("daemon", true);
  } else if (whyOneShot === "name") {
    findings.changed(
      service.at,
      "",
      `actors.${actor.name}`,
      "by its name it is taken for something that ends",
      "daemon = true if it serves",
    );
  }
  setRestarts(context);
  translateKeys(context);
}

/** The command with this machine in the place of containers. */
function setLocalRun(run: Run, context: ServiceContext, names: Set<string>): string {
  const local = (text: string) => {
    const localized = localize(text, context.project.hosts);
    for (const name of localized.names) names.add(name);
    return localized.text;
  };
  const made = "shell" in run
    ? { shell: local(run.shell) }
    : runOf(run.words.map((word, index) => localWord(local(word), index === 0, context)));
  return toKey(context, setRun(context.actor, made));
}

function writeGuessed(
  { run, at }: Extract<ServiceRun, { readonly kind: "guessed" }>,
  context: ServiceContext,
): void {
  const { findings, service } = context;
  const to = setLocalRun(run, context, new Set());
  findings.changed(at, "command", to, "its program is guessed from the name of the image");
  findings.lost(
    service.keys.entries.get("image") ?? service.at,
    "image",
    "no image is run",
    "install what the command needs on this machine",
  );
}

function writeCommand(
  { run, at }: Extract<ServiceRun, { readonly kind: "command" }>,
  from: string,
  context: ServiceContext,
  { image, sources }: Makeup,
): void {
  const { findings, service } = context;
  const names = new Set<string>();
  const to = setLocalRun(run, context, names);
  if (names.size > 0) findings.changed(at, from, to, `${[...names].join(", ")} at 127.0.0.1`);
  else findings.kept(at, from, to);
  const imageEntry = service.keys.entries.get("image");
  if (imageEntry !== undefined && image !== null && sources === null) {
    findings.lost(imageEntry, "image", "no image is run", "install what the command needs on this machine");
  } else if (imageEntry !== undefined) {
    findings.lost(imageEntry, "image", "no image is made");
  }
}

function writeKnown(
  { image, args }: Extract<ServiceRun, { readonly kind: "known" }>,
  context: ServiceContext,
): void {
  const { actor, findings, project, service, volumes, places, known } = context;
  const { port } = known!;
  const volume = volumes.find(({ target }) =>
    image.data !== null &&
    (target === image.data || target.startsWith(`${image.data}/`) || image.data.startsWith(`${target}/`))
  );
  const data = volume?.type === "bind" && volume.source !== null
    ? wholePath(volume.source, project.folder)
    : `\${dir}/data/${actor.name}`;
  const { words, env = {}, hooks, comments } = image.run({
    port,
    data,
    isKept: volume !== undefined,
    args: args.map((word) => localWord(localize(word, project.hosts).text, false, context)),
    mounted: (path) => mountedAt(path, places, project.folder),
  });
  setRun(actor, { words });
  if (Object.keys(env).length > 0) actor.keys.set("env", { ...env });
  if (hooks !== undefined) actor.keys.set("hooks", hooks);
  actor.keys.set("ready", { tcp: `127.0.0.1:${port}` });
  actor.comments.push(`${image.title} of this machine, instead of an image.`, ...comments);
  const at = service.keys.entries.get("image") ?? service.keys.entries.get("build") ?? service.at;
  findings.changed(
    at,
    "image",
    toKey(context, "exec"),
    `it is the ${image.title} of this machine${port === image.port ? "" : `, at port ${port}`}`,
    `install ${words[0]} if it is not there`,
  );
  const command = service.keys.entries.get("command");
  if (command !== undefined && !isNothing(command.value)) {
    findings.kept(command, "command", toKey(context, "exec"));
  }
}

function mountedAt(path: string, places: readonly Place[], folder: string): string | null {
  const place = places.find(({ inside }) => inside === path);
  return place === undefined ? null : wholePath(place.here, folder);
}

function tellFolder(context: ServiceContext, { sources, built }: Makeup): void {
  const { service, findings, cwd, project, known } = context;
  const to = cwd === null
    ? "the folder of the file"
    : toKey(context, `cwd = "${fromFile(cwd, project.folder)}"`);
  const build = service.keys.entries.get("build");
  if (build !== undefined && known === null) {
    const why = sources === null
      ? "nothing is built, and its sources are on another machine"
      : built === null
      ? "nothing is built, and its Dockerfile cannot be read"
      : "nothing is built: it runs in the folder of its sources";
    findings.changed(
      build,
      "build",
      to,
      why,
      "build it before `supervise up`, or by a hook: hooks = { pre_start = ... }",
    );
  }
  const workdir = service.keys.entries.get("working_dir");
  if (workdir === undefined || isNothing(workdir.value)) return;
  const written = textOf(workdir.value, "`working_dir`");
  if (known !== null) findings.lost(workdir, "working_dir", "it is a folder of the image");
  else if (cwd === null) findings.changed(workdir, "working_dir", to, `${written} is a folder of the image`);
  else findings.changed(workdir, "working_dir", to, `${written} is this folder here`);
}
