package io.coppice.node.network.ovn;

/**
 * The public network as a VPC's router sees it.
 *
 * @param physical what the site calls it in the bridge mappings of its hosts (ovn-controller(8))
 * @param router the address of the routers of all VPCs on it, with its prefix: they ask for neighbours with it, nobody is served by it
 * @param gateway where packets to the outside go
 */
record Outside(String physical, String router, String gateway) {}
