package io.coppice.node.network.vpc;

import java.util.List;
import java.util.stream.Stream;

/**
 * Plans the two cables from a VPC's namespace to its host: one to the public network, with the public addresses of this host's
 * guests, and one to the metadata service, where every private address is translated to one that only it has on this host.
 */
final class Cables {
    private static final int HOST_PREFIX = 32;
    private static final int PUBLIC_MTU = 1500;

    private final VpcView view;
    private final Plan plan;

    private Cables(VpcView view, Plan plan) {
        this.view = view;
        this.plan = plan;
    }

    static void plan(VpcView view, Plan plan) {
        var cables = new Cables(view, plan);
        cables.publicNetwork();
        cables.metadata();
    }

    private void publicNetwork() {
        var settings = view.settings();
        var id = view.vpc().getVpcId();
        var hostDevice = settings.pairDevice('p', id);
        plan.add(Setting.pair(
                VpcView.PUBLIC,
                publicMac(settings, id),
                hostDevice,
                VpcSettings.macOf("public port %s %s".formatted(settings.nodeId(), id)),
                view.namespace()));
        plan.add(Setting.up(VpcView.PUBLIC, PUBLIC_MTU));
        plan.add(Setting.onHost("public", "link set dev %s master %s up".formatted(hostDevice, settings.bridge())));
        // The kernel drops all routes by a device that loses its last address, also when the next one comes a moment
        // later. This
        // one stays; it is the resolver's already.
        plan.add(Setting.hiddenAddress(VpcView.PUBLIC, VpcView.LINK_RESOLVER, HOST_PREFIX));
        view.publicByPrivate()
                .values()
                .forEach(address -> plan.add(Setting.address(VpcView.PUBLIC, address, HOST_PREFIX)));
    }

    /** Different on every host: it says where a public address is. */
    static String publicMac(VpcSettings settings, String owner) {
        return VpcSettings.macOf("public %s %s".formatted(settings.nodeId(), owner));
    }

    /** What the public network is told to be here. */
    static List<String> announced(VpcView view) {
        return Stream.concat(view.publicByPrivate().values().stream(), Ipv6Outside.addresses(view).stream())
                .toList();
    }

    /** Plans the second one alone, for a namespace that is not the VPC's router. */
    static void planMetadata(VpcView view, Plan plan) {
        new Cables(view, plan).metadata();
    }

    private void metadata() {
        var settings = view.settings();
        var cable = metadata(view);
        plan.add(Setting.pair(VpcView.METADATA, cable.mac(), cable.hostDevice(), cable.hostMac(), view.namespace()));
        plan.add(Setting.up(VpcView.METADATA, PUBLIC_MTU));
        plan.add(Setting.address(VpcView.METADATA, view.routerNumber(), HOST_PREFIX));
        // As on the other cable: with the last address the kernel would drop the neighbour, and the number may be
        // another one
        // after a restart.
        plan.add(Setting.hiddenAddress(VpcView.METADATA, VpcView.LINK_RESOLVER, HOST_PREFIX));
        plan.add(Setting.neighbour(VpcView.METADATA, settings.metadataAddress(), cable.hostMac()));
        plan.add(Setting.route(Setting.LOCAL_TABLE, settings.metadataAddress(), "", VpcView.METADATA));
        plan.add(Setting.onHost("metadata", "link set dev %s up".formatted(cable.hostDevice())));
        plan.add(standsFor(cable, view.routerNumber()));
        view.locals().forEach(local -> local.addresses()
                .forEach(address -> plan.add(standsFor(cable, local.number(address)))));
    }

    /**
     * The two ends of the cable to the metadata service.
     *
     * @param mac of the VPC's end
     */
    record Metadata(String hostDevice, String hostMac, String mac) {}

    static Metadata metadata(VpcView view) {
        var id = view.vpc().getVpcId();
        return new Metadata(
                view.settings().pairDevice('m', id),
                VpcSettings.macOf("metadata host " + id),
                VpcSettings.macOf("metadata " + id));
    }

    /** What the host must know to answer a number, of either family. */
    static Setting standsFor(Metadata cable, String number) {
        var device = cable.hostDevice();
        return Setting.onHost(
                "number " + number,
                "route replace " + number + " dev " + device + " scope link\nneigh replace " + number + " lladdr "
                        + cable.mac() + " dev " + device + " nud permanent",
                "route delete " + number + " dev " + device + "\nneigh delete " + number + " dev " + device);
    }
}
