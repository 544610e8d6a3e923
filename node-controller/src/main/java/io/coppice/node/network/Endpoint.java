package io.coppice.node.network;

/**
 * A guest's connection as the hypervisor needs it.
 *
 * @param tap name of the host's network device, at most 15 characters
 * @param bridge device that the hypervisor plugs the tap into, empty when the network engine does
 * @param mac lower case, colon separated
 * @param mtu bytes
 */
public record Endpoint(String tap, String bridge, String mac, int mtu) {}
