/** The text that `init` writes where it finds nothing, and the text that it writes below a proposal. */

/** A file that runs as it stands, with the keys that people need first. */
export const STARTER =
  `# An actor is a process that supervise looks after, and has a table of its own: [actors.NAME].
# \`supervise up\` starts all of them and shows what they print; Ctrl-C ends them.
# \`supervise check\` looks for mistakes in this file.

[actors.hello]
shell = 'while :; do echo "hello, $NAME"; sleep 2; done'  # a command for a shell; or exec = "prog arg", without one
daemon = true                               # serves until it is stopped; without it, it is a task that has an end
env = { NAME = "world" }                    # variables, beside those that \`supervise up\` was started with
# env_file = [".env"]                       # variables from files, each of which must be there
# cwd = "server"                            # the folder that it runs in; without it, that of this file
# depends_on = ["db"]                       # other actors: a daemon must be ready before, a task completed
# ready = { tcp = "127.0.0.1:8080" }        # when it counts as ready: tcp, http, exec, log, file, delay or notify
# restart = "on-failure"                    # always (a daemon), on-failure, or never (a task)
# stop = { signal = "SIGINT", grace = "5s" }  # how it is asked to stop, and how long it has until it is killed
# watch = ["src/**"]                        # files whose change restarts it
`;

/** Keys that people need next, as comments below what was found. */
export const NEXT_KEYS = `# Below a [actors.NAME] also:
# depends_on = ["db"]                       # other actors: a daemon must be ready before, a task completed
# ready = { tcp = "127.0.0.1:8080" }        # when it counts as ready: tcp, http, exec, log, file, delay or notify
# env = { LOG_LEVEL = "debug" }             # variables; env_file = [".env"] reads them from files
# restart = "on-failure"                    # always (a daemon), on-failure, or never (a task)
# stop = { signal = "SIGINT", grace = "5s" }  # how it is asked to stop, and how long it has until it is killed
# watch = ["src/**"]                        # files whose change restarts it
`;
