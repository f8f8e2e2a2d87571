/** Objects of Kubernetes: one deployment that runs the whole tree by `supervise up`, or one for each actor. */
import { UserError } from "../../base/user_error.ts";
import { ExitCode } from "../../base/exit_code.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseTreeRules } from "../rules/base_rules.ts";
import { serviceNames, treeNameOf } from "../rules/names.ts";
import { AS_THERE, changed, kept, lost, Told, type TreeRules } from "../rules/rules.ts";
import { writeYaml } from "../rules/yaml.ts";
import { ACTOR_RULES, type Workload, workloadOf } from "./actor_rules.ts";
import { treeObjects } from "./tree_objects.ts";
import { tellVariables } from "../rules/variables.ts";

/** See the module. */
export const exporter: Exporter = {
  name: "kubernetes",
  title: "objects of Kubernetes",
  per: ["tree", "actor"],
  hasImage: true,
  write(source) {
    const { image, per } = source;
    if (image === null) {
      throw new UserError("export/no-image", "Kubernetes runs images, and none is named", {
        exitCode: ExitCode.usage,
        hint: per === "tree"
          ? "write --image NAME: one that has supervise as `supervise`, and the programs of the file at the same paths"
          : "write --image NAME: one that has the programs of the file, at the same paths",
      });
    }
    return per === "tree" ? wholeTree(source, image) : actors(source, image);
  },
};

function wholeTree(source: ExportSource, image: string): Exported {
  const told = new Told(source);
  const objects = treeObjects(source, image, told);
  return fileOf(source, objects, told);
}

const TREE_RULES: TreeRules<unknown> = {
  ...baseTreeRules({ name: "Kubernetes", each: "a workload" }),
  on_supervisor_death: () => kept("pods outlive the kubelet, which goes on with them"),
  depends_on: ({ dependsOn }) =>
    dependsOn.length === 0
      ? AS_THERE
      : lost("workloads start at once", "let the programs wait, or try again"),
};

function actors(source: ExportSource, image: string): Exported {
  const { plan } = source;
  const told = new Told(source);
  tellVariables(told, source);
  const tree = kubernetesName(treeNameOf(plan));
  const names = serviceNames(plan, (name) => kubernetesName(`${tree}-${name}`));
  const objects: object[] = [];
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const out: Workload = {
      source,
      tree,
      name: names.get(spec.path)!,
      container: {},
      pod: {},
      job: {},
      cron: {},
    };
    told.actor(ACTOR_RULES, spec, out);
    if (spec.kind !== "module") objects.push(workloadOf(spec, out, image));
  }
  told.ofAll(
    "the machine",
    changed(
      "pods",
      "each has files, processes and a loopback of its own",
      "add services and volumes, and name those instead of 127.0.0.1",
    ),
  );
  return fileOf(source, objects, told);
}

function fileOf({ plan }: ExportSource, objects: readonly object[], told: Told): Exported {
  const name = `${kubernetesName(treeNameOf(plan))}.yaml`;
  return { files: [{ name, text: objects.map(writeYaml).join("---\n") }], findings: told.findings };
}

const LONGEST_NAME = 52;

/** A name that all objects can have, those of dates among them, which append to it. */
export function kubernetesName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(
    0,
    LONGEST_NAME,
  );
  return plain === "" ? "supervise" : plain;
}
