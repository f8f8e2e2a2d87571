/*
 * The program that all of them run: child MODE BOARD NAME. It writes one record of 64 bytes onto the board (name, pid, time in
 * nanoseconds since 1970) and then, by its mode:
 *   wait    prints one line and waits to be ended
 *   exit    ends at once
 *   blocks  prints 400,000 lines of 100 bytes in blocks of 64,000 bytes, and waits
 *   lines   prints the same with one write a line, and waits
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, LINES = 400000, BLOCK = 640 };
static const char LAST[] = "LAST-OF-ALL";

static void put(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t done = write(1, bytes, length);
    if (done <= 0) return;
    bytes += done;
    length -= (size_t)done;
  }
}

static void print_lines(int at_a_time) {
  static char block[LINE * BLOCK];
  memset(block, 'x', sizeof block);
  for (int i = 1; i <= BLOCK; i++) block[i * LINE - 1] = '\n';
  for (int done = 0; done < LINES; done += at_a_time) {
    if (done + at_a_time >= LINES) memcpy(block + (at_a_time - 1) * LINE, LAST, sizeof LAST - 1);
    put(block, (size_t)(LINE * at_a_time));
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  char record[80];
  struct timespec now;
  int board = open(argv[2], O_WRONLY | O_APPEND | O_CLOEXEC);
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(record, sizeof record, "%-24.24s %10d %27lld\n", argv[3], (int)getpid(),
           now.tv_sec * 1000000000LL + now.tv_nsec);
  if (board < 0 || write(board, record, 64) != 64) return 1;
  close(board);
  if (strcmp(argv[1], "exit") == 0) return 0;
  if (strcmp(argv[1], "wait") == 0) put("it runs\n", 8);
  if (strcmp(argv[1], "blocks") == 0) print_lines(BLOCK);
  if (strcmp(argv[1], "lines") == 0) print_lines(1);
  for (;;) pause();
}
