/* The least that a supervisor can do at all: a session and two pipes for each, waiting, starting again. Arguments: how
 * many, and the command. On SIGTERM it prints how many it has started, ends them, and ends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct slot {
  pid_t pid;
  int out[2];
};

static char **argv_of_child;
static long started;

static void start(struct slot *slot, posix_spawnattr_t *attributes) {
  int ends[2][2];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (int i = 0; i < 2; i++) {
    if (pipe2(ends[i], O_CLOEXEC) != 0) exit(1);
    posix_spawn_file_actions_adddup2(&actions, ends[i][1], i + 1);
    slot->out[i] = ends[i][0];
  }
  if (posix_spawn(&slot->pid, argv_of_child[0], &actions, attributes, argv_of_child, environ) != 0) exit(1);
  posix_spawn_file_actions_destroy(&actions);
  for (int i = 0; i < 2; i++) close(ends[i][1]);
  started++;
}

int main(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[1]);
  argv_of_child = argv + 2;
  struct slot *slots = calloc(count, sizeof *slots);
  sigset_t waited, none;
  sigemptyset(&none);
  sigemptyset(&waited);
  sigaddset(&waited, SIGCHLD);
  sigaddset(&waited, SIGTERM);
  sigprocmask(SIG_BLOCK, &waited, NULL);
  int signals = signalfd(-1, &waited, SFD_CLOEXEC);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &none);
  for (int i = 0; i < count; i++) start(&slots[i], &attributes);
  for (;;) {
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info) return 1;
    if (info.ssi_signo == SIGTERM) break;
    sigset_t pending;
    sigemptyset(&pending);
    for (pid_t pid; !sigismember(&pending, SIGTERM) && (pid = waitpid(-1, NULL, WNOHANG)) > 0; sigpending(&pending)) {
      int i = 0;
      while (slots[i].pid != pid) i++;
      char buffer[4096];
      for (int stream = 0; stream < 2; stream++) {
        fcntl(slots[i].out[stream], F_SETFL, O_NONBLOCK);
        while (read(slots[i].out[stream], buffer, sizeof buffer) > 0);
        close(slots[i].out[stream]);
      }
      start(&slots[i], &attributes);
    }
  }
  printf("%ld\n", started);
  for (int i = 0; i < count; i++) kill(-slots[i].pid, SIGKILL);
  return 0;
}
