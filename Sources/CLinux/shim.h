// Calls of Linux that Swift does not see. No library: all of them are the C library's or the kernel's.
#pragma once
#ifdef __linux__
#include <linux/capability.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Declared by the C library only with _GNU_SOURCE, which Swift does not define.
extern int setns(int descriptor, int kind);
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);

/// prctl() takes a variable number of arguments, which Swift does not call.
static inline int finwait_prctl(int option, unsigned long argument) {
  return prctl(option, argument, 0UL, 0UL, 0UL);
}

/// mallopt(3), which the GNU C library alone has: blocks from a size on are mapped by themselves, and
/// go back when they are freed. Left to itself the library raises that size with what is freed.
static inline void finwait_map_blocks(int octets) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, octets);
#endif
}

/// capget(2) and capset(2) are declared by libcap alone; of the calling thread. The lower 32
/// capabilities are in the first element, the higher in the second (version 3).
static inline int finwait_get_capabilities(struct __user_cap_data_struct *data) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return (int)syscall(SYS_capget, &header, data);
}

static inline int finwait_set_capabilities(const struct __user_cap_data_struct *data) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return (int)syscall(SYS_capset, &header, data);
}
#endif
