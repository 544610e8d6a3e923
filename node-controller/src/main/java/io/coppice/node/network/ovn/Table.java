package io.coppice.node.network.ovn;

/** Tables of the northbound database that a VPC has rows in. Source: ovn-nb(5). */
enum Table {
    ROUTER("Logical_Router", true),
    ROUTER_PORT("Logical_Router_Port", false),
    ROUTE("Logical_Router_Static_Route", false),
    POLICY("Logical_Router_Policy", false),
    NAT("NAT", false),
    GATEWAY_CHASSIS("Gateway_Chassis", false),
    SWITCH("Logical_Switch", true),
    PORT("Logical_Switch_Port", false),
    PORT_GROUP("Port_Group", true),
    RULE("ACL", false),
    DHCP("DHCP_Options", true),
    NAMES("DNS", true);

    private final String title;
    private final boolean isRoot;

    Table(String title, boolean isRoot) {
        this.title = title;
        this.isRoot = isRoot;
    }

    /** As the database names it. */
    String title() {
        return title;
    }

    /** Whether rows stay without another row that names them. */
    boolean isRoot() {
        return isRoot;
    }
}
