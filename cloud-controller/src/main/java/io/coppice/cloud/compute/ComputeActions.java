package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.keypair.KeyPairs;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.cloud.setting.AccountSettings;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotRequest;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.MonitorInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ResetInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.SendDiagnosticInterruptRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.UnmonitorInstancesRequest;

/** The EC2 actions on instances that are there, wired to what they need; {@link LaunchActions} makes them. */
@ApplicationScoped
public class ComputeActions implements ActionModule {
    private final InstanceLauncher launcher;
    private final InstanceQueries queries;
    private final InstancePower power;
    private final InstanceAttributes attributes;
    private final InstanceConsoles consoles;

    /** For the container. */
    @jakarta.inject.Inject
    public ComputeActions(
            Database database,
            Images images,
            KeyPairs keyPairs,
            InstanceTypes types,
            Tags tags,
            NetworkNames networks,
            AccountSettings accounts,
            Pages pages,
            EventLog events,
            ComputeConfig config,
            QuotaDefaults quotas,
            SiteConfig site,
            Zones zones,
            ZoneNetworks zoneNetworks,
            VolumeAttachments volumes,
            LaunchVolumes launchVolumes,
            ZoneTask zone) {
        this(
                database,
                new InstanceLauncher.Catalogue(
                        images, keyPairs, types, tags, networks, accounts, volumes, launchVolumes),
                pages,
                events,
                new Wiring(
                        LaunchRoom.of(quotas),
                        site.region(),
                        new RoomiestZone(database, zones, zone, types),
                        Clock.systemUTC(),
                        config.describedBytes()),
                zoneNetworks.network(),
                zone,
                zone);
    }

    /**
     * What the actions must know of the cloud they serve.
     *
     * @param describedBytes how much is kept of what lists were answered with
     */
    record Wiring(LaunchRoom room, String region, LaunchZones zones, Clock clock, long describedBytes) {}

    /** For tests. */
    ComputeActions(
            Database database,
            InstanceLauncher.Catalogue catalogue,
            Pages pages,
            EventLog events,
            Wiring wiring,
            LaunchNetwork network,
            ZoneSignal signal,
            InstanceConsoles.ZoneLinks links) {
        var answers = new InstanceAnswers(wiring.region());
        launcher = new InstanceLauncher(
                database,
                catalogue,
                events,
                network,
                answers,
                new InstanceLauncher.ComputeSettings(wiring.room(), wiring.zones(), wiring.clock(), signal));
        queries = new InstanceQueries(
                database,
                pages,
                answers,
                new InstanceReader(catalogue.tags(), network, catalogue.volumes()),
                new InstanceDescriptions(answers, new WrittenInstances(wiring.describedBytes(), System::nanoTime)),
                network.flat());
        power = new InstancePower(database, events, catalogue.volumes(), wiring.clock(), signal);
        attributes = new InstanceAttributes(database, events, catalogue, signal, network);
        consoles = new InstanceConsoles(database, links, events, wiring.clock());
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "DescribeInstances", DescribeInstancesRequest::builder, queries::described);
        registry.add(Service.EC2, "DescribeInstanceStatus", DescribeInstanceStatusRequest::builder, queries::statuses);
        registry.add(Service.EC2, "StartInstances", StartInstancesRequest::builder, power::start);
        registry.add(Service.EC2, "StopInstances", StopInstancesRequest::builder, power::stop);
        registry.add(Service.EC2, "RebootInstances", RebootInstancesRequest::builder, power::reboot);
        registry.add(Service.EC2, "TerminateInstances", TerminateInstancesRequest::builder, power::terminate);
        registerAttributes(registry);
        registry.add(Service.EC2, "GetConsoleOutput", GetConsoleOutputRequest::builder, consoles::console);
        registry.add(Service.EC2, "GetPasswordData", GetPasswordDataRequest::builder, consoles::password);
        registry.add(Service.EC2, "GetConsoleScreenshot", GetConsoleScreenshotRequest::builder, consoles::screenshot);
        registry.add(
                Service.EC2, "SendDiagnosticInterrupt", SendDiagnosticInterruptRequest::builder, consoles::interrupt);
    }

    private void registerAttributes(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "DescribeInstanceAttribute",
                DescribeInstanceAttributeRequest::builder,
                attributes::describe);
        registry.add(
                Service.EC2, "ModifyInstanceAttribute", ModifyInstanceAttributeRequest::builder, attributes::modify);
        registry.add(Service.EC2, "ResetInstanceAttribute", ResetInstanceAttributeRequest::builder, attributes::reset);
        registry.add(
                Service.EC2,
                "ModifyInstanceMetadataOptions",
                ModifyInstanceMetadataOptionsRequest::builder,
                attributes::modifyMetadata);
        registry.add(Service.EC2, "MonitorInstances", MonitorInstancesRequest::builder, attributes::monitor);
        registry.add(Service.EC2, "UnmonitorInstances", UnmonitorInstancesRequest::builder, attributes::unmonitor);
    }

    /** For {@link LaunchActions} and tests. */
    InstanceLauncher launcher() {
        return launcher;
    }

    InstanceQueries queries() {
        return queries;
    }

    InstancePower power() {
        return power;
    }

    InstanceAttributes attributes() {
        return attributes;
    }

    InstanceConsoles consoles() {
        return consoles;
    }
}
