/**
 * Files of whole trees that a run of all tests runs on the binary alone, and why Deno adds nothing to them. Both run the same
 * TypeScript down to `lib/host`, which `tests/host/contract.ts` holds to the same promises on both runtimes. Left to Deno is
 * whatever goes on in the host: spawns, pipes, signals, sockets, users, deaths, foreign calls, the end of the program.
 *
 * Named by a word, they run on Deno, too.
 */
export const ON_BINARY_ONLY: ReadonlyMap<string, string> = new Map([
  ["tests/e2e/bad_input_test.ts", "the texts and codes of errors are made by config and cli"],
  ["tests/e2e/call_test.ts", "modules_test calls actors on Deno, readers_test has the reader that goes"],
  ["tests/e2e/completions_test.ts", "what a line can become is decided by cli, and shells ask any program"],
  ["tests/e2e/explore_test.ts", "courses are computed by simulation, whose tests run on Deno, too"],
  ["tests/e2e/export_test.ts", "files of other tools are made by formats, and tests/formats run on both"],
  [
    "tests/e2e/howto_test.ts",
    "what the pages say is typed as it is there, and other files try each verb on Deno",
  ],
  ["tests/e2e/import_yaml_test.ts", "files of other tools are read by formats and cli"],
  ["tests/e2e/import_test.ts", "what a file becomes is decided by formats, whose tests run on Deno, too"],
  ["tests/e2e/include_test.ts", "which files are one configuration is decided by config"],
  ["tests/e2e/install_test.ts", "which commands a service manager gets is decided by cli"],
  ["tests/e2e/packages_test.ts", "it starts what it packs on each runtime by itself"],
  ["tests/e2e/late_test.ts", "the patient clock is held to its promises in tests/host on both"],
  ["tests/e2e/profiles_test.ts", "which actors start is decided by config and supervision"],
  [
    "tests/e2e/replay_test.ts",
    "a life is computed by simulation, from a journal that is the same on each runtime",
  ],
  ["tests/e2e/replicas_test.ts", "names of replicas are made by config and cli"],
  ["tests/e2e/secrets_test.ts", "what is hidden is decided by config and words"],
  ["tests/e2e/simulate_test.ts", "a course is computed by simulation, whose tests run on Deno, too"],
  [
    "tests/e2e/soak_test.ts",
    "it counts what is held above the host, and its hundred commands take Deno minutes",
  ],
  ["tests/e2e/stack_test.ts", "its API uses what comes with the runtime in the binary"],
  ["tests/e2e/up_test.ts", "it runs on Deno from the sources"],
  ["tests/e2e/verbs_test.ts", "verbs are made by cli and control, which all other files use"],
  ["tests/attacks/exec_test.ts", "who may ask is decided by what the kernel says of the other end"],
  ["tests/attacks/folders_test.ts", "whom to trust is decided by daemon, by what the kernel says of files"],
  ["tests/attacks/marks_test.ts", "which process is one's own is decided by what the kernel says of it"],
  ["tests/attacks/terminal_test.ts", "controls are taken out of texts by cli"],
  ["tests/torture/clock_test.ts", "which clock is asked for what is decided above the host"],
  ["tests/torture/disk_test.ts", "what a lost record means is decided by daemon"],
  ["tests/torture/identity_test.ts", "which tree is the same is decided by daemon"],
  ["tests/torture/oom_test.ts", "the kernel kills, and its files tell of it"],
  ["tests/torture/records_test.ts", "what half a record means is decided by daemon"],
]);
