package io.coppice.node.network.vpc;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All packet rules in one VPC's namespace: those of the VPC, those between the ports of its bridges, and the guards of guests'
 * devices. Open flows that a change forbids are cut with it. Not thread-safe.
 */
final class Firewall {
    /** Of an interface whose subnet is not known. */
    private static final String NO_ROUTER = "0.0.0.0";

    private final Namespace inside;
    private final FlowCutter cutter;
    // What the kernel has as far as this process knows; null when it is not known.
    private @Nullable Ruleset rules;
    private @Nullable Ruleset portRules;
    private final Map<String, Guard> guards = new HashMap<>();
    /** What the kernel showed when all was right, null after a change. */
    private @Nullable String shown;

    Firewall(Namespace inside, FlowCutter cutter) {
        this.inside = inside;
        this.cutter = cutter;
    }

    /** Makes the rules those of the view: what differs from before, or all when that is not known. */
    void load(VpcView view) throws IOException {
        loadRules(view);
        loadGuards(view);
    }

    private void loadRules(VpcView view) throws IOException {
        var before = rules;
        var now = VpcRules.of(view);
        if (before == null) {
            portRules = null;
            guards.clear();
        }
        change(now.changesFrom(before));
        var nowBetweenPorts = TapGuard.betweenPorts(view);
        change(nowBetweenPorts.changesFrom(portRules));
        portRules = nowBetweenPorts;
        rules = now;
        if (before == null || now.mayForbidMoreThan(before)) {
            cutter.cut(view);
        }
    }

    private void loadGuards(VpcView view) throws IOException {
        var wanted = new HashMap<String, Guard>();
        var routers = view.routers();
        var script = new StringBuilder();
        for (var local : view.locals()) {
            if (local.plugged()) {
                var guard = new Guard(
                        local.endpoint(),
                        routers.getOrDefault(local.endpoint().getSubnetId(), NO_ROUTER),
                        view.ipv6Of(local));
                wanted.put(local.tap(), guard);
                if (!guard.equals(guards.get(local.tap()))) {
                    script.append(TapGuard.of(local, guard.router(), guard.ipv6()));
                }
            }
        }
        guards.keySet().stream()
                .filter(tap -> !wanted.containsKey(tap))
                .forEach(tap -> script.append(TapGuard.removal(tap)));
        change(script.toString());
        guards.clear();
        guards.putAll(wanted);
    }

    /** All that the guard of a device is made from. */
    private record Guard(NetworkEndpoint endpoint, String router, List<String> ipv6) {}

    private void change(String script) throws IOException {
        if (!script.isEmpty()) {
            shown = null;
            inside.nft(script);
        }
    }

    /** The guard of a device that is not there any more is no guard of a new one. */
    void forgetDevice(String tap) {
        guards.remove(tap);
    }

    /** Everything will be loaded anew. */
    void forget() {
        rules = null;
        portRules = null;
        shown = null;
        guards.clear();
    }

    /** Forgets what is known when somebody changed it, or when it was not looked at since the last change. */
    void look() throws IOException {
        if (shown == null || !shown.equals(show())) {
            forget();
        }
    }

    /** What is there now is right. */
    void remember() throws IOException {
        shown = show();
    }

    /** What counts flows is in another family and changes with every packet. */
    private String show() throws IOException {
        return inside.execute("nft", "-s", "list ruleset inet; list ruleset bridge; list ruleset netdev")
                .output();
    }
}
