/*
 * The floor: the least that a supervisor does. It starts each service in a session of its own with its output on a pipe, copies
 * that into a log file, waits, and starts again what ends; on SIGTERM it ends all, waits for them, and prints how many it has started.
 *
 * Usage: floor FILE LOGS. A line of FILE is "restart" or "once", the name and the command, between tabs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct service {
  char *name, **argv;
  int restarts, log, out;
  pid_t pid;
};

enum { WORDS = 64, BUFFER = 65536 };
extern char **environ;
static struct service *services;
static int count, running, events;
static long started;
static sigset_t handled, none;
static char buffer[BUFFER];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void start(int index) {
  struct service *it = &services[index];
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  int error = posix_spawn(&it->pid, it->argv[0], &actions, &attributes, it->argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (error != 0) {
    errno = error;
    fail(it->name);
  }
  running++;
  started++;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  it->out = ends[0];
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)index};
  if (epoll_ctl(events, EPOLL_CTL_ADD, it->out, &event) < 0) fail("epoll_ctl");
}

/* Copies what is there; false at the end of the pipe. */
static int copy(struct service *it) {
  ssize_t length;
  while ((length = read(it->out, buffer, BUFFER)) > 0)
    if (write(it->log, buffer, (size_t)length) != length) fail("write");
  return length < 0 && errno == EAGAIN;
}

static void close_output(struct service *it) {
  if (it->out >= 0) close(it->out);
  it->out = -1;
}

/* SIGTERM is not kept waiting by services that end faster than they are started. */
static int is_asked_to_stop(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM);
}

static void reap(int is_stopping) {
  pid_t pid;
  while (!is_asked_to_stop() && (pid = waitpid(-1, NULL, WNOHANG)) > 0) {
    running--;
    for (int i = 0; i < count; i++) {
      if (services[i].pid != pid) continue;
      if (services[i].out >= 0) copy(&services[i]);
      close_output(&services[i]);
      services[i].pid = 0;
      if (services[i].restarts && !is_stopping) start(i);
      break;
    }
  }
}

static void load(const char *file, const char *logs) {
  FILE *lines = fopen(file, "r");
  if (lines == NULL) fail(file);
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, lines)) > 0) {
    line[length - 1] = 0;
    services = realloc(services, sizeof *services * (size_t)(count + 1));
    struct service *it = &services[count++];
    memset(it, 0, sizeof *it);
    char *rest = strdup(line);
    it->restarts = strcmp(strsep(&rest, "\t"), "restart") == 0;
    it->name = strsep(&rest, "\t");
    it->argv = calloc(WORDS + 1, sizeof *it->argv);
    for (int i = 0; i < WORDS && rest != NULL; i++) it->argv[i] = strsep(&rest, "\t");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.log", logs, it->name);
    it->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (it->log < 0) fail(path);
    it->out = -1;
  }
  free(line);
  fclose(lines);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  load(argv[1], argv[2]);
  sigemptyset(&none);
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD);
  sigaddset(&handled, SIGTERM);
  sigprocmask(SIG_BLOCK, &handled, NULL);
  int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  events = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
  if (signals < 0 || epoll_ctl(events, EPOLL_CTL_ADD, signals, &event) < 0) fail("signalfd");
  for (int i = 0; i < count; i++) start(i);
  for (int is_stopping = 0; !is_stopping || running > 0;) {
    struct epoll_event got[64];
    int n = epoll_wait(events, got, 64, -1);
    int has_signals = 0;
    for (int i = 0; i < n; i++) {
      if (got[i].data.u32 == UINT32_MAX) has_signals = 1;
      else {
        struct service *it = &services[got[i].data.u32];
        if (it->out >= 0 && !copy(it)) close_output(it);
      }
    }
    struct signalfd_siginfo info;
    while (has_signals && read(signals, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGTERM) continue;
      is_stopping = 1;
      for (int i = 0; i < count; i++)
        if (services[i].pid > 0) kill(services[i].pid, SIGTERM);
    }
    if (has_signals) reap(is_stopping);
  }
  printf("%ld\n", started);
}
