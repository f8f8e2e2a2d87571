/** Chooses the layer of containment: the strongest one that the machine has, or the one that was asked for. */
import { UserError } from "../../base/user_error.ts";
import type { Lack } from "../../host/ports/control_groups.ts";
import type { Host } from "../../host/ports/host.ts";
import { ControlGroupLayer } from "./control_group_layer.ts";
import { type Layer, LAYER_LABELS, type LayerName } from "./layer.ts";
import { GroupLayer, SubreaperLayer } from "./descent_layers.ts";

const NOT_ASKED_FOR: Lack = {
  why: "the tree is contained without control groups, as it was asked to be",
  hint: "leave out --containment",
};

const HAS_NONE: Lack = {
  why: "the tree began without control groups",
  hint: "take it down, and start it again",
};

/**
 * The layer for a tree, which may ask for orphans already.
 *
 * @param instance What the names of the tree's control groups are made from.
 * @param asked Null for the strongest that there is.
 * @throws {UserError} `containment/not-available`
 */
export function chooseLayer(host: Host, instance: string, asked: LayerName | null): Layer {
  if (asked === "group") return new GroupLayer(host.processes, NOT_ASKED_FOR);
  const support = asked === "subreaper" ? null : host.groups.support();
  if (support?.isAvailable === true) return new ControlGroupLayer(host, groupName(support.home, instance));
  if (asked === "cgroup" && support !== null) {
    throw notAvailable("control groups", support.why, support.hint);
  }
  const noGroups = support ?? NOT_ASKED_FOR;
  if (host.processes.adoptOrphans(() => {})) return new SubreaperLayer(noGroups);
  if (asked === null) return new GroupLayer(host.processes, noGroups);
  throw notAvailable(
    "the adoption of orphans",
    "this kernel gives them to nobody who asks",
    "use a newer kernel",
  );
}

/**
 * The layer that a tree has been contained by, for the supervisor that goes on with it.
 *
 * @param group Its control group; null if it has none.
 * @throws {UserError} `containment/not-changeable` if another one is asked for.
 */
export function resumeLayer(
  host: Host,
  name: LayerName,
  group: string | null,
  asked: LayerName | null,
): Layer {
  if (asked !== null && asked !== name) {
    throw new UserError(
      "containment/not-changeable",
      `The tree goes on, contained by ${LAYER_LABELS[name].label}: that cannot be changed while it runs`,
      { hint: "leave out --containment, or take the tree down first" },
    );
  }
  if (name === "cgroup" && group !== null) return new ControlGroupLayer(host, group);
  return name === "group" ? new GroupLayer(host.processes, HAS_NONE) : new SubreaperLayer(HAS_NONE);
}

/** The group of a tree in another. The instance is of letters, digits and dots, whatever the tree is called. */
export function groupName(home: string, instance: string): string {
  return `${home}/supervise.${instance}`;
}

function notAvailable(what: string, why: string, hint: string): UserError {
  return new UserError("containment/not-available", `Cannot contain the tree by ${what}: ${why}`, { hint });
}
