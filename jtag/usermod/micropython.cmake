# SPDX-License-Identifier: MIT
#
# The programmer as a user C module for ports that build with CMake (esp32, rp2): USER_C_MODULES=<this repository>/
# jtag/usermod/micropython.cmake. The same as micropython.mk; set ZLIB_DIR, or fetch zlib (tools/fetch.py zlib-1.3.1).

set(JTAG_DIR ${CMAKE_CURRENT_LIST_DIR}/..)
if(NOT DEFINED ZLIB_DIR)
    set(ZLIB_DIR ${JTAG_DIR}/../build/zlib-1.3.1)
endif()
if(NOT EXISTS ${ZLIB_DIR}/inflate.c)
    message(FATAL_ERROR "jtag/usermod: no zlib in ${ZLIB_DIR}: fetch it with "
        "tools/fetch.py zlib-1.3.1 build/zlib-1.3.1 --cache build/cache, or set ZLIB_DIR")
endif()

# zlib with its own definitions and without this project's warnings.
add_library(usermod_ecp5_zlib STATIC
    ${ZLIB_DIR}/adler32.c
    ${ZLIB_DIR}/inffast.c
    ${ZLIB_DIR}/inflate.c
    ${ZLIB_DIR}/inftrees.c
)
target_include_directories(usermod_ecp5_zlib PRIVATE ${ZLIB_DIR})
target_compile_options(usermod_ecp5_zlib PRIVATE -w -include string.h)
target_compile_definitions(usermod_ecp5_zlib PRIVATE Z_SOLO NO_GZIP HAVE_MEMCPY)

add_library(usermod_ecp5 INTERFACE)
target_sources(usermod_ecp5 INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/call.c
    ${CMAKE_CURRENT_LIST_DIR}/modecp5.c
    ${CMAKE_CURRENT_LIST_DIR}/pins.c
    ${CMAKE_CURRENT_LIST_DIR}/session.c
    ${CMAKE_CURRENT_LIST_DIR}/slave_spi.c
    ${CMAKE_CURRENT_LIST_DIR}/transport.c
    ${CMAKE_CURRENT_LIST_DIR}/unpacker.c
    ${CMAKE_CURRENT_LIST_DIR}/xvc_server.c
    ${JTAG_DIR}/bitbang.c
    ${JTAG_DIR}/slave_spi.c
    ${JTAG_DIR}/bitstream.c
    ${JTAG_DIR}/boot.c
    ${JTAG_DIR}/bridge.c
    ${JTAG_DIR}/ecp5.c
    ${JTAG_DIR}/inflate.c
    ${JTAG_DIR}/jtag.c
    ${JTAG_DIR}/stream.c
    ${JTAG_DIR}/tap.c
    ${JTAG_DIR}/tap_scan.c
    ${JTAG_DIR}/xvc_server.c
    ${JTAG_DIR}/../flash/nor.c
    ${JTAG_DIR}/../flash/nor_erase.c
    ${JTAG_DIR}/../flash/nor_identify.c
    ${JTAG_DIR}/../flash/nor_protect.c
    ${JTAG_DIR}/../flash/nor_write.c
    ${JTAG_DIR}/../flash/sfdp.c
    ${JTAG_DIR}/../common/crc32.c
    ${JTAG_DIR}/../common/status.c
)
target_include_directories(usermod_ecp5 INTERFACE ${JTAG_DIR}/.. ${ZLIB_DIR})
target_compile_definitions(usermod_ecp5 INTERFACE Z_SOLO)
target_link_libraries(usermod_ecp5 INTERFACE usermod_ecp5_zlib)
target_link_libraries(usermod INTERFACE usermod_ecp5)
