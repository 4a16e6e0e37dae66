// SPDX-License-Identifier: MIT
// MicroPython's configuration for LiteX: upstream's full feature level, less what needs a network, and
// less what port/size_class.h calls the small class. What a newer MicroPython wants differently is in
// compat.h. FLOAT=single on make's command line defines PORT_FLOAT_SINGLE.
#ifndef PORT_MPCONFIGPORT_H
#define PORT_MPCONFIGPORT_H

#include <alloca.h>
#include <stddef.h>
#include <stdint.h>

#include "compat.h"
#include "port_class.h" // generated: soc_shape.h, and which of size_class.h's classes this is

#define PORT_FULL (!PORT_SMALL)
// With a network (net/): firmware.mk decides.
#if !defined(MICROPY_PY_LWIP)
#define MICROPY_PY_LWIP (0)
#endif
#define PORT_NET (MICROPY_PY_LWIP)

#if PORT_SMALL
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_CORE_FEATURES)
#else
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_FULL_FEATURES)
#endif

// Memory.
#define MICROPY_ENABLE_GC (1)
#define MICROPY_BYTES_PER_GC_BLOCK (PORT_CLASS_GC_BLOCK_BYTES)
#define MICROPY_GC_SPLIT_HEAP (PORT_CLASS_HEAP_SPLIT)
#define MICROPY_ALLOC_GC_STACK_SIZE (PORT_SMALL ? 64 : 512)
#if PORT_FULL
// After an overflow of the mark stack upstream looks through the tables of the whole heap, 8 million cycles for one of
// 8 MiB. Nothing marked lies behind the last block in use, where the other loops of a collection end as well. The
// hook's argument is the name of the loop's variable, `block` in these, `i` in loops over words; gc.mem_free() calls it
// outside of a collection and has to count to the end.
#define MICROPY_GC_HOOK_LOOP(variable) PORT_GC_LOOP_##variable
#define PORT_GC_LOOP_i
#define PORT_GC_LOOP_block \
    if (block > area->gc_last_used_block && (MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG)) { \
        break; \
    }
#endif
#define MICROPY_ALLOC_PATH_MAX (128)
#define MICROPY_ENABLE_FINALISER (PORT_FULL)
#define MICROPY_STACK_CHECK (1)
// For interrupts and deferred work, which run on the interrupted stack.
#define MICROPY_STACK_CHECK_MARGIN (PORT_NET ? 4096 : 1024)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_MALLOC_USES_ALLOCATED_SIZE (1)

// Numbers.
#if PORT_SMALL
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_LONGLONG)
#else
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#endif
#define MICROPY_PY_BUILTINS_COMPLEX (PORT_FULL)
#if defined(PORT_FLOAT_SINGLE)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#else
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#endif

// Code. Upstream's RV32 emitter writes compressed instructions; for cores without them native/ expands these.
#define MICROPY_PERSISTENT_CODE_LOAD (PORT_FULL)
#define MICROPY_EMIT_RV32 (PORT_FULL)
#if defined(__riscv_compressed)
#define MICROPY_EMIT_INLINE_RV32 (PORT_FULL)
#endif
#if PORT_FULL
// The instruction cache does not see what is stored.
#define MP_PLAT_COMMIT_EXEC(buf, len, reloc) port_commit_exec(buf, len, reloc)
void *port_commit_exec(void *buf, size_t bytes, void *reloc);
#endif
#if !SOC_HAS_INTERRUPT
// What interrupts do elsewhere is done between bytecodes.
#define MICROPY_VM_HOOK_LOOP port_poll();
#define MICROPY_VM_HOOK_RETURN port_poll();
void port_poll(void);
#endif
#define MICROPY_OPT_COMPUTED_GOTO (PORT_FULL)
#define MICROPY_READER_VFS (1)
#define MICROPY_COMP_MODULE_CONST (PORT_FULL)
#define MICROPY_PY_ASYNC_AWAIT (PORT_FULL)
#define MICROPY_PY_GENERATOR_PEND_THROW (PORT_FULL)

// The prompt.
#define MICROPY_HELPER_REPL (1)
#define MICROPY_REPL_EMACS_KEYS (PORT_FULL)
#define MICROPY_REPL_EMACS_WORDS_MOVE (PORT_FULL)
#define MICROPY_REPL_EMACS_EXTRA_WORDS_MOVE (PORT_FULL)
#define MICROPY_REPL_AUTO_INDENT (1)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_ENABLE_SCHEDULER (1)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_ENABLE_SOURCE_LINE (1)
#define MICROPY_ERROR_REPORTING (PORT_SMALL ? MICROPY_ERROR_REPORTING_TERSE : MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_WARNINGS (PORT_FULL)
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_USE_INTERNAL_PRINTF (1)

