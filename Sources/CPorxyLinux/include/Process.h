// What concerns the process and its threads. Every function returns a result of at least 0, or -errno.
#ifndef CPORXYLINUX_PROCESS_H
#define CPORXYLINUX_PROCESS_H

// Names the calling thread; more than 15 bytes are cut off.
int porxy_name_thread(const char *name);

// Processors that this process may run on.
int porxy_processor_count(void);

// Maps blocks of at least so many bytes one by one, so that each goes back to the kernel when it is freed.
int porxy_map_blocks_from(int size);

#endif
