#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "Process.h"

static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
enum { CRASH_COUNT = sizeof crashes / sizeof *crashes, FRAMES_MAX = 32 };

// What was there before; the Swift runtime's handlers draw a backtrace.
static struct sigaction before[CRASH_COUNT];

// All below is allowed in a signal handler: system calls, and backtrace, which was called once before.
static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

static void say_number(long number) {
  char digits[24];
  char *end = digits + sizeof digits;
  char *start = end;
  do {
    *--start = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  ssize_t written = write(STDERR_FILENO, start, (size_t)(end - start));
  (void)written;
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
  say("porxy: ");
  if (info->si_code <= 0 && info->si_pid != getpid()) {
    say("killed by ");
    say(name(number));
    say(" from process ");
    say_number(info->si_pid);
    say("; all its sessions are cut.\n");
  } else if (number == SIGSYS) {
    say("stopped: this system forbids system call ");
    say_number(info->si_syscall);
    say(" (SIGSYS, a seccomp policy); all its sessions are cut.\n");
  } else {
    say("stopped by a bug in porxy itself (a trap, ");
    say(name(number));
    say("), or because memory ran out; all its sessions are cut. Please report it with the lines above.\n");
  }
}

static void tell(int number, siginfo_t *info, void *context) {
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
  say_why(number, info);
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
