import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A library that is a part of what is released. */
export interface Library {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The text of its licence; null if its package has none. */
  readonly text: string | null;
}

/** The libraries that are bundled: what package.json depends on, and what that depends on, but for what is optional. */
export function librariesOf(root: string): readonly Library[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = new Map<string, Library>();
  const pending: string[] = Object.keys(packages[""].dependencies);
  while (pending.length > 0) {
    const name = pending.pop()!;
    if (found.has(name)) continue;
    const { version, license, dependencies = {} } = packages[`node_modules/${name}`];
    found.set(name, { name, version, license, text: licenseIn(join(root, "node_modules", name)) });
    pending.push(...Object.keys(dependencies));
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

function licenseIn(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file === undefined ? null : readFileSync(join(folder, file), "utf8").trim();
}

/** The licences of everything in a package, as a text for people. `runtime` is told of where a Bun is inside. */
export function thirdPartyNotice(libraries: readonly Library[], runtime: string | null): string {
  const bun = runtime === null ? [] : [
    `Bun ${runtime} is the runtime inside of the binary. It is under the MIT licence, and links JavaScriptCore (LGPL-2.1 and\n` +
    "others) and more libraries; https://bun.com/docs/project/license lists them with their licences.",
  ];
  const parts = libraries.map(({ name, version, license, text }) =>
    `${name} ${version} (${license})\n\n${text ?? `Its package holds no text of the ${license} licence.`}`
  );
  return `${
    ["supervise contains parts of other projects.", ...bun, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)
  }\n`;
}
