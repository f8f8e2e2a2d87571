/** Certificates for tests, made by the `openssl` command. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsCredentials } from "../../lib/host/ports/tcp.ts";

/** Whether there is the command. */
export const hasOpenssl: boolean = spawnSync("openssl", ["version"]).status === 0;

/** What differs from a certificate that is good for this machine. */
export interface IssueOptions {
  /** Whom it is for, as openssl writes it. */
  readonly subject?: string;
  /** For which names, as openssl writes it. */
  readonly names?: string;
  readonly days?: number;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority that issues certificates, and believes in its own. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), "supervise-ca-"));

  constructor() {
    this.#openssl(
      "req",
      "-x509",
      ...NEW_KEY,
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
      "-subj",
      "/CN=authority",
    );
  }

  /** What this authority's certificates are checked with. */
  get ca(): string {
    return this.#read("ca.crt");
  }

  /** A certificate and its key, and this authority to check others with. */
  issue(name: string, options: IssueOptions = {}): TlsCredentials {
    const { subject = `/CN=${name}`, names = "DNS:localhost,IP:127.0.0.1", days = 1 } = options;
    this.#openssl("req", ...NEW_KEY, "-keyout", "own.key", "-out", "own.csr", "-subj", subject);
    writeFileSync(join(this.#folder, "own.ext"), `subjectAltName=${names}\n`);
    const issuer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
    const what = ["-in", "own.csr", "-out", "own.crt", "-extfile", "own.ext", "-days", String(days)];
    this.#openssl("x509", "-req", ...issuer, ...what);
    return { cert: this.#read("own.crt"), key: this.#read("own.key"), ca: this.ca };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: "pipe" });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), "utf8");
  }
}
