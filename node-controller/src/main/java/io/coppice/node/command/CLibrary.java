package io.coppice.node.command;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** The C library's calls for sockets in another network namespace. Source: setns(2), socket(2), packet(7), raw(7). */
interface CLibrary extends Library {
    CLibrary INSTANCE = Native.load("c", CLibrary.class);

    int AF_INET6 = 10;
    int AF_PACKET = 17;
    int SOCK_RAW = 3;
    int SOCK_CLOEXEC = 0x80000;
    int O_CLOEXEC = 0x80000;
    int CLONE_NEWNET = 0x40000000;
    int IPPROTO_IPV6 = 41;
    int IPPROTO_ICMPV6 = 58;
    int IPV6_MULTICAST_HOPS = 18;

    int open(String path, int flags) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;

    int setns(int descriptor, int kind) throws LastErrorException;

    int socket(int domain, int type, int protocol) throws LastErrorException;

    int setsockopt(int descriptor, int level, int name, byte[] value, int length) throws LastErrorException;

    int if_nametoindex(String name) throws LastErrorException;

    NativeLong sendto(int descriptor, byte[] bytes, NativeLong length, int flags, byte[] address, int addressLength)
            throws LastErrorException;
}
