// SPDX-License-Identifier: MIT
// The RAM file system; ramfs.h says what it is. Every walk along a chain is bounded by the number of
// blocks, so that a chain damaged by a wild store ends in an error and not in a hang.

#include "storage/ramfs.h"

#include <string.h>

#include "py/mperrno.h"

#include "size_class.h"

#define MAGIC 0x52414d46
#define BLOCK (PORT_RAMDISK_BYTES >= 0x10000 ? 256u : 128u)
#define NODE_NAME_MAX (BLOCK - sizeof(ramfs_node_t))
_Static_assert(PORT_RAMDISK_BYTES / 128 < 0x10000, "ramfs_block_t is too small");

typedef struct {
    uint32_t magic;
    uint32_t size;
    uint32_t serial;
    uint32_t blocks;
    uint32_t free_blocks;
    ramfs_block_t free;         // Chain of freed blocks.
    ramfs_block_t fresh;        // Blocks from here on were never used.
    ramfs_block_t next[];       // The block that follows each in its chain.
} super_t;

static super_t *super;
static uint8_t *data;

static ramfs_node_t *node_at(unsigned int node) {
    return (ramfs_node_t *)(data + node * BLOCK);
}

const ramfs_node_t *ramfs_node(ramfs_block_t node) {
    return node_at(node);
}

static bool is_block(unsigned int block) {
    return block != RAMFS_NONE && block < super->fresh;
}

void ramfs_init(void *mem, size_t size, bool format) {
    super = mem;
    // Each block takes its bytes and its entry in `next`.
    uint32_t blocks = (uint32_t)((size - sizeof(super_t)) / (BLOCK + sizeof(ramfs_block_t)));
    data = (uint8_t *)mem + size - blocks * BLOCK;
    data -= (uintptr_t)data & 3;
    if ((uint8_t *)&super->next[blocks] > data) {
        blocks--;
    }
    if (!format && super->magic == MAGIC && super->size == size && super->blocks == blocks) {
        return;
    }
    super->magic = MAGIC;
    super->size = (uint32_t)size;
    super->serial = 1;
    super->blocks = blocks;
    super->free_blocks = blocks - 1;
    super->free = RAMFS_NONE;
    super->fresh = 1;
    memset(node_at(RAMFS_ROOT), 0, sizeof(ramfs_node_t));
    node_at(RAMFS_ROOT)->is_dir = true;
}

static ramfs_block_t allocate(void) {
    ramfs_block_t block = super->free;
    if (is_block(block)) {
        super->free = super->next[block];
    } else if (super->fresh < super->blocks) {
        block = super->fresh++;
    } else {
        return RAMFS_NONE;
    }
    super->free_blocks--;
    super->next[block] = RAMFS_NONE;
    return block;
}

static void release(unsigned int block) {
    for (uint32_t i = 0; i < super->blocks && is_block(block); i++) {
        ramfs_block_t next = super->next[block];
        super->next[block] = super->free;
        super->free = (ramfs_block_t)block;
        super->free_blocks++;
        block = next;
    }
}

// Where a path ends: a folder and a name in it. A path that ends in a folder by "/", "." or ".." has len 0.
typedef struct {
    unsigned int dir;
    const char *name;
    size_t len;
} place_t;

// memcmp, then length: also the order in which children are linked.
static int compare_name(const ramfs_node_t *node, const place_t *place) {
    size_t n = node->name_len < place->len ? node->name_len : place->len;
    int order = memcmp(node->name, place->name, n);
    return order != 0 ? order : (int)node->name_len - (int)place->len;
}

static int find_child(const place_t *place) {
    ramfs_block_t child = node_at(place->dir)->first;
    for (uint32_t i = 0; i < super->blocks && is_block(child); i++) {
        if (compare_name(node_at(child), place) == 0) {
            return child;
        }
        child = node_at(child)->sibling;
    }
    return -MP_ENOENT;
}

// Walks all but the last component of a path.
static int walk(ramfs_block_t cwd, const char *path, place_t *place) {
    unsigned int at = *path == '/' ? RAMFS_ROOT : cwd;
    if (at != RAMFS_ROOT && !is_block(at)) {
        return -MP_ENOENT;
    }
    for (;;) {
        path += strspn(path, "/");
        size_t n = strcspn(path, "/");
        const char *rest = path + n + strspn(path + n, "/");
        bool up = n == 2 && path[0] == '.' && path[1] == '.';
        if (n == 0 || up || (n == 1 && path[0] == '.')) {
            if (up) {
                at = node_at(at)->parent;
            }
            if (n == 0 || *rest == '\0') {
                *place = (place_t) { at, path, 0 };
                return 0;
            }
        } else if (*rest == '\0') {
            *place = (place_t) { at, path, n };
            return 0;
        } else {
            int child = find_child(&(place_t) { at, path, n });
            if (child < 0) {
                return child;
            }
            at = (unsigned int)child;
            if (!node_at(at)->is_dir) {
                return -MP_ENOTDIR;
            }
        }
        path = rest;
    }
}

