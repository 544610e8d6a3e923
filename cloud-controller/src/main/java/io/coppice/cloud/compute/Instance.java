package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceStates.ActionOutcome;
import io.coppice.cloud.compute.InstanceStates.Observed;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.proto.compute.v1.Observation;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user's virtual machine: what is desired of it, what was observed, and the state that follows by {@link InstanceStates}.
 * Changed only inside a transaction that has locked it; never talks to anybody.
 */
@Entity
@Table(name = "instances")
class Instance {
    private static final DateTimeFormatter REASON_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'GMT'").withZone(ZoneOffset.UTC);
    private static final int MAX_MESSAGE = 1024;
    private static final int MAX_CODE = 128;

    @Id
    @Column(name = "id")
    String id;

    /** Order of creation; given by the database. */
    @Column(name = "serial", insertable = false, updatable = false)
    long serial;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "reservation_id", updatable = false)
    String reservationId;

    @Column(name = "launch_index", updatable = false)
    int launchIndex;

    @Column(name = "zone", updatable = false)
    String zone;

    @Column(name = "client_token", updatable = false)
    String clientToken;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Embedded
    InstanceImage image;

    @Embedded
    InstanceMachine machine;

    @Embedded
    InstanceNetwork network;

    @Embedded
    InstanceOptions options;

    @Embedded
    MetadataOptions metadata;

    @Embedded
    InstanceChoices choices;

    /** The instance profile it carries; null for none. */
    @Embedded
    @Nullable
    InstanceProfileUse profile;

    /** The placement group it is in; null for none. */
    @Embedded
    @Nullable
    PlacementGroupUse placementGroup;

    /** Until when its host needs no new credentials of the profile's role; null when it was given none. */
    @Column(name = "credentials_until")
    @Nullable
    Instant credentialsUntil;

    @Column(name = "key_name")
    String keyName;

    @Column(name = "public_key")
    String publicKey;

    @Column(name = "user_data")
    byte[] userData;

    @Column(name = "launch_time")
    Instant launchTime;

    @Enumerated(EnumType.STRING)
    @Column(name = "desired")
    DesiredPower desired = DesiredPower.RUNNING;

    @Column(name = "generation")
    long generation = 1;

    @Column(name = "reboot_count")
    long rebootCount;

    @Enumerated(EnumType.STRING)
    @Column(name = "state")
    InstanceState state = InstanceState.PENDING;

    @Column(name = "state_reason_code")
    String reasonCode = "";

    @Column(name = "state_reason_message")
    String reasonMessage = "";

    @Column(name = "transition_reason")
    String transitionReason = "";

    @Column(name = "terminated_at")
    @Nullable
    Instant terminatedAt;

    @Enumerated(EnumType.STRING)
    @Column(name = "phase")
    InstancePhase phase = InstancePhase.REQUESTED;

    /** Whether an agent in the guest listens to the host, as that said last; never while the guest does not run. */
    @Column(name = "guest_agent")
    boolean guestAgent;

    @Column(name = "progress_percent")
    int progressPercent;

    @Column(name = "node_id")
    String nodeId = "";

    @Column(name = "observed_generation")
    long observedGeneration;

    @Column(name = "observed_reboot_count")
    long observedRebootCount;

    @Column(name = "observed_epoch")
    long observedEpoch;

    @Column(name = "observed_sequence")
    long observedSequence;

    @Column(name = "observed_at")
    @Nullable
    Instant observedAt;

    @Column(name = "ever_ran")
    boolean everRan;

    @Column(name = "unschedulable_since")
    @Nullable
    Instant unschedulableSince;

    @Column(name = "settled")
    boolean settled;

    @Column(name = "applied_at")
    @Nullable
    Instant appliedAt;

    /** Whether its host was heard of lately; written with every report on the host. */
    @Column(name = "host_reachable")
    boolean hostReachable = true;

    /** Its interfaces where they are rows of their own, once they were read; empty otherwise. */
    @Transient
    List<InterfaceFacts> interfaces = List.of();

    /** Its volumes besides the root disk, once they were read. */
    @Transient
    List<VolumeAttachments.Held> volumes = List.of();

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected Instance() {}

    /** A new instance, wanted to run. */
    Instance(String id, LaunchPlan plan, int launchIndex, InstanceNetwork network) {
        this.id = id;
        this.accountId = plan.account().value();
        this.reservationId = plan.reservationId();
        this.launchIndex = launchIndex;
        this.zone = plan.command().zone();
        this.clientToken = plan.command().clientToken();
        this.createdAt = plan.at();
        this.launchTime = plan.at();
        this.image = plan.image();
        this.machine = plan.machine();
        this.network = network;
        this.options = plan.command().options();
        this.metadata = plan.metadata();
        this.choices = plan.choices();
        this.profile = plan.command().profile() == null
                ? null
                : InstanceProfileUse.of(plan.command().profile(), plan.at());
        this.placementGroup = plan.command().placementGroup() == null
                ? null
                : PlacementGroupUse.of(plan.command().placementGroup());
        this.keyName = plan.command().keyName();
        this.publicKey = plan.publicKey();
        this.userData = plan.command().userData();
        this.reasonCode = "pending";
        this.reasonMessage = "pending";
    }

    /** Carries out what the table says of a user's action. */
    void carryOut(ActionOutcome outcome, boolean force, Instant now) {
        switch (outcome) {
            case ActionOutcome.Change change -> change(change, force, now);
            case ActionOutcome.Reboot _ -> {
                rebootCount++;
                wantAgain();
            }
            case ActionOutcome.Nothing _ -> hurry(force);
            case ActionOutcome.Refused refused ->
                throw new IllegalStateException("a refused action is not carried out: " + refused.reason());
        }
    }

    private void change(ActionOutcome.Change change, boolean force, Instant now) {
        state = change.next();
        desired = force && change.desired() == DesiredPower.STOPPED ? DesiredPower.STOPPED_HARD : change.desired();
        wantAgain();
        if (desired == DesiredPower.RUNNING) {
            launchTime = now;
            phase = InstancePhase.REQUESTED;
            transitionReason = "";
            reason("pending", "pending");
        } else {
            transitionReason = "User initiated (" + REASON_TIME.format(now) + ")";
            unschedulableSince = null;
            reason("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
        }
    }

    /** A forced stop overtakes an orderly one that hangs. */
    private void hurry(boolean force) {
        if (force && state == InstanceState.STOPPING && desired == DesiredPower.STOPPED) {
            desired = DesiredPower.STOPPED_HARD;
            wantAgain();
        }
    }

    /** The zone must hear of the instance anew: something that it carries out has changed. */
    void wantAgain() {
        generation++;
        settled = false;
        appliedAt = null;
    }

    /** Whether a report says something newer than what is known. */
    boolean isNews(Observation seen) {
        if (seen.getGeneration() < observedGeneration || seen.getGeneration() < generation) {
            return false;
        }
        var otherHost = !seen.getNodeId().isEmpty()
                && !nodeId.isEmpty()
                && !seen.getNodeId().equals(nodeId);
        if (otherHost) {
            // What an earlier host has removed says nothing of the host that has it now.
            return InstancePhase.of(seen.getPhase())
                    .filter(p -> p != InstancePhase.GONE)
                    .isPresent();
        }
        if (seen.getSequence() == 0) {
            return true;
        }
        return seen.getNodeEpoch() > observedEpoch
                || (seen.getNodeEpoch() == observedEpoch && seen.getSequence() > observedSequence);
    }

    /** The host that it belongs to; empty until it has run, since its launch may still go from one host to another. */
    String home() {
        return everRan ? nodeId : "";
    }

    /**
     * Remembers from a report, however late, that a guest ran: from then on a host must have its disk. Whether that is news.
     */
    boolean observeRan(InstancePhase seen) {
        var news = seen == InstancePhase.RUNNING && !everRan;
        everRan |= news;
        return news;
    }

    /** Takes in a report that {@link #isNews}. */
    void observe(Observation seen, InstancePhase newPhase, Instant now) {
        observedGeneration = seen.getGeneration();
        observedRebootCount = Math.max(observedRebootCount, seen.getRebootCount());
        observedAt = now;
        if (!seen.getNodeId().isEmpty()) {
            if (!seen.getNodeId().equals(nodeId)) {
                // Every host counts its own reports.
                observedEpoch = 0;
                observedSequence = 0;
            }
            nodeId = seen.getNodeId();
        }
        hostReachable = true;
        if (seen.getSequence() > 0) {
            observedEpoch = seen.getNodeEpoch();
            observedSequence = seen.getSequence();
        }
        phase = newPhase;
        guestAgent = seen.getGuestAgent() && newPhase == InstancePhase.RUNNING;
        progressPercent = Math.clamp(seen.getProgressPercent(), 0, 100);
        network = network.learned(seen.getLearnedAddressesList());
        appliedAt = now;
        unschedulableSince = newPhase != InstancePhase.UNSCHEDULABLE || state != InstanceState.PENDING
                ? null
                : unschedulableSince == null ? now : unschedulableSince;
        if (seen.hasFailure()) {
            reason(
                    seen.getFailure().getCode(),
                    seen.getFailure().getCode() + ": " + seen.getFailure().getMessage());
        }
        apply(InstanceStates.observe(state, newPhase, seen.getGuestInitiated()), now);
        if (seen.getImageAddressWanted() && state == InstanceState.RUNNING) {
            settled = false;
            appliedAt = null;
        }
    }

    /** A host still has what should be gone: it was away when the rest of the zone let go of it. */
    boolean isLeftover(Observation seen) {
        return state == InstanceState.TERMINATED
                && seen.getGeneration() < generation
                && InstancePhase.of(seen.getPhase())
                        .filter(p -> p != InstancePhase.GONE && p != InstancePhase.FAILED)
                        .isPresent();
    }

    /** Has the zone remove a {@link #isLeftover}. */
    void removeLeftover(Observation seen) {
        nodeId = seen.getNodeId();
        settled = false;
        appliedAt = null;
    }

    /** A host whose report is complete does not have it. */
    void observeMissing(Instant now) {
        phase = InstancePhase.GONE;
        apply(InstanceStates.observe(state, InstancePhase.GONE, false), now);
    }

    private void apply(Observed observed, Instant now) {
        state = InstanceStates.after(state, observed, options.shutdownBehavior());
        switch (observed) {
            case WAIT -> settled = false;
            case NOW_RUNNING -> {
                everRan = true;
                settled = observedRebootCount >= rebootCount;
                reason("", "");
            }
            case NOW_STOPPED -> settled = true;
            case NOW_TERMINATED -> end(now);
            case GUEST_SHUT_DOWN -> {
                desired = options.shutdownBehavior() == ShutdownBehavior.TERMINATE
                        ? DesiredPower.TERMINATED
                        : DesiredPower.STOPPED;
                wantAgain();
                reason(
                        "Client.InstanceInitiatedShutdown",
                        "Client.InstanceInitiatedShutdown: Instance initiated shutdown");
            }
            case APPLY_AGAIN -> {
                settled = false;
                appliedAt = null;
            }
        }
    }

    /** No host could take it for too long: the launch, or the start, is given up. */
    void giveUpScheduling(Instant now) {
        unschedulableSince = null;
        reason(
                "Server.InsufficientInstanceCapacity",
                "Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request");
        desired = everRan ? DesiredPower.STOPPED : DesiredPower.TERMINATED;
        state = everRan ? InstanceState.STOPPED : InstanceState.TERMINATED;
        wantAgain();
        if (!everRan) {
            terminatedAt = now;
        }
    }

    private void end(Instant now) {
        settled = true;
        unschedulableSince = null;
        desired = DesiredPower.TERMINATED;
        if (terminatedAt == null) {
            terminatedAt = now;
        }
    }

    private void reason(String code, String message) {
        reasonCode = cut(code, MAX_CODE);
        reasonMessage = cut(message, MAX_MESSAGE);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }

    /** Its private DNS name within a region; empty when it would name an address that is not known. */
    String dnsName(String region) {
        if (network.knownIp() == null && !choices.resourceNamed()) {
            return "";
        }
        return choices.resourceNamed() ? resourceName(region) : network.hostName() + "." + region + ".internal";
    }

    /** The name that its id makes within a region. */
    String resourceName(String region) {
        return id + "." + region + ".internal";
    }

    /** From now on it carries this profile; its host has no credentials of it yet. */
    void carry(InstanceProfileUse use) {
        profile = use;
        credentialsUntil = null;
    }
}
