package io.coppice.ebs.archive;

/**
 * A file in a tar.
 *
 * @param name as the tar has it, at most 255 characters; never to be used as a path
 * @param offset of its first byte in the tar
 * @param size bytes
 */
record TarMember(String name, long offset, long size) {}
