// What a processor and a kernel can be told of memory that Swift does not say. No library.
#pragma once
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

/// Asks the processor to fetch a line that is needed soon. Any address is allowed.
static inline void finwait_prefetch(const void *_Nonnull address) {
  __builtin_prefetch(address);
}

/// Memory on a boundary of its own size, a power of two; null when there is none.
///
/// Where the kernel can, it is one page: a page fault and an entry of the address cache for all of
/// it, not one for each 4 KiB.
static inline void *_Nullable finwait_allocate_block(size_t size, int in_one_page) {
  void *block = NULL;
  if (posix_memalign(&block, size, size) != 0) return NULL;
#ifdef MADV_HUGEPAGE
  // A wish: what refuses it gives the same memory in small pages.
  if (in_one_page) (void)madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
}

static inline void finwait_free_block(void *_Nonnull block) { free(block); }
