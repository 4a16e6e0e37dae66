# SPDX-License-Identifier: MIT
"""`import uftpd` starts the FTP server, as main.py files expect; uftpd.stop() and uftpd.start() are there."""

from ftpd import start, stop  # noqa: F401

from services import configured

start(**configured("ftp"))
