// SPDX-License-Identifier: MIT
//
// The RAM file system behind `/`: files and folders in a piece of memory outside of the heap, so that they
// survive soft resets and traps. littlefs on a RAM disk would do the same for 20 KiB more code and half
// of the boot's time, and what it protects from, power loss, empties RAM anyway.
//
// The memory is cut into blocks. A file or folder (a node) has one block of its own and a chain of data
// blocks. Blocks that were never used are not touched by formatting, so that this takes no time.
//
// One instance. No function is to be called from an interrupt. Errors are negated MP_E* numbers.

#ifndef PORT_RAMFS_H
#define PORT_RAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAMFS_ROOT 0
#define RAMFS_NONE 0            // "No block": the root's number, which is neither a child nor data.

// py/mperrno.h lacks it.
#define RAMFS_ENOTEMPTY 39

// Flags of ramfs_open().
#define RAMFS_READ 1
#define RAMFS_WRITE 2
#define RAMFS_CREATE 4
#define RAMFS_EXCLUSIVE 8
#define RAMFS_TRUNCATE 16
#define RAMFS_APPEND 32

typedef uint16_t ramfs_block_t;

// A node, at the start of its block. Read-only outside of ramfs.c.
typedef struct {
    ramfs_block_t parent;
    ramfs_block_t sibling;      // The next child of the same parent, by name.
    ramfs_block_t first;        // First data block or first child.
    uint8_t is_dir;
    uint8_t name_len;
    uint32_t size;              // Bytes of data.
    uint32_t mtime;             // Seconds since 2000.
    uint32_t serial;            // Never the same for two nodes: tells that a block has another use now.
    uint32_t epoch;             // Changes when the data is cut short.
    char name[];                // Not terminated.
} ramfs_node_t;

// An open file; the caller owns the memory.
typedef struct {
    ramfs_block_t node;
    uint8_t flags;
    uint32_t serial;
    uint32_t pos;
    // Where the last access was.
    uint32_t epoch;
    uint32_t index;
    ramfs_block_t block;
} ramfs_file_t;

// Uses `size` bytes at `mem` (aligned to 4). Keeps what is there, unless it is not a file system of that
// size or `format` is set.
void ramfs_init(void *mem, size_t size, bool format);

const ramfs_node_t *ramfs_node(ramfs_block_t node);

// The node of a path, which is relative to the folder `cwd` or begins with '/'.
int ramfs_lookup(ramfs_block_t cwd, const char *path);

// `now` is the time that a node gets that is made or changed.
int ramfs_mkdir(ramfs_block_t cwd, const char *path, uint32_t now);
int ramfs_remove(ramfs_block_t cwd, const char *path, bool dir);
int ramfs_rename(ramfs_block_t cwd, const char *from, const char *to);

int ramfs_open(ramfs_file_t *file, ramfs_block_t cwd, const char *path, unsigned int flags, uint32_t now);

// Bytes read, 0 at the end; bytes written, fewer when the memory is full. -MP_EBADF: the file is gone, or
// open for something else.
int ramfs_read(ramfs_file_t *file, void *buf, size_t n);
int ramfs_write(ramfs_file_t *file, const void *buf, size_t n, uint32_t now);
int ramfs_size(const ramfs_file_t *file);

// Bytes of a block, blocks in all, blocks free.
void ramfs_stat(size_t *block_bytes, size_t *blocks, size_t *free_blocks);
size_t ramfs_name_max(void);

#endif