int ramfs_lookup(ramfs_block_t cwd, const char *path) {
    place_t place;
    int status = walk(cwd, path, &place);
    if (status < 0) {
        return status;
    }
    if (place.len == 0) {
        return (int)place.dir;
    }
    return node_at(place.dir)->is_dir ? find_child(&place) : -MP_ENOTDIR;
}

static void link_child(const place_t *place, ramfs_block_t node) {
    ramfs_node_t *n = node_at(node);
    memmove(n->name, place->name, place->len);
    n->name_len = (uint8_t)place->len;
    n->parent = (ramfs_block_t)place->dir;
    ramfs_block_t *link = &node_at(place->dir)->first;
    for (uint32_t i = 0; i < super->blocks && is_block(*link) && compare_name(node_at(*link), place) < 0; i++) {
        link = &node_at(*link)->sibling;
    }
    n->sibling = *link;
    *link = node;
}

static void unlink_child(unsigned int node) {
    ramfs_block_t *link = &node_at(node_at(node)->parent)->first;
    for (uint32_t i = 0; i < super->blocks && is_block(*link); i++) {
        if (*link == node) {
            *link = node_at(node)->sibling;
            return;
        }
        link = &node_at(*link)->sibling;
    }
}

static int make_node(const place_t *place, bool is_dir, uint32_t now) {
    if (place->len > NODE_NAME_MAX || place->len > UINT8_MAX) {
        return -MP_EINVAL;
    }
    ramfs_block_t node = allocate();
    if (node == RAMFS_NONE) {
        return -MP_ENOSPC;
    }
    ramfs_node_t *n = node_at(node);
    memset(n, 0, sizeof(*n));
    n->is_dir = is_dir;
    n->mtime = now;
    n->serial = super->serial++;
    link_child(place, node);
    return node;
}

int ramfs_mkdir(ramfs_block_t cwd, const char *path, uint32_t now) {
    place_t place;
    int status = walk(cwd, path, &place);
    if (status < 0) {
        return status;
    }
    if (place.len == 0 || find_child(&place) >= 0) {
        return -MP_EEXIST;
    }
    status = make_node(&place, true, now);
    return status < 0 ? status : 0;
}

static void cut(ramfs_node_t *node) {
    ramfs_block_t first = node->first;
    node->first = RAMFS_NONE;
    node->size = 0;
    node->epoch++;
    release(first);
}

static void destroy(unsigned int node) {
    unlink_child(node);
    cut(node_at(node));
    node_at(node)->serial = 0;
    release(node);
}

int ramfs_remove(ramfs_block_t cwd, const char *path, bool dir) {
    int node = ramfs_lookup(cwd, path);
    if (node < 0) {
        return node;
    }
    if (node == RAMFS_ROOT) {
        return -MP_EBUSY;
    }
    const ramfs_node_t *n = node_at((unsigned int)node);
    if (n->is_dir != dir) {
        return dir ? -MP_ENOTDIR : -MP_EISDIR;
    }
    if (dir && n->first != RAMFS_NONE) {
        return -RAMFS_ENOTEMPTY;
    }
    destroy((unsigned int)node);
    return 0;
}

int ramfs_rename(ramfs_block_t cwd, const char *from, const char *to) {
    int node = ramfs_lookup(cwd, from);
    if (node < 0) {
        return node;
    }
    place_t place;
    int status = walk(cwd, to, &place);
    if (status < 0) {
        return status;
    }
    if (node == RAMFS_ROOT || place.len == 0 || place.len > NODE_NAME_MAX || place.len > UINT8_MAX) {
        return -MP_EINVAL;
    }
    // A folder cannot become a part of itself.
    for (unsigned int up = place.dir; up != RAMFS_ROOT; up = node_at(up)->parent) {
        if (up == (unsigned int)node) {
            return -MP_EINVAL;
        }
    }
    int old = find_child(&place);
    if (old == node) {
        return 0;
    }
    if (old >= 0) {
        if (node_at((unsigned int)old)->is_dir) {
            return -MP_EEXIST;
        }
        destroy((unsigned int)old);
    }
    unlink_child((unsigned int)node);
    link_child(&place, (ramfs_block_t)node);
    return 0;
}

