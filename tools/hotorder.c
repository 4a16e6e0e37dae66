// SPDX-License-Identifier: MIT
//
// Places functions in a direct-mapped instruction cache so that they evict each other as little as
// possible (N. Gloy and M. D. Smith, "Procedure Placement Using Temporal-Ordering Information",
// TOPLAS 21(5), 1999). train.py starts it.
//
//   hotorder LINES STEPS SECTIONS MARK TRACE...
//
// LINES of 32 bytes are in the cache. SECTIONS has one "address size movable" line per code section, in
// hexadecimal but for the flag. A TRACE is `weight:path`, the file what lxemu --trace writes; only what runs between the first
// and the second call of the function at MARK counts. Prints "index gap" per section that was
// seen, in the order in which they are to lie, with the cache lines to leave free before each.
//
// Two lines that are used in turn must not share a place in the cache. So for each pair of lines the
// trace gives how often one was used between two uses of the other: what it costs to give both the same
// place. Traces count by their weights, whatever their length. Simulated annealing then moves one
// function at a time to another place; at last the functions are laid end to end in an order that needs
// few gaps to give each its place.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 32
#define DEPTH 600       // lines between two uses beyond which the line is gone in any case
#define NONE UINT32_MAX

typedef struct {
    uint32_t address, size;
    int movable;
    uint32_t first;     // its first line's number
    uint32_t lines;     // up to its last used line
    uint32_t full;      // lines that it takes
    uint32_t color;
    int placed;
} section_t;

static section_t *sections;
static uint32_t section_count, line_count, cache_lines;
static float *cost;     // line_count * line_count, symmetric

static uint64_t seed = 88172645463325252u;
static uint32_t random32(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static int by_address(const void *a, const void *b) {
    const section_t *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static section_t *find(uint32_t pc) {
    static section_t *last;
    if (last != NULL && pc - last->address < last->size) {
        return last;
    }
    uint32_t low = 0, high = section_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sections[middle].address + sections[middle].size <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == section_count || pc < sections[low].address) {
        return NULL;
    }
    return last = &sections[low];
}

static uint32_t *read_trace(const char *path, uint32_t mark, size_t *count) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    size_t room = 1 << 20, n = 0;
    uint32_t *pcs = malloc(room * sizeof(*pcs));
    int marks = 0;
    char line[200];
    while (fgets(line, sizeof(line), file) != NULL) {
        const char *field = strchr(line, ' ');
        uint32_t pc = field == NULL ? 0 : (uint32_t)strtoul(field + 1, NULL, 16);
        marks += pc == mark;
        if (marks == 1) {
            if (n == room) {
                uint32_t *more = realloc(pcs, (room *= 2) * sizeof(*pcs));
                if (more == NULL) {
                    fprintf(stderr, "hotorder: no memory for a trace of %u steps\n", (unsigned)room);
                    exit(1);
                }
                pcs = more;
            }
            pcs[n++] = pc;
        }
    }
    fclose(file);
    if (marks < 2) {
        fprintf(stderr, "hotorder: %s: no two calls of the function at the mark\n", path);
        exit(2);
    }
    *count = n;
    return pcs;
}

// The trace as lines of sections, each run of the same line once.
static size_t to_lines(uint32_t *pcs, size_t count, int number) {
    size_t out = 0;
    uint32_t last = NONE;
    for (size_t i = 0; i < count; i++) {
        section_t *s = find(pcs[i]);
        if (s == NULL) {
            continue;
        }
        uint32_t in = (pcs[i] - s->address) / LINE_BYTES;
        if (!number) {
            if (in >= s->lines) {
                s->lines = in + 1;
            }
            continue;
        }
        uint32_t line = s->first + in;
        if (line != last) {
            pcs[out++] = last = line;
        }
    }
    return out;
}

static void count_conflicts(const uint32_t *lines, size_t count, double weight_of_trace) {
    // A list of lines by their last use.
    uint32_t *next = malloc(line_count * 4), *prev = malloc(line_count * 4), head = NONE;
    memset(next, 0xff, line_count * 4);
    memset(prev, 0xff, line_count * 4);
    char *in = calloc(line_count, 1);
    float weight = (float)(weight_of_trace * 1e6 / (double)count);
    for (size_t i = 0; i < count; i++) {
        uint32_t a = lines[i];
        if (in[a]) {
            float *row = cost + (size_t)a * line_count;
            uint32_t depth = 0;
            for (uint32_t b = head; b != a && depth < DEPTH; b = next[b], depth++) {
                row[b] += weight;
            }
            if (prev[a] != NONE) {
                next[prev[a]] = next[a];
            } else {
                head = next[a];
            }
            if (next[a] != NONE) {
                prev[next[a]] = prev[a];
            }
        }
        in[a] = 1;
        prev[a] = NONE;
        next[a] = head;
        if (head != NONE) {
            prev[head] = a;
        }
        head = a;
    }
    free(next);
    free(prev);
    free(in);
}

// Lines by their place in the cache.
static uint32_t *members, *member_count;

static void put(const section_t *s, int add) {
    for (uint32_t i = 0; i < s->lines; i++) {
        uint32_t place = (s->color + i) % cache_lines;
        uint32_t *list = members + (size_t)place * line_count;
        if (add) {
            list[member_count[place]++] = s->first + i;
        } else {
            for (uint32_t k = 0;; k++) {
                if (list[k] == s->first + i) {
                    list[k] = list[--member_count[place]];
                    break;
                }
            }
        }
    }
}

