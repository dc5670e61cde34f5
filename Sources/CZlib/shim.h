// zlib as the system has it: captures are often kept as .pcap.gz.
#pragma once
#include <zlib.h>

/// inflateInit2() is a macro that passes the header's version; Swift does not import macros.
static inline int finwait_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
