package io.coppice.testing.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * If this fails, a part of the product has come to know another one it must not know: roles could no longer run apart, hosts
 * would carry the database's or AWS's libraries, or a package has become a drawer for everything.
 */
class ArchitectureTest {
    private static final String ENTITY = "jakarta.persistence.Entity";
    private static final String[] DATABASE = {"jakarta.persistence..", "org.hibernate..", "org.flywaydb..", "java.sql.."
    };

    @SuppressWarnings("NullAway.Init")
    private static JavaClasses product;

    @BeforeAll
    static void readClasses() {
        product = ProductClasses.all();
    }

    @Test
    void theClassesOfEveryPartAreSeen() {
        for (var part : Part.values()) {
            assertTrue(
                    product.stream().anyMatch(resideInAPackage(part.packages())),
                    () -> "no class of " + part + " is on the class path, so no rule about it could fail");
        }
    }

    @Test
    void foundationKnowsNoOtherPart() {
        check(noClasses()
                .that()
                .resideInAPackage(Part.FOUNDATION.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Part.FOUNDATION.strangers())
                .because("everything else stands on it"));
    }

    @Test
    void theWireKnowsOnlyTheFoundation() {
        check(noClasses()
                .that()
                .resideInAPackage(Part.WIRE.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Part.WIRE.strangers(Part.FOUNDATION))
                .because("it carries the requests of every service"));
    }

    @Test
    void policiesKnowNoOtherPart() {
        check(noClasses()
                .that()
                .resideInAPackage(Part.ACCESS_POLICY.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(concat(Part.ACCESS_POLICY.strangers(), "software.amazon.awssdk..", "io.quarkus.."))
                .because("every service decides by them, and none may be decided for otherwise"));
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOUD_CONTROLLER", "WALRUS"})
    void rolesWithUsersKnowEachOtherByContractOnly(Part role) {
        check(noClasses()
                .that()
                .resideInAPackage(role.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(role.strangers(Part.FOUNDATION, Part.PROTO, Part.WIRE, Part.ACCESS_POLICY))
                .because("each role also runs as a process of its own"));
    }

    @ParameterizedTest
    @EnumSource(names = {"CLUSTER_CONTROLLER", "NODE_CONTROLLER", "EBS_CONTROLLER"})
    void rolesBehindThemKnowEachOtherByContractOnly(Part role) {
        check(noClasses()
                .that()
                .resideInAPackage(role.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(role.strangers(Part.FOUNDATION, Part.PROTO, Part.WIRE))
                .because("each role also runs as a process of its own, and these have no users"));
    }

    @Test
    void hostsCarryNeitherAwsNorADatabase() {
        check(noClasses()
                .that()
                .resideInAPackage(Part.NODE_CONTROLLER.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(concat(DATABASE, "software.amazon.awssdk..", Part.WIRE.packages()))
                .because("a host runs libvirt and this agent, and is told what to do over gRPC"));
    }

    @Test
    void everyProcessCarriesNeitherCommandLineNorDatabaseServer() {
        check(noClasses()
                .that()
                .resideInAnyPackage("io.coppice.server", "io.coppice.server.settings")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(concat(
                        Part.SERVER.strangers(Part.FOUNDATION),
                        "io.coppice.server.cli..",
                        "io.coppice.server.database..",
                        "io.coppice.server.demo..",
                        "io.coppice.server.doctor..",
                        "io.coppice.server.process..",
                        "io.coppice.server.up.."))
                .because("applications of a single role are made from it"));
    }

    @Test
    void theClusterControllerKeepsNoDatabase() {
        check(noClasses()
                .that()
                .resideInAPackage(Part.CLUSTER_CONTROLLER.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(DATABASE)
                .because("hosts tell it what runs when they connect"));
    }

    @Test
    void noFeatureOfTheCloudControllerKnowsItsDoor() {
        check(noClasses()
                .that()
                .resideInAPackage("io.coppice.cloud..")
                .and()
                .resideOutsideOfPackage("io.coppice.cloud.front..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.coppice.cloud.front..")
                .because("features announce their actions below it, and it stands on all of them"));
    }

    @Test
    void rowsDoNotReachTheDoorAndDoNotKnowAws() {
        check(noClasses()
                .that()
                .resideInAnyPackage("io.coppice.cloud.front..", Part.WIRE.packages())
                .should()
                .dependOnClassesThat()
                .areAnnotatedWith(ENTITY)
                .because("what users see is not what the database keeps"));
        check(noClasses()
                .that()
                .areAnnotatedWith(ENTITY)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software.amazon.awssdk..", Part.WIRE.packages())
                .because("a row is not also an API answer"));
    }

    @Test
    void libvirtIsKnownToTheHypervisorAlone() {
        check(noClasses()
                .that(not(resideInAPackage("io.coppice.node.hypervisor..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.libvirt..")
                .because("the simulated hypervisor must be able to stand in its place"));
        check(noClasses()
                .that()
                .resideOutsideOfPackages("io.coppice.node.hypervisor..", "io.coppice.node.command..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.sun.jna..")
                .because("calls into native libraries stand where hosts' programs are run and libvirt is spoken to"));
    }

    @Test
    void onlyTheCommandLineWritesToTheTerminal() {
        check(noClasses()
                .that()
                // The process that serves an image has no log but its output, which the host's agent keeps in a file.
                .resideOutsideOfPackages(Part.SERVER.packages(), "io.coppice.node.image.serve..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("servers write to their logs"));
    }

    @Test
    void oneLoggingLibrary() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.logging..", "org.apache.log4j..")
                .because("Quarkus configures org.jboss.logging per role"));
    }

    @Test
    void dependenciesComeThroughConstructors() {
        check(noFields()
                .should()
                .beAnnotatedWith("jakarta.inject.Inject")
                .orShould()
                .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty")
                .because("a class must be testable without a container"));
    }

    @ParameterizedTest
    @MethodSource("drawers")
    void noPackageIsADrawer(String name) {
        check(classes()
                .should()
                .resideOutsideOfPackage(".." + name + "..")
                .because("a package is named for a feature, not for a kind of class"));
    }

    static Stream<String> drawers() {
        return Stream.of("util", "utils", "common", "impl", "service", "services", "dto", "helper", "helpers", "misc");
    }

    @Test
    void aBrokenRuleIsNoticed() {
        var itself = new ClassFileImporter().importClasses(ArchitectureTest.class);
        assertThrows(AssertionError.class, () -> noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit.jupiter..")
                .check(itself));
    }

    /** A rule about a part that has no such class yet holds. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(product);
    }

    private static String[] concat(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }
}
