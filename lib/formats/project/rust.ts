/** A Rust package or workspace: its programs, as Cargo finds them. */
import type { TableItem } from "../../config/toml/item.ts";
import { draftTree } from "../draft.ts";
import { matchingFolders } from "./matching_folders.ts";
import { folderIn } from "./project_folder.ts";
import type { Detector, ProjectFolder } from "./proposal.ts";
import { addServer } from "./server.ts";
import { listAt, readToml, textAt } from "./toml_file.ts";

const FILE = "Cargo.toml";

/** See the module. */
export const rust: Detector = (folder) => {
  const text = folder.text(FILE);
  if (text === null) return null;
  const manifest = readToml(FILE, text);
  if (manifest === null) return { file: FILE, why: "it is no TOML" };
  const patterns = listAt(manifest, "workspace", "members").flatMap((item) =>
    item.kind === "string" ? [item.value] : []
  );
  const members = matchingFolders(folder, patterns, FILE).map((name) => folderIn(folder, name));
  const programs = [folder, ...members].flatMap(programsOf);
  if (programs.length === 0) return { file: FILE, why: "it has no program" };
  const draft = draftTree();
  for (const name of new Set(programs)) {
    // Cargo becomes the program, so that it is the program that is signalled.
    addServer(draft, { name, argv: ["cargo", "run", "--bin", name], why: `The program ${name}.` });
  }
  return { file: FILE, title: "a Rust project", draft, findings: [] };
};

function programsOf(folder: ProjectFolder): readonly string[] {
  const manifest = readToml(FILE, folder.text(FILE) ?? "");
  const name = manifest === null ? null : textAt(manifest, "package", "name");
  if (manifest === null || name === null) return [];
  const own = folder.has("src/main.rs") ? [name] : [];
  const files = folder.files("src/bin").filter((file) => file.endsWith(".rs")).map((file) =>
    file.slice(0, -3)
  );
  const folders = folder.folders("src/bin").filter((bin) => folder.has(`src/bin/${bin}/main.rs`));
  const named = namedPrograms(manifest);
  // A file of a program that is named otherwise is not a second one.
  return named.length > 0 ? named : [...own, ...files, ...folders];
}

function namedPrograms(manifest: TableItem): readonly string[] {
  return listAt(manifest, "bin").flatMap((item) => {
    const name = item.kind === "table" ? textAt(item, "name") : null;
    return name === null ? [] : [name];
  });
}
