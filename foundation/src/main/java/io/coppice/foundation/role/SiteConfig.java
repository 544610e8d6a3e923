package io.coppice.foundation.role;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What all roles of one process must know of the cloud they belong to. {@code coppice up} writes these keys to
 * {@code config/coppice.properties} in the data folder.
 */
@ConfigMapping(prefix = "coppice")
public interface SiteConfig {
    /** The folder that holds everything this process keeps. */
    Path dataDir();

    /** The roles this process plays, by short or long name. */
    @WithDefault("clc,cc,nc,walrus,ebs")
    List<String> roles();

    /** The region's name, as users write it in AWS_REGION. */
    @WithDefault("us-east-1")
    String region();

    /** The availability zone that this process's Cluster Controller, hosts and EBS controller belong to. */
    @WithDefault("us-east-1a")
    String zone();

    /** Where the roles listen and find each other. */
    Endpoints endpoints();

    /** What concerns the process and not a role. */
    Server server();

    /** The networks of instances. */
    Network network();

    /** The networks of instances. */
    interface Network {
        /**
         * {@code FLAT}: one network for all; {@code STATIC}: the site's own network, with addresses that the site names;
         * {@code SYSTEM}: the site's own network, with addresses of the site's own DHCP server;
         * {@code VPC}: virtual private clouds with routing, groups and gateways; {@code MANAGED}: these with a VLAN of the site's
         * for each subnet; {@code MANAGED_NOVLAN}: these on the site's network as it is.
         */
        @WithDefault("FLAT")
        NetworkMode mode();

        /**
         * With {@code STATIC}: the hardware and IPv4 addresses that instances are given, 1 to 4,096 pairs as
         * {@code 02:00:5e:00:00:01=192.0.2.17}. One that is taken out of the list stays with the instance that has it.
         */
        Optional<List<String>> pairs();

        /** With {@code MANAGED}: the VLANs that the site leaves to the cloud, 1 to 4094, as {@code 100-199,300}. One subnet has one. */
        @WithDefault("2-4094")
        List<String> vlans();
    }

    /** What concerns the process and not a role. */
    interface Server {
        /** Whether plain HTTP is served beyond loopback, by the users' door and by Walrus. */
        @WithDefault("false")
        boolean insecure();
    }

    /** host:port pairs. A role listens on its own entry and dials the others'. */
    interface Endpoints {
        /** Users' HTTP door: EC2, IAM, STS and, passed on, S3. */
        @WithDefault("127.0.0.1:8773")
        String api();

        /** The Cloud Controller's gRPC door (Identity, Authority). */
        @WithDefault("127.0.0.1:8774")
        String cloud();

        /** The Cluster Controller's gRPC door; hosts dial it too. */
        @WithDefault("127.0.0.1:8775")
        String cluster();

        /** The EBS controller's gRPC door. */
        @WithDefault("127.0.0.1:8776")
        String ebs();

        /** Walrus's gRPC door. */
        @WithDefault("127.0.0.1:8777")
        String walrus();

        /** Walrus's S3 door; hosts fetch images there. HTTPS beyond loopback. */
        @WithDefault("127.0.0.1:9000")
        String s3();

        /** The URL of the users' door as users reach it; made from {@link #api()} when absent. */
        Optional<String> publicUrl();
    }
}
