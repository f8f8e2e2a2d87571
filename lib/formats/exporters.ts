/** All formats that `export` writes. Each is loaded when it is asked for. */
import type { Exporter } from "./exporter.ts";

/** By the word behind `export`. */
export const EXPORTERS: Readonly<Record<string, () => Promise<Exporter>>> = {
  systemd: async () => (await import("./systemd/export_systemd.ts")).exporter,
  launchd: async () => (await import("./launchd/export_launchd.ts")).exporter,
  compose: async () => (await import("./compose/export_compose.ts")).exporter,
  kubernetes: async () => (await import("./kubernetes/export_kubernetes.ts")).exporter,
  nomad: async () => (await import("./nomad/export_nomad.ts")).exporter,
  procfile: async () => (await import("./procfile/export_procfile.ts")).exporter,
  supervisord: async () => (await import("./supervisord/export_supervisord.ts")).exporter,
};
