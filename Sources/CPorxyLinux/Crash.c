#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "Process.h"

static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
enum { CRASH_COUNT = sizeof crashes / sizeof *crashes, FRAMES_MAX = 32 };

// What was there before; the Swift runtime's handlers draw a backtrace.
static struct sigaction before[CRASH_COUNT];

// All below is allowed in a signal handler: system calls, and backtrace, which was called once before.

// One line, written at once, so that another thread's words do not cut it in two.
struct line {
  char text[256];
  size_t length;
};

static void add(struct line *line, const char *text) {
  while (*text != 0 && line->length < sizeof line->text) line->text[line->length++] = *text++;
}

static void add_number(struct line *line, long number) {
  char digits[24] = {0};
  char *start = digits + sizeof digits - 1;
  do {
    *--start = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  add(line, start);
}

static const char *name(int number) {
  switch (number) {
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGABRT: return "SIGABRT";
    default: return "SIGSYS";
  }
}

static void say_why(int number, const siginfo_t *info) {
  struct line line = {.length = 0};
  add(&line, "porxy: ");
  if (info->si_code <= 0 && info->si_pid != getpid()) {
    add(&line, "killed by ");
    add(&line, name(number));
    add(&line, " from process ");
    add_number(&line, info->si_pid);
    add(&line, "; all its sessions are cut.\n");
  } else if (number == SIGSYS) {
    add(&line, "stopped: this system forbids system call ");
    add_number(&line, info->si_syscall);
    add(&line, " (SIGSYS, a seccomp policy); all its sessions are cut.\n");
  } else {
    add(&line, "stopped by a bug in porxy itself (a trap, ");
    add(&line, name(number));
    add(&line, "), or because memory ran out; all its sessions are cut. ");
    add(&line, "Please report it with the lines around this one.\n");
  }
  ssize_t written = write(STDERR_FILENO, line.text, line.length);
  (void)written;
}

// Of threads that crash at once the first tells, and ends the process. The others stand still, with the signals
// that they had: the runtime stops them with one when it draws their backtraces.
static void stand_unless_first(void *context) {
  static atomic_int first = 0;
  int none = 0;
  if (atomic_compare_exchange_strong(&first, &none, gettid()) || none == gettid()) return;
  pthread_sigmask(SIG_SETMASK, &((ucontext_t *)context)->uc_sigmask, NULL);
  for (;;) pause();
}

static void tell(int number, siginfo_t *info, void *context) {
  stand_unless_first(context);
  // Before the runtime's handler, which removes all handlers: another thread's crash then ends the process at once.
  say_why(number, info);
  int index = 0;
  while (crashes[index] != number) index++;
  if (before[index].sa_flags & SA_SIGINFO) {
    before[index].sa_sigaction(number, info, context);
  } else if (before[index].sa_handler != SIG_DFL && before[index].sa_handler != SIG_IGN) {
    before[index].sa_handler(number);
  }
  // The runtime's backtrace needs /proc.
  if (before[index].sa_handler == SIG_DFL || access("/proc/self/maps", R_OK) != 0) {
    void *frames[FRAMES_MAX];
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), STDERR_FILENO);
  }
  // The default action ends the process as usual when the signal comes again.
  signal(number, SIG_DFL);
  raise(number);
}

void porxy_tell_of_crashes(void) {
  // The first call may load a library, which none in a handler should.
  void *frame;
  backtrace(&frame, 1);
  for (int index = 0; index < CRASH_COUNT; index++) {
    struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    // As the runtime has it, which reads memory that may not be there meanwhile; what else comes waits.
    sigfillset(&action.sa_mask);
    for (int other = 0; other < CRASH_COUNT; other++) sigdelset(&action.sa_mask, crashes[other]);
    sigaction(crashes[index], &action, &before[index]);
  }
}
