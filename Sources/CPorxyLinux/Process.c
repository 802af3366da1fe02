#define _GNU_SOURCE
#include "Process.h"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Internal.h"

static int argument_count;
static char **arguments;

// The C library hands every constructor what main gets.
__attribute__((constructor)) static void keep_arguments(int count, char **words, char **environment) {
  (void)environment;
  argument_count = count;
  arguments = words;
}

int porxy_argument_count(void) { return argument_count; }

const char *porxy_argument(int number) { return arguments[number]; }

int porxy_program_path(char *path, size_t size) {
  ssize_t length = readlink("/proc/self/exe", path, size);
  if (length > 0 && (size_t)length < size) return (int)length;
  // Without /proc: what the kernel was asked to execute, seen from where the process was started.
  const char *executed = (const char *)getauxval(AT_EXECFN);
  char whole[PATH_MAX];
  if (!executed || !realpath(executed, whole) || strlen(whole) >= size) return -ENOENT;
  memcpy(path, whole, strlen(whole));
  return (int)strlen(whole);
}

int porxy_count_descriptors(int limit) {
  enum { AT_A_TIME = 256 };
  struct pollfd entries[AT_A_TIME];
  int open = 0;
  for (int first = 0; first < limit; first += AT_A_TIME) {
    int count = limit - first < AT_A_TIME ? limit - first : AT_A_TIME;
    for (int index = 0; index < count; index++) entries[index] = (struct pollfd){.fd = first + index};
    int result = REPEATED(poll(entries, (nfds_t)count, 0));
    if (result < 0) return result;
    for (int index = 0; index < count; index++) open += !(entries[index].revents & POLLNVAL);
  }
  return open;
}

int porxy_fill_stream(int descriptor) {
  // The lowest free number is taken, which is this one.
  int result = REPEATED(open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  return result < 0 ? RESULT(socket(AF_UNIX, SOCK_STREAM, 0)) : result;
}

int porxy_first_real_time_signal(void) { return SIGRTMIN; }

int porxy_last_real_time_signal(void) { return SIGRTMAX; }

int porxy_signal_source(const sigset_t *signals) { return RESULT(signalfd(-1, signals, SFD_CLOEXEC)); }

int porxy_take_signal(int source, const sigset_t *signals) {
  struct signalfd_siginfo info;
  if (source >= 0 && REPEATED(read(source, &info, sizeof info)) == (ssize_t)sizeof info) return (int)info.ssi_signo;
  int number = 0;
  return sigwait(signals, &number) ? -EINVAL : number;
}

int porxy_name_thread(const char *name) {
  char cut[16] = {0};
  strncpy(cut, name, sizeof cut - 1);
  return -pthread_setname_np(pthread_self(), cut);
}

int porxy_processor_count(void) {
  // A set for more processors than the kernel knows is needed, or the call fails: grow it until it fits.
  for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) return -ENOMEM;
    size_t size = CPU_ALLOC_SIZE(most);
    int failed = sched_getaffinity(0, size, set) ? errno : 0;
    int count = failed ? 0 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (!failed) return count;
    if (failed != EINVAL) return -failed;
  }
  return -EINVAL;
}

int porxy_running_threads(void) {
  int descriptor = REPEATED(open("/proc/loadavg", O_RDONLY | O_CLOEXEC));
  if (descriptor < 0) return descriptor;
  char text[128];
  long count = REPEATED(read(descriptor, text, sizeof text - 1));
  close(descriptor);
  if (count < 0) return (int)count;
  text[count] = 0;
  int running = 0;
  // Three averages, then the threads that run or want to, and all there are.
  return sscanf(text, "%*s %*s %*s %d/", &running) == 1 ? running : -EINVAL;
}

int porxy_map_blocks_from(int size) { return mallopt(M_MMAP_THRESHOLD, size) ? 0 : -EINVAL; }
