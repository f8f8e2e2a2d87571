import assert from "node:assert/strict";
import { importer } from "../../lib/formats/procfile/import_procfile.ts";
import { test } from "../harness/test.ts";
import { importText } from "./importing.ts";

test("procfile: every entry is a daemon of a shell, after the release, with its own PORT", async () => {
  const { toml, told } = await importText(
    importer,
    "Procfile",
    "# all of it\nweb: bundle exec puma -p $PORT\nworker: bundle exec sidekiq\nrelease: rake db:migrate\n",
    { ".env": "A=1\n" },
  );
  assert.equal(
    toml,
    `env_file = [".env"]

# As foreman has it.
[defaults]
stop = { grace = "5s" }

[actors.web]
shell = "bundle exec puma -p $PORT"
env = { PORT = "\${env:PORT:-5000}" }
daemon = true
depends_on = { release = "completed" }

[actors.worker]
shell = "bundle exec sidekiq"
env = { PORT = "5100" }
daemon = true
depends_on = { release = "completed" }

[actors.release]
shell = "rake db:migrate"
`,
  );
  assert.deepEqual(told, [
    "kept .env",
    "changed 2 web: PORT is 5000 unless the shell has one",
    "kept 3 worker",
    "kept 4 release",
    "changed the end of a process: foreman ends all when one has ended; here that one is started again",
  ]);
});

test("procfile: a line that is no entry is told with its place", async () => {
  await assert.rejects(
    importText(importer, "Procfile", "web: a\nno entry\n"),
    { code: "import/not-readable", message: '/srv/app/Procfile:2: "no entry" is no entry of a Procfile' },
  );
});
