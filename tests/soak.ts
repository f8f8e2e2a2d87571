/**
 * A soak of the binary, by hand: `bun tests/soak.ts --minutes 60`, after `npm run build`. It ends with a table, and with 1 if
 * anything has grown. With --upgrades the tree is handed over every few rounds, too.
 */
import process from "node:process";

process.env["SUPERVISE_UNDER_TEST"] ??= "binary";
const { growthOf, soak, tableOf } = await import("./soak/soak.ts");
const { Sandbox } = await import("./harness/supervise.ts");

const args = process.argv.slice(2);
const minutes = Number(args[args.indexOf("--minutes") + 1] ?? 60);
const end = Date.now() + minutes * 60_000;
const sandbox = new Sandbox();
try {
  const samples = await soak({
    sandbox,
    upgrades: args.includes("--upgrades"),
    onRound(round, sample) {
      console.log(round, JSON.stringify(sample));
      return Date.now() < end;
    },
  });
  const growths = growthOf(samples);
  console.log(tableOf(growths));
  process.exitCode = growths.some(({ hasGrown }) => hasGrown) ? 1 : 0;
} finally {
  await sandbox.dispose();
}
