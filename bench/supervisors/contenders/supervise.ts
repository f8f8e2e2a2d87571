/** What is built here: the binary under each layer of containment, and its sources on Deno. */
import { fileURLToPath } from "node:url";
import { type Contender, each, type Words } from "../contender.ts";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const BINARY = [process.env["SUPERVISE"] ?? path("dist/supervise")];
const DENO = [
  "deno",
  "run",
  "--allow-all",
  "--no-check",
  `--config=${path("deno.json")}`,
  path("cli.ts"),
];

function supervise(
  name: string,
  command: Words,
  install: string,
  options: Words = [],
): Contender {
  return {
    name,
    programs: [command[0]!],
    install,
    settings: [
      "no bound of restarts",
      ...options.map((option) => `\`${option}\``),
    ].join(", "),
    files: (tree) => ({
      "supervise.toml": `intensity = { restarts = 1000000, within = "30s" }\n` +
        each(
          tree,
          ({ name, argv }) => `[actors.${name}]\nexec = ${JSON.stringify(argv)}\ndaemon = ${tree.restarts}\n`,
        ),
    }),
    start: [...command, "up", "-d", ...options],
    detaches: true,
    stop: [...command, "down"],
    list: [...command, "ps"],
    status: (service) => [...command, "status", service],
    version: [...command, "version"],
    help: [...command, "--help"],
  };
}

export const OURS = "supervise";

export const superviseRows: readonly Contender[] = [
  supervise(OURS, BINARY, "npm run build"),
  supervise("supervise, subreaper", BINARY, "npm run build", [
    "--containment=subreaper",
  ]),
  supervise("supervise, group", BINARY, "npm run build", [
    "--containment=group",
  ]),
  supervise("supervise on Deno", DENO, "sources"),
];
