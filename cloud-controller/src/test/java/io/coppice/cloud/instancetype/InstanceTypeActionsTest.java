package io.coppice.cloud.instancetype;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.localdisk.LocalStorage;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GetInstanceTypesFromInstanceRequirementsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfoFromInstanceRequirements;

/** If this fails, launches get machines of a wrong size, or terraform cannot read an instance's type. */
class InstanceTypeActionsTest {
    @TempDir
    Path folder;

    private final Catalogue catalogue = new Catalogue(Optional.empty(), false, Map::of);
    private final InstanceTypeActions actions = new InstanceTypeActions(
            catalogue, new Pages(new PageTokens(() -> new byte[32])), new Zones(TestSite.config()));

    private DescribeInstanceTypesResponse types(DescribeInstanceTypesRequest.Builder request) {
        return actions.describeTypes(TestRequests.by(ALICE, "DescribeInstanceTypes"), request.build());
    }

    @Test
    void catalogueHasTheSizesOfAwsAndSmallOnesForTests() {
        assertEquals(
                new InstanceTypes.Type("m1.small", 1, 256, 0, 2, 4, new LocalStorage(1, 8, 256, false)),
                catalogue.require("m1.small"));
        assertEquals(new InstanceTypes.Type("t1.micro", 1, 128, 0, 2, 2), catalogue.require("t1.micro"));
        assertEquals(
                new InstanceTypes.Type("m5.24xlarge", 96, 384 * 1024, 0, 15, 50), catalogue.require("m5.24xlarge"));
        assertEquals(new InstanceTypes.Type("t3.nano", 2, 512, 0, 2, 2), catalogue.require("t3.nano"));
        assertEquals(
                new InstanceTypes.Type("c5.18xlarge", 72, 144 * 1024, 0, 15, 50), catalogue.require("c5.18xlarge"));
        var e = assertThrows(AwsException.class, () -> catalogue.require("m9.huge"));
        assertEquals("InvalidParameterValue", e.code());
    }

    @Test
    void answerIsAsWrittenDown() {
        GoldenAnswers.check(
                "DescribeInstanceTypes",
                types(DescribeInstanceTypesRequest.builder().instanceTypesWithStrings("m1.small")));
    }

    @Test
    void pagesAndFiltersCoverTheCatalogue() {
        var names = new ArrayList<String>();
        String token = null;
        do {
            var answer =
                    types(DescribeInstanceTypesRequest.builder().maxResults(7).nextToken(token));
            answer.instanceTypes().stream()
                    .map(InstanceTypeInfo::instanceTypeAsString)
                    .forEach(names::add);
            token = answer.nextToken();
        } while (token != null);
        assertEquals(catalogue.all().stream().map(InstanceType::name).toList(), names);
        var small =
                Filter.builder().name("memory-info.size-in-mib").values("256").build();
        assertEquals(
                List.of("m1.small"),
                types(DescribeInstanceTypesRequest.builder().filters(small)).instanceTypes().stream()
                        .map(InstanceTypeInfo::instanceTypeAsString)
                        .toList());
        var unknown = assertThrows(
                AwsException.class,
                () -> types(DescribeInstanceTypesRequest.builder().instanceTypesWithStrings("m9.huge")));
        assertEquals("InvalidInstanceType", unknown.code());
    }

    @Test
    void everyTypeIsOfferedInTheZone() {
        var answer = actions.describeOfferings(
                TestRequests.by(ALICE, "DescribeInstanceTypeOfferings"),
                DescribeInstanceTypeOfferingsRequest.builder()
                        .locationType("availability-zone")
                        .build());
        assertEquals(catalogue.all().size(), answer.instanceTypeOfferings().size());
        assertEquals("us-east-1a", answer.instanceTypeOfferings().getFirst().location());
    }

