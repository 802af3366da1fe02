#define _GNU_SOURCE
#include "Process.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

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

int porxy_map_blocks_from(int size) { return mallopt(M_MMAP_THRESHOLD, size) ? 0 : -EINVAL; }
