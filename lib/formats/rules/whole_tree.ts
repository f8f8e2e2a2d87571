/** The findings about a tree that `supervise up` still runs, under another tool. */
import type { ExportSource } from "../exporter.ts";
import { changed, kept, type Told } from "./rules.ts";

/**
 * Nothing of the file is lost, but some of it means something else there.
 *
 * @param service What runs it: `the unit`.
 * @param variable How that is given variables: `Environment=`.
 */
export function tellTree(
  told: Told,
  { plan, supervise, variables }: Pick<ExportSource, "plan" | "supervise" | "variables">,
  service: string,
  variable: string,
): void {
  told.ofAll("every key", kept(`${service}, which runs ${supervise.join(" ")} up ${plan.file}`));
  const trees = plan.nodes.filter((node) => node.kind === "tree");
  if (trees.some(({ onSupervisorDeath }) => onSupervisorDeath === "survive")) {
    told.ofAll(
      "on_supervisor_death",
      changed(service, "the tool ends all when the supervisor dies, and starts it anew", 'leave it at "die"'),
    );
  }
  const names = [...new Set([...variables])].sort();
  if (names.length > 0) {
    told.ofAll(
      names.map((name) => `\${env:${name}}`).join(", "),
      changed(
        service,
        "it does not have what the shell has",
        `give ${service} the variables, by ${variable}`,
      ),
    );
  }
}