// Built-in modules that the small class keeps beyond the core feature level (no effect on the others).
#define MICROPY_PY_BUILTINS_STR_UNICODE (PORT_FULL)
#define MICROPY_PY_BUILTINS_MEMORYVIEW (PORT_FULL || SOC_HAS_VIDEO) // Video.page() is one
#define MICROPY_PY_BUILTINS_COMPILE (1)
#define MICROPY_PY_BUILTINS_HELP (1)
#define MICROPY_PY_BUILTINS_HELP_MODULES (PORT_FULL)
#define MICROPY_PY_BUILTINS_HELP_TEXT port_help_text
#define MICROPY_PY_BUILTINS_INPUT (1)
#define MICROPY_PY_FSTRINGS (1)
#define MICROPY_PY_MICROPYTHON_MEM_INFO (1)
#define MICROPY_PY_SYS_PLATFORM "litex"
#define MICROPY_PY_SYS_MAXSIZE (1)
#define MICROPY_PY_SYS_STDFILES (1)
#define MICROPY_PY_SYS_STDIO_BUFFER (1)
#define MICROPY_PY_SYS_EXC_INFO (PORT_FULL)
#define MICROPY_PY_ERRNO (1)
#define MICROPY_PY_BINASCII (1)
#define MICROPY_PY_UCTYPES (PORT_FULL)
#define MICROPY_PY_OS (1)
#define MICROPY_PY_OS_UNAME (1)
#define MICROPY_PY_OS_SYNC (PORT_FULL)
#if PORT_FULL
#define MICROPY_PY_OS_DUPTERM (1) // a number: arrays have that length
#define MICROPY_PY_OS_DUPTERM_NOTIFY (1)
#endif
#define MICROPY_PY_OS_URANDOM (PORT_FULL)
#define MICROPY_PY_OS_INCLUDEFILE "port/random/urandom.h"
#define MICROPY_PY_SELECT (PORT_FULL)
#define MICROPY_PY_RANDOM (1)
#define MICROPY_PY_RANDOM_EXTRA_FUNCS (PORT_FULL)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (port_random_seed())
#define MICROPY_PY_JSON (1)
#define MICROPY_PY_RE_MATCH_GROUPS (PORT_FULL)
#define MICROPY_PY_RE_MATCH_SPAN_START_END (PORT_FULL)
#define MICROPY_PY_CMATH (PORT_FULL)
#if PORT_TLS
#define MICROPY_PY_SSL (1)
#define MICROPY_PY_SSL_FINALISER (1)
#define MICROPY_TRACKED_ALLOC (1)
#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1) // its memory is the collector's
#else
#define MICROPY_PY_SSL (0)
#endif
#define MICROPY_PY_WEBSOCKET (0)
#define MICROPY_PY_THREAD (0)
#define MICROPY_PY_DEFLATE_COMPRESS (PORT_FULL)
#define MICROPY_PY_IO_BUFFEREDWRITER (PORT_FULL)
#define MICROPY_PY_SYS_GETSIZEOF (PORT_FULL)
#define MICROPY_PY_COLLECTIONS_NAMEDTUPLE__ASDICT (PORT_FULL)

// Ciphers and digests are mbedtls's where it is linked for TLS. Else crypto/ has them behind the interface of axTLS, which
// upstream's modules use as well.
#if !PORT_TLS
#define MICROPY_SSL_AXTLS (1)
#endif
#define MICROPY_PY_HASHLIB_MD5 (PORT_FULL)
#define MICROPY_PY_HASHLIB_SHA1 (PORT_FULL)
#define MICROPY_PY_HASHLIB_SHA256 (PORT_FULL)
#define MICROPY_PY_CRYPTOLIB (PORT_FULL)
#define MICROPY_PY_CRYPTOLIB_CTR (PORT_FULL)
#define MICROPY_PY_CRYPTOLIB_CONSTS (PORT_FULL)

// Time.
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (PORT_FULL)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "port_modtime.c"
#define MICROPY_PY_TIME_CUSTOM_SLEEP (1)