    @Test
    void typesAreFoundByWhatTheyMustHave() {
        assertEquals(List.of("c5.large"), typesWith(wanted -> wanted.vCpuCount(
                        count -> count.min(2).max(2))
                .memoryMiB(memory -> memory.min(4096).max(4096))));
        assertEquals(List.of("t2.medium", "t3.medium"), typesWith(wanted -> wanted.vCpuCount(
                        count -> count.min(2).max(2))
                .memoryMiB(memory -> memory.min(4096).max(4096))
                .burstablePerformance("required")));
        assertEquals(List.of("r5.large"), typesWith(wanted -> wanted.vCpuCount(
                        count -> count.min(2).max(2))
                .memoryMiB(memory -> memory.min(1))
                .memoryGiBPerVCpu(ratio -> ratio.min(8.0))
                .instanceGenerations(software.amazon.awssdk.services.ec2.model.InstanceGeneration.CURRENT)));
        assertEquals(List.of("m5.large"), typesWith(wanted -> wanted.vCpuCount(
                        count -> count.min(2).max(2))
                .memoryMiB(memory -> memory.min(1))
                .allowedInstanceTypes("m5.*")));
        assertEquals(List.of(), typesWith(wanted -> wanted.vCpuCount(count -> count.min(1))
                .memoryMiB(memory -> memory.min(1))
                .acceleratorCount(count -> count.min(1))));
        assertEquals(
                "MissingParameter",
                assertThrows(AwsException.class, () -> typesWith(wanted -> {})).code());
    }

    @Test
    void typesWithDisksOfTheirHostAreFoundByThem() {
        var disks = Filter.builder()
                .name("instance-storage-info.disk.count")
                .values("2")
                .build();
        assertEquals(
                List.of("m1.large", "m2.4xlarge", "m3.2xlarge", "m3.xlarge"),
                types(DescribeInstanceTypesRequest.builder().filters(disks)).instanceTypes().stream()
                        .map(InstanceTypeInfo::instanceTypeAsString)
                        .toList());
        assertEquals(List.of("m3.2xlarge", "m3.xlarge"), typesWith(wanted -> wanted.vCpuCount(count -> count.min(1))
                .memoryMiB(memory -> memory.min(1))
                .localStorage("required")
                .localStorageTypesWithStrings("ssd")));
        assertTrue(typesWith(wanted -> wanted.vCpuCount(count -> count.min(1))
                        .memoryMiB(memory -> memory.min(1))
                        .localStorage("excluded"))
                .stream()
                .noneMatch(name -> name.startsWith("m1.")));
    }

    @Test
    void aFileOfASiteNeedNotKnowOfLocalStorage() throws IOException {
        var file = folder.resolve("types.json");
        Files.writeString(file, """
                [{"name": "x.one", "vcpus": 1, "memoryMib": 128, "rootDiskGib": 0, "currentGeneration": true,
                  "burstable": false, "freeTier": false, "networkInterfaces": 1, "addressesPerInterface": 1,
                  "networkPerformance": "Low", "clockGhz": 1.0}]
                """);
        assertEquals(
                LocalStorage.NONE,
                new Catalogue(Optional.of(file), false, Map::of)
                        .require("x.one")
                        .localStorage());
    }

    private List<String> typesWith(
            java.util.function.Consumer<software.amazon.awssdk.services.ec2.model.InstanceRequirementsRequest.Builder>
                    wanted) {
        return actions
                .typesWith(
                        TestRequests.by(ALICE, "GetInstanceTypesFromInstanceRequirements"),
                        GetInstanceTypesFromInstanceRequirementsRequest.builder()
                                .architectureTypesWithStrings("x86_64")
                                .virtualizationTypesWithStrings("hvm")
                                .instanceRequirements(wanted)
                                .build())
                .instanceTypes()
                .stream()
                .map(InstanceTypeInfoFromInstanceRequirements::instanceType)
                .toList();
    }

    @Test
    void badFileStopsTheStartAndSaysWhy() throws IOException {
        var file = Files.writeString(folder.resolve("types.json"), "[{\"name\": \"x.y\", \"vcpus\": 0}]");
        var e = assertThrows(RoleStartException.class, () -> new Catalogue(Optional.of(file), false, Map::of));
        assertTrue(String.valueOf(e.getMessage()).contains(file.toString()));
        assertThrows(
                RoleStartException.class, () -> new Catalogue(Optional.of(folder.resolve("none")), false, Map::of));
    }
}
