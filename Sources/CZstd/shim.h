// libzstd as the system has it: captures are often kept as .pcap.zst.
#pragma once
#include <zstd.h>
