// Reads a savefile with libpcap and does nothing with it: what reading alone costs others.
// Prints the number of packets.

#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: libpcap-loop FILE\n");
    return 2;
  }
  char error[PCAP_ERRBUF_SIZE];
  pcap_t *savefile = pcap_open_offline(argv[1], error);
  if (savefile == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  unsigned long packets = 0;
  struct pcap_pkthdr *header;
  const unsigned char *bytes;
  int result;
  while ((result = pcap_next_ex(savefile, &header, &bytes)) == 1) packets++;
  if (result != PCAP_ERROR_BREAK) {
    fprintf(stderr, "%s\n", pcap_geterr(savefile));
    return 1;
  }
  pcap_close(savefile);
  printf("%lu\n", packets);
  return 0;
}
