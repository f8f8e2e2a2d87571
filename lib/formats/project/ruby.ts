/** A Ruby application: its web server and its jobs, by the gems that it has. */
import { draftTree } from "../draft.ts";
import type { Detector } from "./proposal.ts";
import { addServer } from "./server.ts";

const FILE = "Gemfile";

/** See the module. */
export const ruby: Detector = (folder) => {
  const text = folder.text(FILE);
  if (text === null) return null;
  const gems = new Set([...text.matchAll(/^\s*gem\s*\(?\s*["']([\w-]+)["']/gm)].map(([, gem]) => gem!));
  const draft = draftTree();
  const add = (name: string, argv: readonly string[], gem: string) =>
    addServer(draft, { name, argv, why: `The gem ${gem} is in the ${FILE}.` });
  if (gems.has("rails")) {
    add(
      "web",
      [...(folder.has("bin/rails") ? ["bin/rails"] : ["bundle", "exec", "rails"]), "server"],
      "rails",
    );
  } else if (folder.has("config.ru")) {
    if (gems.has("puma")) add("web", ["bundle", "exec", "puma"], "puma");
    else {addServer(draft, {
        name: "web",
        argv: ["bundle", "exec", "rackup"],
        why: "The application in config.ru.",
      });}
  }
  if (gems.has("sidekiq")) add("sidekiq", ["bundle", "exec", "sidekiq"], "sidekiq");
  if (folder.has("bin/jobs")) {
    addServer(draft, { name: "jobs", argv: ["bin/jobs"], why: "The jobs in bin/jobs." });
  }
  if (draft.actors.length === 0) return { file: FILE, why: "it has none of rails, puma, rack and sidekiq" };
  return {
    file: FILE,
    title: gems.has("rails") ? "a Rails application" : "a Ruby application",
    draft,
    findings: [],
  };
};
