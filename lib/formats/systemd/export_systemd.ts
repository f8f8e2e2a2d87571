/**
 * Units of systemd: one that runs the whole tree by `supervise up`, or one for each actor, with a target that has them all. The
 * words of systemd 252 are written, which newer ones know, too.
 */
import type { NodeId } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseTreeRules } from "../rules/base_rules.ts";
import { serviceNames, treeNameOf } from "../rules/names.ts";
import { AS_THERE, changed, kept, lost, Told, type TreeRules } from "../rules/rules.ts";
import { tellTree } from "../rules/whole_tree.ts";
import { ACTOR_RULES, type ActorUnits } from "./actor_rules.ts";
import { treeUnit, unitNameOf, USER_TARGET } from "./tree_unit.ts";
import { plainValue, Unit } from "./unit_text.ts";
import { tellVariables } from "../rules/variables.ts";

/** See the module. */
export const exporter: Exporter = {
  name: "systemd",
  title: "units of systemd",
  per: ["tree", "actor"],
  write: (source) => source.per === "tree" ? wholeTree(source) : actors(source),
};

function wholeTree(source: ExportSource): Exported {
  const { plan, supervise } = source;
  const unit = treeUnit(plan, { supervise, wantedBy: USER_TARGET, path: null, profiles: plan.profiles });
  const told = new Told(source);
  tellTree(told, source, "the unit", "Environment=");
  return {
    files: [{ name: unitNameOf(plan), text: unit.text([`Runs the tree of ${plan.file}.`]) }],
    findings: told.findings,
  };
}

const TREE_RULES: TreeRules<unknown> = {
  ...baseTreeRules({ name: "systemd", each: "a unit" }),
  intensity: ({ onFailure }) =>
    onFailure === "fail_child"
      ? kept("StartLimitBurst= of each")
      : lost("systemd counts the restarts of each unit by itself"),
  on_supervisor_death: () => kept("units outlive systemd, which goes on with them"),
  profiles: () =>
    changed(
      "units like the others",
      "units have no profiles",
      "`systemctl disable` those that you do not want",
    ),
  depends_on: ({ dependsOn }) =>
    dependsOn.length === 0
      ? AS_THERE
      : lost("what is below does not wait", "let each actor of it depend on it"),
  start: ({ start }) =>
    start === "parallel"
      ? AS_THERE
      : lost("what does not wait for another starts at once", "add depends_on to each"),
};

function actors(source: ExportSource): Exported {
  const { plan } = source;
  const tree = treeNameOf(plan);
  const names = serviceNames(plan, (name) => `${tree}-${name}`);
  const told = new Told(source);
  tellVariables(told, source);
  const target = new Unit();
  target.add("Unit", "Description", plainValue(`${plan.name}, from ${plan.file}`));
  const units: { readonly name: string; readonly unit: Unit }[] = [];
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const name = names.get(spec.path)!;
    const out: ActorUnits = { plan, names, service: new Unit(), socket: new Unit(), timer: new Unit() };
    out.service.add("Unit", "Description", plainValue(`${spec.path} of ${plan.name}`));
    out.service.add("Unit", "PartOf", `${tree}.target`);
    told.actor(ACTOR_RULES, spec, out);
    if (spec.kind === "module") continue;
    const started = out.timer.has("Timer") ? out.timer : out.service;
    const suffix = started === out.timer ? "timer" : "service";
    if (spec.autostart && (spec.schedule === null || suffix === "timer")) {
      target.add("Unit", "Wants", `${name}.${suffix}`);
    }
    if (out.socket.has("Socket")) {
      // Replicas share the sockets of the first.
      const first = spec.path.replace(/\.\d+$/, ".1") as NodeId;
      const socket = `${names.get(first) ?? name}.socket`;
      out.service.add("Unit", "Requires", socket);
      out.service.add("Unit", "After", socket);
      if (spec.replica === 1) {
        units.push({ name: socket, unit: withDescription(out.socket, spec.path, tree) });
      } else out.service.add("Service", "Sockets", socket);
    }
    units.push({ name: `${name}.service`, unit: out.service });
    if (out.timer.has("Timer")) {
      units.push({ name: `${name}.timer`, unit: withDescription(out.timer, spec.path, tree) });
    }
  }
  target.add("Install", "WantedBy", USER_TARGET);
  told.ofAll(
    "the environment of the shell",
    changed(
      "the environment of systemd",
      "units do not have what the shell has",
      "name in env what the programs need, PATH among it",
    ),
  );
  return {
    files: [{ name: `${tree}.target`, unit: target }, ...units].map(({ name, unit }) => ({
      name,
      text: unit.text(),
    })),
    findings: told.findings,
  };
}

function withDescription(unit: Unit, path: string, tree: string): Unit {
  unit.add("Unit", "Description", plainValue(`${path} of ${tree}`));
  unit.add("Unit", "PartOf", `${tree}.target`);
  return unit;
}
