/** Probes as commands, for tools that run one in the container of a program. */
import type { ActorSpec, Probe } from "../../config/plan.ts";
import { commandOf } from "./commands.ts";

/** A command that ends with 0 if a probe would find its actor so, and the program that it needs; null if none could. */
export function checkOf(
  probe: Probe,
  { cwd }: Pick<ActorSpec, "cwd">,
): { readonly argv: readonly string[]; readonly needs: string | null } | null {
  switch (probe.type) {
    case "exec":
      return { argv: commandOf({ argv: probe.argv, cwd }), needs: null };
    case "tcp":
      return { argv: ["nc", "-z", probe.host, String(probe.port)], needs: "nc" };
    case "http":
      return { argv: ["wget", "-q", "-O", "/dev/null", probe.url], needs: "wget" };
    case "file":
      return { argv: ["test", "-e", probe.path], needs: null };
    case "log":
    case "delay":
    case "notify":
    case "module":
      return null;
  }
}
