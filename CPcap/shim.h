// libpcap as the system has it. No wrapper functions: each shim added here says why it exists.
#pragma once
#include <pcap/pcap.h>
