import type { Contender } from "../contender.ts";

export const pm2: Contender = {
  name: "pm2",
  programs: ["pm2"],
  install: "npm: pm2",
  settings: "`interpreter: none`",
  files: (tree) => ({
    "ecosystem.config.json": JSON.stringify({
      apps: tree.services.map(({ name, argv: [program, ...args] }) => ({
        name,
        script: program,
        args,
        interpreter: "none",
        autorestart: tree.restarts,
        out_file: `logs/${name}.log`,
        error_file: `logs/${name}.err`,
      })),
    }),
  }),
  start: ["pm2", "start", "ecosystem.config.json"],
  detaches: true,
  stop: ["pm2", "kill"],
  list: ["pm2", "ls"],
  status: (service) => ["pm2", "describe", service],
  // Asked for either, it starts its daemon.
  version: null,
  help: null,
};
