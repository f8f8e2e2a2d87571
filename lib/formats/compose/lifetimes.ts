/** Which services have an end of their own. Compose does not say so: it follows from what waits for their end. */
import { nearestName } from "../../base/nearest.ts";
import { didYouMean, quote } from "../../config/wording.ts";
import { reject, textOf, valueOf } from "../document/access.ts";
import type { MapNode, Placed } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";
import type { Project, Service } from "./load_project.ts";
import { asMap } from "../document/merge_maps.ts";

/** One dependency of a service. */
export interface Dependency {
  readonly on: string;
  readonly condition: string;
  readonly isRequired: boolean;
  readonly at: Placed;
}

/** The dependencies of a service. @throws {UserError} `import/not-readable` */
export function dependenciesOf({ keys }: Service, variables: Variables): readonly Dependency[] {
  const node = valueOf(keys, "depends_on");
  if (node === null) return [];
  if (node.kind === "scalar") reject(node, "`depends_on` is a text, and has to be a list or a map");
  const map: MapNode = node.kind === "list" ? asMap("depends_on", node) : node;
  return [...map.entries.values()].map(({ key, value, file, line }) => {
    const details = value.kind === "map" ? value : null;
    const condition = details === null ? null : valueOf(details, "condition");
    const required = details === null ? null : valueOf(details, "required");
    return {
      on: key,
      condition: condition === null ? "service_started" : variables.now(condition, "`condition`"),
      isRequired: required === null || textOf(required, "`required`") !== "false",
      at: { file, line },
    };
  });
}

/** Refuses dependencies on what is not there, and cycles. @throws {UserError} `import/not-readable` */
export function checkDependencies({ services }: Project, variables: Variables): void {
  const all = new Map(
    [...services.values()].map((service) => [service.name, dependenciesOf(service, variables)]),
  );
  for (const [name, dependencies] of all) {
    for (const { on, isRequired, at } of dependencies) {
      if (services.has(on) || !isRequired) continue;
      const near = didYouMean(nearestName(on, services.keys()));
      reject(at, `${quote(name)} depends on ${quote(on)}, and there is no such service${near}`);
    }
  }
  refuseCycles(all);
}

/** Takes away what waits for nothing that is left, until the rest waits for each other. */
function refuseCycles(all: ReadonlyMap<string, readonly Dependency[]>): void {
  const left = new Map(
    [...all].map(([name, dependencies]) => [name, dependencies.filter(({ on }) => all.has(on)).length]),
  );
  const waiting = new Map<string, string[]>();
  for (const [name, dependencies] of all) {
    for (const { on } of dependencies) waiting.set(on, [...waiting.get(on) ?? [], name]);
  }
  const free = [...left].filter(([, count]) => count === 0).map(([name]) => name);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    left.delete(name);
    for (const other of waiting.get(name) ?? []) {
      const count = (left.get(other) ?? 0) - 1;
      left.set(other, count);
      if (count === 0) free.push(other);
    }
  }
  const [first] = left.keys();
  if (first !== undefined) tellCycle(first, all, left);
}

function tellCycle(
  first: string,
  all: ReadonlyMap<string, readonly Dependency[]>,
  left: ReadonlyMap<string, number>,
): never {
  const trail: string[] = [];
  let name = first;
  for (;;) {
    trail.push(name);
    // Each of those that are left waits for another one of them.
    const next = all.get(name)!.find(({ on }) => left.has(on))!;
    const start = trail.indexOf(next.on);
    if (start !== -1) {
      return reject(
        next.at,
        `services wait for each other: ${[...trail.slice(start), next.on].join(" -> ")}`,
      );
    }
    name = next.on;
  }
}

/** Names that people give to what prepares others. */
const PREPARES =
  /(?:^|[-_])(?:migrat(?:e|ion|ions|or)|init|setup|seed|seeder|bootstrap|create-?buckets?|createbuckets)(?:[-_]|$)/i;

/** Why a service has an end of its own. */
export type WhyOneShot = "waited-for" | "name";

/** Services that have an end of their own. */
export function oneShotsOf(project: Project, variables: Variables): ReadonlyMap<string, WhyOneShot> {
  const services = [...project.services.values()];
  const waitedFor = new Set(services.flatMap((service) =>
    dependenciesOf(service, variables)
      .filter(({ condition }) => condition === "service_completed_successfully")
      .map(({ on }) => on)
  ));
  return new Map(services.flatMap((service): [string, WhyOneShot][] => {
    if (waitedFor.has(service.name)) return [[service.name, "waited-for"]];
    return isNamedSo(service, variables) ? [[service.name, "name"]] : [];
  }));
}

function isNamedSo({ name, keys }: Service, variables: Variables): boolean {
  if (!PREPARES.test(name)) return false;
  const restart = valueOf(keys, "restart");
  const policy = restart === null ? "no" : variables.now(restart, "`restart`");
  return !/^(?:always|unless)/.test(policy) && valueOf(keys, "ports") === null &&
    valueOf(keys, "healthcheck") === null;
}
