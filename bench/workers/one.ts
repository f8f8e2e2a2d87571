/** One measurement of one contender, in a process of its own: prints its figures, or what went wrong. */
import process from "node:process";
import { CASES } from "./cases.ts";
import { type Contender, type Kind, moduleUrl } from "./contender.ts";

const [name, kind, variant, what] = process.argv.slice(2) as [
  string,
  Kind,
  "copying" | "moving",
  string,
];
const { contender } = await import(moduleUrl(name).href) as {
  contender: Contender;
};

console.log(
  JSON.stringify(
    await CASES[what]!.measure({
      contender,
      kind,
      isMoving: variant === "moving",
    }),
  ),
);
process.exit(0);