int ramfs_open(ramfs_file_t *file, ramfs_block_t cwd, const char *path, unsigned int flags, uint32_t now) {
    place_t place;
    int status = walk(cwd, path, &place);
    if (status < 0) {
        return status;
    }
    if (place.len == 0) {
        return -MP_EISDIR;
    }
    int node = find_child(&place);
    if (node < 0) {
        if (!(flags & RAMFS_CREATE)) {
            return node;
        }
        node = make_node(&place, false, now);
        if (node < 0) {
            return node;
        }
    } else if (flags & RAMFS_EXCLUSIVE) {
        return -MP_EEXIST;
    }
    ramfs_node_t *n = node_at((unsigned int)node);
    if (n->is_dir) {
        return -MP_EISDIR;
    }
    if (flags & RAMFS_TRUNCATE) {
        cut(n);
        n->mtime = now;
    }
    memset(file, 0, sizeof(*file));
    file->node = (ramfs_block_t)node;
    file->flags = (uint8_t)flags;
    file->serial = n->serial;
    file->epoch = n->epoch;
    return 0;
}

static ramfs_node_t *node_of(const ramfs_file_t *file) {
    ramfs_node_t *n = node_at(file->node);
    return n->serial == file->serial ? n : NULL;
}

int ramfs_size(const ramfs_file_t *file) {
    const ramfs_node_t *n = node_of(file);
    return n == NULL ? -MP_EBADF : (int)n->size;
}

// The data block that holds byte `pos`; with `grow`, blocks are added up to it. NULL where there is none.
static uint8_t *locate(ramfs_file_t *file, ramfs_node_t *n, uint32_t pos, bool grow) {
    uint32_t index = pos / BLOCK;
    ramfs_block_t *link = &n->first;
    uint32_t at = 0;
    if (file->block != RAMFS_NONE && file->epoch == n->epoch && file->index <= index) {
        at = file->index;
        if (at == index) {
            return data + file->block * BLOCK;
        }
        link = &super->next[file->block];
        at++;
    }
    for (;; at++) {
        if (!is_block(*link)) {
            ramfs_block_t block = grow ? allocate() : RAMFS_NONE;
            if (block == RAMFS_NONE) {
                return NULL;
            }
            *link = block;
        }
        if (at == index) {
            break;
        }
        link = &super->next[*link];
    }
    file->block = *link;
    file->index = index;
    file->epoch = n->epoch;
    return data + *link * BLOCK;
}

int ramfs_read(ramfs_file_t *file, void *buf, size_t n) {
    ramfs_node_t *node = node_of(file);
    if (node == NULL || !(file->flags & RAMFS_READ)) {
        return -MP_EBADF;
    }
    if (file->pos >= node->size) {
        return 0;
    }
    n = n < node->size - file->pos ? n : node->size - file->pos;
    uint8_t *to = buf;
    size_t left = n;
    while (left > 0) {
        const uint8_t *block = locate(file, node, file->pos, false);
        if (block == NULL) {
            return -MP_EIO;
        }
        size_t offset = file->pos % BLOCK;
        size_t part = BLOCK - offset < left ? BLOCK - offset : left;
        memcpy(to, block + offset, part);
        to += part;
        left -= part;
        file->pos += part;
    }
    return (int)n;
}

int ramfs_write(ramfs_file_t *file, const void *buf, size_t n, uint32_t now) {
    ramfs_node_t *node = node_of(file);
    if (node == NULL || !(file->flags & RAMFS_WRITE)) {
        return -MP_EBADF;
    }
    if (file->flags & RAMFS_APPEND) {
        file->pos = node->size;
    }
    uint32_t target = file->pos;
    const uint8_t *from = buf;
    size_t left = n;
    // What lies between the end and a position beyond it reads as zeros.
    if (file->pos > node->size) {
        file->pos = node->size;
    }
    while (left > 0) {
        uint8_t *block = locate(file, node, file->pos, true);
        if (block == NULL) {
            break;
        }
        size_t offset = file->pos % BLOCK;
        size_t part = BLOCK - offset;
        if (file->pos < target) {
            part = part < target - file->pos ? part : target - file->pos;
            memset(block + offset, 0, part);
        } else {
            part = part < left ? part : left;
            memcpy(block + offset, from, part);
            from += part;
            left -= part;
        }
        file->pos += part;
        if (file->pos > node->size) {
            node->size = file->pos;
        }
    }
    node->mtime = now;
    return left == n && n > 0 ? -MP_ENOSPC : (int)(n - left);
}

void ramfs_stat(size_t *block_bytes, size_t *blocks, size_t *free_blocks) {
    *block_bytes = BLOCK;
    *blocks = super->blocks;
    *free_blocks = super->free_blocks;
}

size_t ramfs_name_max(void) {
    return NODE_NAME_MAX < UINT8_MAX ? NODE_NAME_MAX : UINT8_MAX;
}
