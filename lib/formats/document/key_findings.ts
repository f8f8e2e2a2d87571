/** Findings about the keys of one thing of a file, such as a service: each names the thing, the key and its line. */
import type { FindingList } from "../finding.ts";
import type { Placed } from "./node.ts";

/** See the module. */
export class KeyFindings {
  readonly #findings: FindingList;
  readonly #owner: string;

  /** @param owner What the keys are of, as the file names it; empty for the file itself. */
  constructor(findings: FindingList, owner: string) {
    this.#findings = findings;
    this.#owner = owner;
  }

  /** Those of another thing of the same files. */
  of(owner: string): KeyFindings {
    return new KeyFindings(this.#findings, owner);
  }

  kept(at: Placed, key: string, to: string): void {
    this.#in(at).kept(at.line, this.#name(key), to);
  }

  changed(at: Placed, key: string, to: string, why: string, hint: string | null = null): void {
    this.#in(at).changed(at.line, this.#name(key), to, why, hint);
  }

  lost(at: Placed, key: string, why: string, hint: string | null = null): void {
    this.#in(at).lost(at.line, this.#name(key), why, hint);
  }

  #in({ file }: Placed): FindingList {
    return this.#findings.of(file);
  }

  #name(key: string): string {
    return [this.#owner, key].filter((part) => part !== "").join(" ");
  }
}
