/** All formats that `import` reads. Each is loaded when it is asked for, because its parser may be large. */
import type { Importer } from "./importer.ts";

/** By the name that `--from` takes, in the order in which a file is offered to them. */
export const IMPORTERS: Readonly<Record<string, () => Promise<Importer>>> = {
  procfile: async () => (await import("./procfile/import_procfile.ts")).importer,
  "process-compose": async () => (await import("./process_compose/import_process_compose.ts")).importer,
  mprocs: async () => (await import("./mprocs/import_mprocs.ts")).importer,
  pitchfork: async () => (await import("./pitchfork/import_pitchfork.ts")).importer,
  compose: async () => (await import("./compose/import_compose.ts")).importer,
  supervisord: async () => (await import("./supervisord/import_supervisord.ts")).importer,
  systemd: async () => (await import("./systemd/import_systemd.ts")).importer,
  circus: async () => (await import("./circus/import_circus.ts")).importer,
  pm2: async () => (await import("./pm2/import_pm2.ts")).importer,
};
