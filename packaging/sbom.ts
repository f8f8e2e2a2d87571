import { createHash } from "node:crypto";
import { run } from "./run.ts";

/** What a bill of materials is about. */
export interface SbomOptions {
  readonly version: string;
  readonly epoch: number;
  readonly commit: string;
  /** Version of the Bun inside of the binaries. */
  readonly bun: string;
}

/**
 * The bill of materials of a release as CycloneDX JSON, as npm makes it from the lock file, and with the runtime. Its number
 * and date are made of the rest of it, so that it is the same each time.
 */
export async function sbomOf(root: string, { version, epoch, commit, bun }: SbomOptions): Promise<string> {
  const made = JSON.parse(
    await run([
      "npm",
      "sbom",
      "--sbom-format=cyclonedx",
      "--package-lock-only",
      "--omit=dev",
      "--omit=optional",
    ], {
      cwd: root,
    }),
  );
  const runtime = {
    "bom-ref": `bun@${bun}`,
    type: "platform",
    name: "bun",
    version: bun,
    purl: `pkg:npm/bun@${bun}`,
    licenses: [{ license: { id: "MIT" } }],
  };
  const { component } = made.metadata;
  const bill = {
    ...made,
    metadata: {
      ...made.metadata,
      timestamp: new Date(epoch * 1_000).toISOString(),
      component: {
        ...component,
        type: "application",
        version,
        properties: [...component.properties ?? [], { name: "supervise:commit", value: commit }],
      },
    },
    components: [...made.components, runtime],
    dependencies: [...made.dependencies, { ref: runtime["bom-ref"], dependsOn: [] }],
  };
  const hash = createHash("sha256").update(JSON.stringify({ ...bill, serialNumber: "" })).digest("hex");
  return `${JSON.stringify({ ...bill, serialNumber: `urn:uuid:${uuidOf(hash)}` }, null, 2)}\n`;
}

/** A UUID of version 8, which is for numbers that are made of something. */
function uuidOf(hash: string): string {
  const variant = (parseInt(hash[16]!, 16) & 0x3 | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}
