package io.coppice.node.network.vpc;

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

    private void metadata() {
        var settings = view.settings();
        var id = view.vpc().getVpcId();
        var hostDevice = settings.pairDevice('m', id);
        var mac = VpcSettings.macOf("metadata " + id);
        var hostMac = VpcSettings.macOf("metadata host " + id);
        plan.add(Setting.pair(VpcView.METADATA, mac, hostDevice, hostMac, view.namespace()));
        plan.add(Setting.up(VpcView.METADATA, PUBLIC_MTU));
        plan.add(Setting.address(VpcView.METADATA, view.routerNumber(), HOST_PREFIX));
        // As on the other cable: with the last address the kernel would drop the neighbour, and the number may be
        // another one
        // after a restart.
        plan.add(Setting.hiddenAddress(VpcView.METADATA, VpcView.LINK_RESOLVER, HOST_PREFIX));
        plan.add(Setting.neighbour(VpcView.METADATA, settings.metadataAddress(), hostMac));
        plan.add(Setting.route(Setting.LOCAL_TABLE, settings.metadataAddress(), "", VpcView.METADATA));
        plan.add(Setting.onHost("metadata", "link set dev %s up".formatted(hostDevice)));
        stands(hostDevice, view.routerNumber(), mac);
        view.locals().forEach(local -> local.numbers().forEach(number -> stands(hostDevice, number, mac)));
    }

    private void stands(String hostDevice, String number, String mac) {
        plan.add(Setting.onHost(
                "number " + number,
                "route replace " + number + " dev " + hostDevice + " scope link\nneigh replace " + number + " lladdr "
                        + mac + " dev " + hostDevice + " nud permanent",
                "route delete " + number + " dev " + hostDevice + "\nneigh delete " + number + " dev " + hostDevice));
    }
}
