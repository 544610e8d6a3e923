package io.coppice.node.network.vpc;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** System calls that Java does not have: namespaces, raw sockets, packet sockets. Source: setns(2), raw(7), packet(7). */
interface Kernel extends Library {
    Kernel INSTANCE = Native.load("c", Kernel.class);

    int AF_INET = 2;
    int AF_INET6 = 10;
    int AF_PACKET = 17;
    int SOCK_RAW = 3;
    int SOL_SOCKET = 1;
    int SO_RCVTIMEO = 20;
    int CLONE_NEWNET = 0x40000000;
    int ETH_P_ALL = 0x0003;

    int open(String path, int flags) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;

    int setns(int descriptor, int kind) throws LastErrorException;

    int socket(int domain, int type, int protocol) throws LastErrorException;

    int bind(int descriptor, byte[] address, int length) throws LastErrorException;

    int setsockopt(int descriptor, int level, int name, byte[] value, int length) throws LastErrorException;

    int if_nametoindex(String name);

    NativeLong sendto(int descriptor, byte[] bytes, NativeLong length, int flags, byte[] address, int addressLength)
            throws LastErrorException;

    NativeLong send(int descriptor, byte[] bytes, NativeLong length, int flags) throws LastErrorException;

    NativeLong recv(int descriptor, byte[] bytes, NativeLong length, int flags) throws LastErrorException;
}
