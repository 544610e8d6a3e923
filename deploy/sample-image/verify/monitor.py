#!/usr/bin/env python3
"""Says one command to QEMU's human monitor and waits until it is done.

usage: monitor.py SOCKET COMMAND
"""
import socket
import sys

PROMPT = b"(qemu)"

with socket.socket(socket.AF_UNIX) as monitor:
    monitor.settimeout(10)
    monitor.connect(sys.argv[1])
    answer = b""
    while PROMPT not in answer:
        answer += monitor.recv(4096)
    monitor.sendall(sys.argv[2].encode() + b"\n")
    answer = b""
    while PROMPT not in answer:
        answer += monitor.recv(4096) or PROMPT
