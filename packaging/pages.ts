import { run } from "./run.ts";

/** A file that the program itself writes: a completion, a manual page. */
export interface Page {
  /** The path below the folder of an archive. */
  readonly path: string;
  /** The path below `/usr/share` where Debian wants it. */
  readonly shared: string;
  readonly text: string;
}

/** The pages, and the words that have supervise print each. */
const PAGES: readonly (Omit<Page, "text"> & { readonly words: readonly string[] })[] = [
  {
    words: ["completions", "bash"],
    path: "completions/supervise.bash",
    shared: "bash-completion/completions/supervise",
  },
  {
    words: ["completions", "zsh"],
    path: "completions/_supervise",
    shared: "zsh/vendor-completions/_supervise",
  },
  {
    words: ["completions", "fish"],
    path: "completions/supervise.fish",
    shared: "fish/vendor_completions.d/supervise.fish",
  },
  {
    words: ["completions", "nushell"],
    path: "completions/supervise.nu",
    shared: "nushell/vendor/autoload/supervise.nu",
  },
  { words: ["help", "--man"], path: "man/man1/supervise.1", shared: "man/man1/supervise.1" },
  {
    words: ["help", "--man", "supervise.toml"],
    path: "man/man5/supervise.toml.5",
    shared: "man/man5/supervise.toml.5",
  },
];

/** Has a binary print its completions and manual pages. */
export async function pagesOf(binary: string): Promise<readonly Page[]> {
  return await Promise.all(
    PAGES.map(async ({ words, path, shared }) => ({ path, shared, text: await run([binary, ...words]) })),
  );
}
