// What concerns the process and its threads. Every function returns a result of at least 0, or -errno.
#ifndef CPORXYLINUX_PROCESS_H
#define CPORXYLINUX_PROCESS_H

#include <signal.h>
#include <stddef.h>

// The words that this program was started with, its own name among them; kept before anything else runs, because Swift
// reads them from /proc, which may not be there.
int porxy_argument_count(void);
const char *porxy_argument(int number);

// Writes the path of this program's file, without a zero at its end; its length.
int porxy_program_path(char *path, size_t size);

// The open ones among the descriptors below `limit`, which is at most the process's limit; for where /proc is missing.
int porxy_count_descriptors(int limit);

// Puts something into the place of a standard stream that is not open: a place that cannot be read or written, as the
// stream itself could not.
int porxy_fill_stream(int descriptor);

// Says on the standard error output what ended the process, when a signal does that tells of a crash; after handlers
// that were there before. To be called once, at the start.
void porxy_tell_of_crashes(void);

// The real-time signals that the C library leaves to programs.
int porxy_first_real_time_signal(void);
int porxy_last_real_time_signal(void);

// A descriptor for blocked signals. And the next of them, which is waited for; without a descriptor too.
int porxy_signal_source(const sigset_t *signals);
int porxy_take_signal(int source, const sigset_t *signals);

// Names the calling thread; more than 15 bytes are cut off.
int porxy_name_thread(const char *name);

// Processors that this process may run on.
int porxy_processor_count(void);

// Threads of the whole machine that have a processor or wait for one, the caller among them (proc(5), loadavg).
int porxy_running_threads(void);

// Maps blocks of at least so many bytes one by one, so that each goes back to the kernel when it is freed.
int porxy_map_blocks_from(int size);

// The socket for messages to a service manager, and a message on it (sd_notify(3)). `name` is a path, or begins with
// `@` in the abstract namespace. Never waits.
int porxy_notify_socket(void);
int porxy_notify(int descriptor, const char *name, const char *text, size_t size);

// A watch over folders; a folder of it, by a number; a folder less; and a wait until something in them has changed,
// which is 1, or for so many milliseconds. A negative watch only waits.
int porxy_watch(void);
int porxy_watch_folder(int watch, const char *path);
int porxy_watch_less(int watch, int folder);
int porxy_watch_wait(int watch, int milliseconds);

#endif
