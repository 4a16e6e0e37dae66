// SPDX-License-Identifier: MIT
//
// A capture file that Wireshark and tcpdump read: the classic format with nanoseconds
// (draft-ietf-opsawg-pcap). Times are the simulation's, from 1970 on.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostnet/internal.h"

#define MAGIC_NANOSECONDS (0xa1b23c4d)
#define LINKTYPE_ETHERNET (1)
#define SNAP_LENGTH (65535)
#define NS (1000000000u)

struct hostnet_pcap {
    FILE *file;
};

hostnet_pcap_t *hostnet_pcap_open(const char *path, hostnet_error_t *error) {
    const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, snap_length, link_type;
    } header = { MAGIC_NANOSECONDS, 2, 4, 0, 0, SNAP_LENGTH, LINKTYPE_ETHERNET };
    hostnet_pcap_t *pcap = calloc(1, sizeof(*pcap));
    if (pcap == NULL) {
        hostnet_fail(error, "no memory");
        return NULL;
    }
    pcap->file = fopen(path, "wb");
    if (pcap->file == NULL) {
        hostnet_fail(error, "pcap=%s: %s: cannot write the capture there", path, strerror(errno));
        free(pcap);
        return NULL;
    }
    fwrite(&header, sizeof(header), 1, pcap->file);
    fflush(pcap->file);
    return pcap;
}

void hostnet_pcap_write(hostnet_pcap_t *pcap, uint64_t ns, const uint8_t *frame, size_t size) {
    const uint32_t header[] = { (uint32_t)(ns / NS), (uint32_t)(ns % NS), (uint32_t)size, (uint32_t)size };
    fwrite(header, sizeof(header), 1, pcap->file);
    fwrite(frame, size, 1, pcap->file);
    fflush(pcap->file); // a reader sees whole frames while it runs
}

void hostnet_pcap_close(hostnet_pcap_t *pcap) {
    if (pcap != NULL) {
        fclose(pcap->file);
        free(pcap);
    }
}
