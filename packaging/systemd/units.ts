import { readFileSync } from "node:fs";

const TEMPLATE = new URL("supervise@.service.in", import.meta.url);

/** The unit templates for trees of the machine and for trees of users. */
export function unitTemplates(): { readonly system: string; readonly user: string } {
  const template = readFileSync(TEMPLATE, "utf8");
  const fill = (words: Readonly<Record<string, string>>) =>
    Object.entries(words).reduce((text, [name, word]) => text.replaceAll(`@${name}@`, word), template);
  return {
    system: fill({
      CONFIG: "/etc",
      ORDER: "Wants=network-online.target\nAfter=network-online.target nss-user-lookup.target\n",
      TARGET: "multi-user.target",
    }),
    user: fill({ CONFIG: "~/.config", ORDER: "", TARGET: "default.target" }),
  };
}