// Hardware.
#define PORT_MACHINE_RTC (PORT_FULL)
#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "port_modmachine.c"
#define MICROPY_PY_MACHINE_RESET (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS (1)
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#define MICROPY_PY_MACHINE_MEMX (1)
#define MICROPY_PY_MACHINE_PIN_BASE (1)
#define MICROPY_PY_MACHINE_PIN_MAKE_NEW mp_pin_make_new
#define MICROPY_PY_MACHINE_PULSE (PORT_FULL && (SOC_HAS_GPIO || SOC_HAS_LEDS))
#define MICROPY_PY_MACHINE_SIGNAL (PORT_FULL && (SOC_HAS_GPIO || SOC_HAS_LEDS))
#define MICROPY_PY_MACHINE_SPI (PORT_FULL && (SOC_HAS_SPI || SOC_HAS_SPI_MMAP))
#define MICROPY_PY_MACHINE_I2C (PORT_FULL && (SOC_HAS_I2C || SOC_HAS_LITEI2C))
#define MICROPY_PY_MACHINE_I2C_TRANSFER_WRITE1 (1)
#define MICROPY_PY_MACHINE_SOFTSPI (PORT_FULL && SOC_HAS_GPIO)
#define MICROPY_PY_MACHINE_SOFTI2C (PORT_FULL && SOC_HAS_GPIO)
#define PORT_BITSTREAM (PORT_FULL && (PORT_MACHINE_PIN || SOC_HAS_WS2812))
#define PORT_DHT (PORT_FULL && SOC_HAS_GPIO)
#define MICROPY_PY_ONEWIRE (PORT_FULL && SOC_HAS_GPIO)
#define MICROPY_PY_MACHINE_PWM (SOC_HAS_PWM)
#define MICROPY_PY_MACHINE_PWM_INCLUDEFILE "port/bindings/machine_pwm.c"
#define MICROPY_PY_MACHINE_ADC (SOC_HAS_ADC)
#define MICROPY_PY_MACHINE_ADC_INCLUDEFILE "port/bindings/machine_adc.c"
#define MICROPY_PY_MACHINE_ADC_READ_UV (1)
#define MICROPY_PY_MACHINE_UART (SOC_UART_COUNT > 1)
#define MICROPY_PY_MACHINE_UART_INCLUDEFILE "port/bindings/machine_uart.c"
#define MICROPY_PY_MACHINE_UART_IRQ (PORT_FULL)
// A read() that waited in vain returns None.
#define MICROPY_STREAMS_NON_BLOCK (PORT_FULL || MICROPY_PY_MACHINE_UART)

// Network. lwIP runs in the deferred context and under its lock: net/net.h.
#if PORT_NET
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_SOCKET (1)
#define MICROPY_PY_LWIP_SOCK_RAW (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-litex"
#define MICROPY_PY_LWIP_ENTER soc_deferred_lock();
#define MICROPY_PY_LWIP_REENTER soc_deferred_lock();
#define MICROPY_PY_LWIP_EXIT soc_deferred_unlock();
void soc_deferred_lock(void);
void soc_deferred_unlock(void);
#define MICROPY_PORT_NETWORK_INTERFACES { MP_ROM_QSTR(MP_QSTR_LAN), MP_ROM_PTR(&network_lan_type) },
extern const struct _mp_obj_type_t network_lan_type;
#endif

// Files.
#define MICROPY_VFS (1)
#define MICROPY_FATFS_ENABLE_LFN (2)
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_USE_LABEL (1)
#define MICROPY_FATFS_EXFAT (SOC_HAS_SDCARD || SOC_HAS_SPI_SDCARD)
#define MICROPY_VFS_ROM (PORT_FULL && SOC_HAS_LITESPI) // on the mapped flash
#define MICROPY_VFS_ROM_IOCTL (0)
#define MICROPY_FATFS_MAX_SS (SOC_HAS_LITESPI ? 4096 : 512) // a block of a flash

// The FPGA programmer's transports of this port (jtag/usermod/transport.h).
#if PORT_ECP5
#if SOC_HAS_JTAG_MASTER
#define PORT_JTAG_MASTER { MP_ROM_QSTR(MP_QSTR_Master), MP_ROM_PTR(&port_jtag_master_type) },
#else
#define PORT_JTAG_MASTER
#endif
#if SOC_HAS_SPI && SOC_HAS_GPIO
#define PORT_JTAG_SPI { MP_ROM_QSTR(MP_QSTR_SPI), MP_ROM_PTR(&port_jtag_spi_type) },
#else
#define PORT_JTAG_SPI
#endif
#if SOC_HAS_GPIO
#define JTAG_PORT_PINS port_jtag_pins
#define PORT_JTAG_PINS_DECLARATION mp_obj_t port_jtag_pins(const mp_obj_t pins[4]);
#else
#define PORT_JTAG_PINS_DECLARATION
#endif
#define JTAG_PORT_TYPES PORT_JTAG_PINS_DECLARATION \
    extern const struct _mp_obj_type_t port_jtag_master_type; \
    extern const struct _mp_obj_type_t port_jtag_spi_type;
#define JTAG_PORT_GLOBALS PORT_JTAG_MASTER PORT_JTAG_SPI
#endif

// What the banner says after the version; litex.info() has the rest.
#define MICROPY_HW_BOARD_NAME SOC_IDENTIFIER
#define MICROPY_HW_MCU_NAME SOC_CPU_NAME "-" SOC_CPU_VARIANT
#define MICROPY_BANNER_MACHINE MICROPY_HW_BOARD_NAME ", " MICROPY_HW_MCU_NAME " @ " SOC_CLOCK_TEXT

#define MP_SSIZE_MAX (0x7fffffff)
#define MP_STATE_PORT MP_STATE_VM

// Newer versions define these types themselves.
#if PORT_DEFINES_MP_INT
typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
#endif
typedef long mp_off_t;

uint32_t port_random_seed(void);

#endif