static double cost_at(const section_t *s, uint32_t color) {
    double sum = 0;
    for (uint32_t i = 0; i < s->lines; i++) {
        uint32_t place = (color + i) % cache_lines;
        const uint32_t *list = members + (size_t)place * line_count;
        const float *row = cost + (size_t)(s->first + i) * line_count;
        for (uint32_t k = 0; k < member_count[place]; k++) {
            sum += (double)row[list[k]];
        }
    }
    return sum;
}

static void anneal(section_t **hot, uint32_t count, uint64_t steps) {
    for (uint32_t i = 0; i < count; i++) {
        put(hot[i], 0);
        double best = INFINITY;
        uint32_t color = 0;
        for (uint32_t c = 0; c < cache_lines; c++) {
            double at = cost_at(hot[i], c);
            if (at < best) {
                best = at;
                color = c;
            }
        }
        hot[i]->color = color;
        put(hot[i], 1);
    }
    double total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += cost_at(hot[i], hot[i]->color) / 2;
    }
    fprintf(stderr, "hotorder: %u sections, %u lines; greedy %.0f", count, line_count, total);
    double temperature = total / count / 4, end = temperature / 3000;
    double factor = pow(end / temperature, 1.0 / (double)steps);
    for (uint64_t step = 0; step < steps; step++, temperature *= factor) {
        section_t *s = hot[random32() % count];
        put(s, 0);
        double now = cost_at(s, s->color);
        uint32_t color = random32() % cache_lines;
        double then = cost_at(s, color);
        if (then < now || exp((now - then) / temperature) * 4294967296.0 > random32()) {
            s->color = color;
            total += then - now;
        }
        put(s, 1);
    }
    fprintf(stderr, ", annealed %.0f\n", total);
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "usage: hotorder LINES STEPS SECTIONS MARK TRACE...\n");
        return 2;
    }
    cache_lines = (uint32_t)atoi(argv[1]);
    uint64_t steps = strtoull(argv[2], NULL, 10);
    uint32_t mark = (uint32_t)strtoul(argv[4], NULL, 16);
    FILE *file = fopen(argv[3], "r");
    if (file == NULL) {
        perror(argv[3]);
        return 2;
    }
    sections = malloc(100000 * sizeof(*sections));
    section_t s = {0};
    while (fscanf(file, "%x %x %d", &s.address, &s.size, &s.movable) == 3) {
        sections[section_count++] = s;
    }
    fclose(file);
    // The order of the file is the order of the sections' numbers.
    uint32_t *number_at = malloc(section_count * 4);
    section_t *unsorted = malloc(section_count * sizeof(s));
    memcpy(unsorted, sections, section_count * sizeof(s));
    qsort(sections, section_count, sizeof(s), by_address);
    for (uint32_t i = 0; i < section_count; i++) {
        for (uint32_t k = 0; k < section_count; k++) {
            if (unsorted[k].address == sections[i].address) {
                number_at[i] = k;
            }
        }
    }

    int traces = argc - 5;
    uint32_t **trace = malloc((size_t)traces * sizeof(*trace));
    size_t *length = malloc((size_t)traces * sizeof(*length));
    for (int i = 0; i < traces; i++) {
        const char *path = strchr(argv[5 + i], ':');
        if (path == NULL) {
            return 2;
        }
        trace[i] = read_trace(path + 1, mark, &length[i]);
        to_lines(trace[i], length[i], 0);
    }
    for (uint32_t i = 0; i < section_count; i++) {
        sections[i].first = line_count;
        sections[i].full = (sections[i].size + LINE_BYTES - 1) / LINE_BYTES;
        line_count += sections[i].lines;
    }
    cost = calloc((size_t)line_count * line_count, sizeof(*cost));
    for (int i = 0; i < traces; i++) {
        length[i] = to_lines(trace[i], length[i], 1);
        count_conflicts(trace[i], length[i], atof(argv[5 + i]));
        free(trace[i]);
    }
    for (uint32_t a = 0; a < line_count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            float sum = cost[(size_t)a * line_count + b] + cost[(size_t)b * line_count + a];
            cost[(size_t)a * line_count + b] = cost[(size_t)b * line_count + a] = sum;
        }
        cost[(size_t)a * line_count + a] = 0;
    }

    members = malloc((size_t)cache_lines * line_count * 4);
    member_count = calloc(cache_lines, 4);
    section_t **hot = malloc(section_count * sizeof(*hot));
    uint32_t count = 0;
    for (uint32_t i = 0; i < section_count; i++) {
        section_t *s = &sections[i];
        if (s->lines == 0) {
            continue;
        }
        s->color = s->address / LINE_BYTES % cache_lines;
        put(s, 1);
        if (s->movable) {
            hot[count++] = s;
        }
    }
    anneal(hot, count, steps);

    // End to end: always the section whose place comes next.
    uint32_t at = sections[0].movable ? 0 : sections[0].full, gaps = 0, total = 0;
    for (uint32_t n = 0; n < count; n++) {
        section_t *best = NULL;
        uint32_t best_gap = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t gap = (hot[i]->color + cache_lines - at % cache_lines) % cache_lines;
            if (!hot[i]->placed && (best == NULL || gap < best_gap || (gap == best_gap && hot[i]->full > best->full))) {
                best = hot[i];
                best_gap = gap;
            }
        }
        if (best == NULL) {
            break; // Each round places one, so there is always one left.
        }
        best->placed = 1;
        printf("%u %u\n", number_at[best - sections], best_gap);
        at += best_gap + best->full;
        gaps += best_gap;
        total += best->full;
    }
    fprintf(stderr, "hotorder: %u lines of code and %u of gaps\n", total, gaps);
    return 0;
}
