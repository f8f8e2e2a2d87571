/** The objects that run a whole tree in one pod, by `supervise up` as process 1. */
import { maskerFor } from "../../config/mask.ts";
import { ROOT, treeAt } from "../../config/plan.ts";
import type { ExportSource } from "../exporter.ts";
import { treeNameOf } from "../rules/names.ts";
import { changed, type Told } from "../rules/rules.ts";
import { tellTree } from "../rules/whole_tree.ts";

const PROGRAM = "supervise";
const END_SECONDS = 10;
const MS_PER_SECOND = 1_000;
/** The interval and the timeout of probes. The tree answers at once, or its supervisor is stuck. */
const PROBE_SECONDS = 10;

/** See the module. */
export function treeObjects(source: ExportSource, image: string, told: Told): readonly object[] {
  const { plan, textOf, variables } = source;
  const name = treeNameOf(plan).toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^[^a-z]+|-+$/g, "") ||
    PROGRAM;
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": PROGRAM };
  const texts = plan.files.map((file) => textOf(file) ?? "");
  const masker = maskerFor(plan);
  const isSecret = texts.some((text) => masker.source(text) !== text);
  const keys = plan.files.map((file, index) => ({
    file,
    key: index === 0 ? "supervise.toml" : `included-${index}.toml`,
  }));
  const data = Object.fromEntries(keys.map(({ key }, index) => [key, texts[index]!]));
  tellTree(told, { plan, supervise: [PROGRAM], variables }, "the deployment", "env of the container");
  told.ofAll(
    "the machine",
    changed(
      "a container",
      "its files are those of the image",
      "the image needs supervise and the programs, at the same paths",
    ),
  );
  if (isSecret) {
    told.ofAll(
      "the file",
      changed(
        "a Secret",
        "something in it looks secret",
        "keep the export to yourself, or have the file say ${env:NAME} instead",
      ),
    );
  }
  const command = (...words: readonly string[]) => ({ exec: { command: [PROGRAM, ...words] } });
  const timing = { periodSeconds: PROBE_SECONDS, timeoutSeconds: PROBE_SECONDS };
  const held = { apiVersion: "v1", kind: isSecret ? "Secret" : "ConfigMap", metadata: { name, labels } };
  return [
    isSecret ? { ...held, type: "Opaque", stringData: data } : { ...held, data },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: {
        // Never two of the same: another pod starts when this one is gone.
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: { "app.kubernetes.io/name": name } },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: Math.ceil(treeAt(plan, ROOT).shutdownMs / MS_PER_SECOND) +
              END_SECONDS,
            containers: [{
              name,
              image,
              command: [
                PROGRAM,
                "up",
                ...plan.profiles.flatMap((profile) => ["--profile", profile]),
                plan.file,
              ],
              workingDir: plan.dir,
              // An actor that has an end is there once it has succeeded. A start is bounded by the tree itself.
              readinessProbe: {
                ...command(
                  "-f",
                  plan.file,
                  "wait",
                  "**",
                  "--timeout",
                  `${PROBE_SECONDS - 1}s`,
                ),
                ...timing,
              },
              livenessProbe: { ...command("-f", plan.file, "ps", "--quiet"), ...timing, failureThreshold: 6 },
              volumeMounts: keys.map(({ file, key }) => ({
                name: "files",
                mountPath: file,
                subPath: key,
                readOnly: true,
              })),
            }],
            volumes: [{
              name: "files",
              ...(isSecret ? { secret: { secretName: name } } : { configMap: { name } }),
            }],
          },
        },
      },
    },
  ];
}
