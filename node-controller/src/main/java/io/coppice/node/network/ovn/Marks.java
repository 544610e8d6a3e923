package io.coppice.node.network.ovn;

import java.util.List;

/** By what rows of ours are known in the northbound database, whose other rows are never touched. */
final class Marks {
    /** The column of every table that is there for such marks. */
    static final String COLUMN = "external_ids";

    static final String VPC = "coppice-vpc";
    static final String KEY = "coppice-key";
    /** The host whose row it is; empty for what all hosts write alike. */
    static final String OWNER = "coppice-node";

    /** On the guard only: another text after every change. */
    static final String CHANGE = "coppice-change";
    /** On the guard only: of the VPC as it was written last. */
    static final String GENERATION = "coppice-generation";

    /** The port group of all guests, whose name no two rows can have: every change of a VPC passes it. */
    static final Row.Id GUARD = new Row.Id(Table.PORT_GROUP, "guests");

    private Marks() {}

    /** Columns that name rows which follow their own table's rules. */
    static List<String> parentColumns(Table table) {
        return switch (table) {
            case ROUTER -> List.of("ports", "static_routes", "policies", "nat");
            case ROUTER_PORT -> List.of("gateway_chassis");
            case SWITCH -> List.of("ports", "dns_records");
            case PORT_GROUP -> List.of("ports", "acls");
            case ROUTE, POLICY, NAT, GATEWAY_CHASSIS, PORT, RULE, DHCP, NAMES -> List.of();
        };
    }
}
