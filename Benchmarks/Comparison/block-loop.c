// Reads a pcap savefile of this machine's byte order in blocks of 1 MiB and steps from record to
// record: the least that any reader of all packets can do.
// Prints the number of packets and the sum of their captured lengths.

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  file_header = 24,
  record_header = 16,
  // Of the captured length, in a record's header.
  length_offset = 8,
  block = 1 << 20,
  longest_record = record_header + 262144,
};

// The start of a record whose end is not read yet lies before the next block.
static unsigned char buffer[longest_record + block];

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: block-loop FILE\n");
    return 2;
  }
  int file = open(argv[1], O_RDONLY);
  unsigned char header[file_header];
  if (file < 0 || read(file, header, sizeof header) != sizeof header) {
    perror(argv[1]);
    return 1;
  }
  uint32_t magic;
  memcpy(&magic, header, sizeof magic);
  if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) {
    fprintf(stderr, "%s: not a pcap savefile of this byte order\n", argv[1]);
    return 1;
  }

  unsigned long packets = 0, octets = 0;
  size_t kept = 0;
  for (;;) {
    ssize_t got = read(file, buffer + kept, block);
    if (got < 0) {
      perror(argv[1]);
      return 1;
    }
    if (got == 0) break;
    size_t end = kept + (size_t)got, at = 0;
    while (end - at >= record_header) {
      uint32_t length;
      memcpy(&length, buffer + at + length_offset, sizeof length);
      if (length > longest_record - record_header) {
        fprintf(stderr, "%s: packet %lu is damaged\n", argv[1], packets + 1);
        return 1;
      }
      if (end - at < record_header + length) break;
      packets++;
      octets += length;
      at += record_header + length;
    }
    kept = end - at;
    memmove(buffer, buffer + at, kept);
  }
  if (kept != 0) {
    fprintf(stderr, "%s: the last packet is cut off\n", argv[1]);
    return 1;
  }
  printf("%lu %lu\n", packets, octets);
  return 0;
}
